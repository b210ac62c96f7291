#include "router/statistics/numbers.h"

#include <algorithm>
#include <numeric>

namespace router {

using transport::Histogram;

uint64_t Latencies::count() const {
  return std::accumulate(counts.begin(), counts.end(), uint64_t{0});
}

uint64_t Latencies::percentile_us(unsigned percent) const {
  const uint64_t all = count();
  uint64_t so_far = 0;
  for (size_t bucket = 0; bucket < counts.size(); ++bucket) {
    so_far += counts[bucket];
    if (so_far > 0 && so_far * 100 >= all * percent)
      return Histogram::longest_us(std::min(bucket, Histogram::bucket_count - 2));
  }
  return 0;
}

ProcedureNumbers::Total::Total(const ProcedureNumbers& numbers)
    : errors(numbers.errors.value()),
      bytes(numbers.bytes.value()),
      waiting(numbers.waiting.value()),
      waited(numbers.waited.value()) {
  latencies.add(numbers.latencies);
}

void ProcedureNumbers::Total::add(const Total& other) {
  errors += other.errors;
  bytes += other.bytes;
  waiting += other.waiting;
  waited += other.waited;
  latencies.add(other.latencies);
}

void ProcedureNumbers::clear() {
  for (transport::Counter* const counter : {&errors, &bytes, &waiting, &waited}) counter->set(0);
  latencies.clear();
}

}  // namespace router
