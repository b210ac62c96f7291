// The sums of counter sets of one type, as they were when they were added.
//
// Plain values of whoever made them.
#pragma once

#include <array>
#include <cstdint>
#include <variant>
#include <vector>

#include "transport/counters/counter.h"

namespace transport {

struct HistogramTotal {
  std::array<uint64_t, Histogram::bucket_count> counts{};  // of each bucket alone
  uint64_t sum_us = 0;
};

class CounterTotals {
 public:
  struct Total {
    const Family* family;
    LabelValues labels;
    std::variant<uint64_t, HistogramTotal> number;
  };

  // `set`: of the same type as those before.
  void add(const CounterSet& set);
  // In the order of the sets' entries; empty if none was added.
  const std::vector<Total>& all() const { return totals_; }

 private:
  std::vector<Total> totals_;
};

}  // namespace transport
