#include "transport/counters/counter_totals.h"

#include <cassert>

namespace transport {
namespace {

void add_to(std::variant<uint64_t, HistogramTotal>& total, const Counter& counter) {
  std::get<uint64_t>(total) += counter.value();
}

void add_to(std::variant<uint64_t, HistogramTotal>& total, const Histogram& histogram) {
  auto& sums = std::get<HistogramTotal>(total);
  for (size_t bucket = 0; bucket < Histogram::bucket_count; ++bucket)
    sums.counts[bucket] += histogram.count(bucket);
  sums.sum_us += histogram.sum_us();
}

}  // namespace

void CounterTotals::add(const CounterSet& set) {
  const bool first = totals_.empty();
  assert(first || totals_.size() == set.entries().size());
  for (size_t i = 0; i < set.entries().size(); ++i) {
    const CounterSet::Entry& entry = set.entries()[i];
    if (first) {
      totals_.push_back({entry.family, entry.labels, uint64_t{0}});
      if (std::holds_alternative<const Histogram*>(entry.number)) totals_.back().number = HistogramTotal();
    }
    std::visit([&](const auto* number) { add_to(totals_[i].number, *number); }, entry.number);
  }
}

}  // namespace transport
