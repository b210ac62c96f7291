// Which rows of a list are on a page.
//
// Pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "router/insight/page_request.h"

namespace router::insight {

// The rows on the page, in order: those with the greatest key(row) first, and by less(row, row) where the
// keys are the same.
template <class Row, class Key, class Less>
std::vector<const Row*> chosen_rows(const std::vector<Row>& rows, const PageRequest& page, const Key& key,
                                    const Less& less) {
  std::vector<std::pair<double, const Row*>> keyed;
  keyed.reserve(rows.size());
  for (const Row& row : rows) keyed.emplace_back(key(row), &row);
  const auto before = [&less](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : less(*a.second, *b.second);
  };
  const size_t begin = std::min(page.offset, keyed.size());
  const size_t end = std::min(begin + page.limit, keyed.size());
  const auto last = keyed.begin() + static_cast<std::ptrdiff_t>(end);
  std::partial_sort(keyed.begin(), last, keyed.end(), before);
  std::vector<const Row*> chosen;
  for (size_t i = begin; i < end; ++i) chosen.push_back(keyed[i].second);
  return chosen;
}

}  // namespace router::insight
