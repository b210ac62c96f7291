// What the generator does with its sessions. measure() calls the functions in this order.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "bench/load/session.h"
#include "bench/load/tally.h"

namespace bench::load {

class Workload {
 public:
  virtual ~Workload() = default;

  // Sessions in the order in which they are to be opened; all of them are ready when start() is called.
  virtual std::vector<Session*> sessions() = 0;

  virtual void start(uint64_t now_ns) = 0;

  // Between two turns of the loop.
  virtual void after_turn() {}

  // From now on nothing new is begun; what is under way is still counted when it ends.
  virtual void stop() = 0;

  // Operations begun and not ended.
  virtual uint64_t outstanding() const = 0;

  Tally tally;
};

// `options` and `loop` live longer.
std::unique_ptr<Workload> make_rpc(Loop& loop, const Options& options);
std::unique_ptr<Workload> make_pubsub(Loop& loop, const Options& options);
std::unique_ptr<Workload> make_connect(Loop& loop, const Options& options);

}  // namespace bench::load
