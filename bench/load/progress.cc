#include "bench/load/progress.h"

#include <cinttypes>
#include <cstdio>
#include <utility>

namespace bench::load {

void Progress::tell(size_t thread, const Tally& tally, uint64_t in_flight) {
  const std::lock_guard lock(mutex_);
  Tally& before = told_before_[thread];
  operations_ += tally.operations - before.operations;
  latency_.add(tally.latency.since(before.latency));
  faults_ += tally.faults();
  in_flight_ += in_flight;
  before = tally;
  if (++told_ == told_before_.size()) print();
}

void Progress::print() {
  const auto microseconds = [this](double fraction) {
    return static_cast<double>(latency_.quantile_ns(fraction)) / 1000;
  };
  std::fprintf(stderr,
               "%3" PRIu64 " s  %9" PRIu64 " op/s  p50 %.1f us  p99 %.1f us  in flight %" PRIu64
               "  errors %" PRIu64 "\n",
               ++seconds_, std::exchange(operations_, 0), microseconds(0.5), microseconds(0.99),
               std::exchange(in_flight_, 0), std::exchange(faults_, 0));
  latency_ = {};
  told_ = 0;
}

}  // namespace bench::load
