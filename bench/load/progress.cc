#include "bench/load/progress.h"

#include <cinttypes>
#include <cstdio>
#include <utility>

#include "bench/load/duration.h"

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
  std::fprintf(stderr,
               "%3" PRIu64 " s  %9" PRIu64 " op/s  p50 %s  p99 %s  in flight %" PRIu64 "  errors %" PRIu64
               "\n",
               ++seconds_, std::exchange(operations_, 0), duration_text(latency_.quantile_ns(0.5)).c_str(),
               duration_text(latency_.quantile_ns(0.99)).c_str(), std::exchange(in_flight_, 0),
               std::exchange(faults_, 0));
  latency_ = {};
  told_ = 0;
}

}  // namespace bench::load
