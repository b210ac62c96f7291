// One line a second on the standard error while it is measured: what was done in that second, and the
// faults until then. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "bench/load/tally.h"

namespace bench::load {

class Progress {
 public:
  Progress(bool shown, size_t threads) : shown_(shown), told_before_(threads) {}

  bool shown() const { return shown_; }

  // What a thread has counted so far, once a second. When all of them have told, the line is printed.
  void tell(size_t thread, const Tally& tally, uint64_t in_flight);

 private:
  void print();

  bool shown_;
  std::mutex mutex_;
  std::vector<Tally> told_before_;
  Histogram latency_;  // of this second
  uint64_t operations_ = 0, in_flight_ = 0, faults_ = 0;
  size_t told_ = 0;
  uint64_t seconds_ = 0;
};

}  // namespace bench::load
