// Keeps a number of requests on their way, and counts the answers. Each has an inbox of its own, a wildcard:
// the last part of the reply subject says which request it answers, as the client's own requests do it.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/load/histogram.h"
#include "bench/nats/peer.h"

namespace bench::nats {

// What all requesters are in.
enum class Phase : uint8_t { warm_up, measuring, stopped };

class Requester {
 public:
  // `phase` and `payload` live longer.
  Requester(const std::string& url, Writing writing, size_t index, size_t depth, const std::string& payload,
            const std::atomic<Phase>& phase);

  void begin();

  // Any thread.
  uint64_t under_way() const { return under_way_.load(); }
  uint64_t answered() const { return answered_.load(std::memory_order_relaxed); }
  uint64_t wrong() const { return wrong_.load(); }

  // Of what was answered while measuring. Once nothing is under way.
  const load::Histogram& latency() const { return latency_; }

 private:
  void request(size_t slot);
  void on_answer(const Incoming& answer);

  const std::string subject_;
  const std::string inbox_;
  const std::string& payload_;
  const std::atomic<Phase>& phase_;
  std::vector<uint64_t> sent_ns_;  // by slot; 0: none
  std::vector<std::string> reply_subjects_;
  load::Histogram latency_;
  std::atomic<uint64_t> under_way_{0}, answered_{0}, wrong_{0};
  Peer peer_;  // the last one, so that its thread ends first
};

}  // namespace bench::nats
