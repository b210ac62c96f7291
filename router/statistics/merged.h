// What the summaries of several workers say together.
//
// Pure.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "router/statistics/uri_summary.h"

namespace router {

// By URI. One that a full summary does not have may have come as often there as the one that it has with the
// lowest count: that is added to the count, and to the bound of its error.
template <class Numbers>
class MergedSummary {
 public:
  using Total = typename UriSummary<Numbers>::Total;

  void add(const UriSummary<Numbers>& summary) {
    const std::vector<Total> totals = summary.totals();
    // What it has forgotten came no more often than what may be forgotten next.
    uint64_t lowest = UINT64_MAX;
    for (const Total& total : totals) {
      if (!total.is_pinned) lowest = std::min(lowest, total.count);
      const auto [at, is_new] = all_.try_emplace(total.uri);
      at->second.add(total, is_new);
    }
    if (totals.size() < UriSummary<Numbers>::places || lowest == UINT64_MAX) lowest = 0;
    unseen_ += lowest;
    ++summaries_;
    for (const Total& total : totals) {
      Merged& merged = all_.at(total.uri);
      // Long URIs that are shown alike are one here.
      if (std::exchange(merged.last_summary, summaries_) != summaries_) merged.seen += lowest;
    }
  }
  // Each once.
  std::vector<Total> totals() const {
    std::vector<Total> totals;
    for (const auto& [uri, merged] : all_) {
      Total total = merged.total;
      total.count += unseen_ - merged.seen;
      total.error_bound += unseen_ - merged.seen;
      totals.push_back(std::move(total));
    }
    return totals;
  }

 private:
  struct Merged {
    Total total;
    uint64_t seen = 0;          // of `unseen_`, what is of summaries that have it
    uint64_t last_summary = 0;  // of these, by number

    void add(const Total& more, bool is_new) {
      total.uri = more.uri;
      total.count += more.count;
      total.error_bound += more.error_bound;
      total.is_pinned = more.is_pinned && (is_new || total.is_pinned);
      total.since = is_new ? more.since : std::min(total.since, more.since);
      total.numbers.add(more.numbers);
    }
  };

  std::map<std::string, Merged> all_;
  uint64_t unseen_ = 0;  // the lowest counts of full summaries
  uint64_t summaries_ = 0;
};

}  // namespace router
