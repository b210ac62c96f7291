// What a thread of the generator does with its sessions. measure() calls the functions in this order.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "bench/load/session.h"
#include "bench/load/tally.h"

namespace bench::load {

// Which of the things that are numbered 0, 1, 2, ... belong to a thread.
struct Share {
  size_t index = 0, of = 1;

  bool has(size_t number) const { return number % of == index; }
};

class Workload {
 public:
  virtual ~Workload() = default;

  // Sessions in the order in which they are to be opened; all of them, of all threads, are ready when an
  // operation is begun.
  virtual std::vector<Session*> sessions() = 0;

  // Closed loop: begins as many operations as may be under way; where one ends, the next is begun.
  virtual void start(uint64_t now_ns) = 0;

  // Open loop, instead of start(): begins an operation whose latency counts from `due_ns`. False if as many
  // as may be are under way.
  virtual bool begin(uint64_t due_ns) = 0;

  // Between two turns of the loop.
  virtual void after_turn() {}

  // From now on nothing new is begun; what is under way is still counted when it ends.
  virtual void stop() = 0;

  // Operations begun and not ended.
  virtual uint64_t outstanding() const = 0;

  Tally tally;
};

// `options` and `loop` live longer.
std::unique_ptr<Workload> make_rpc(Loop& loop, const Options& options, Share share);
std::unique_ptr<Workload> make_pubsub(Loop& loop, const Options& options, Share share);
std::unique_ptr<Workload> make_connect(Loop& loop, const Options& options, Share share);

}  // namespace bench::load
