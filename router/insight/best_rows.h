// Which rows of a very long list are on a page.
//
// Rows come in slices, under somebody's lock; only those are kept that may be on the page, and some more, so
// that it is seldom looked for them. One thread's. A charge pays for what is kept.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>
#include <vector>

#include "router/insight/page_request.h"
#include "transport/memory/account.h"

namespace router::insight {

// A Row has `double key`, of which the greatest come first; comes_first(a, b), where keys are the same; and
// bytes(), of memory elsewhere.
template <class Row>
class BestRows {
 public:
  BestRows(const PageRequest& page, transport::Charge charge)
      : offset_(page.offset), limit_(page.limit), charge_(std::move(charge)) {}

  // Of the present slice; short, as others wait for the lock.
  void add(Row row) { slice_.push_back(std::move(row)); }
  // The slice is over, and the lock is not held.
  void end_slice() {
    total_ += slice_.size();
    for (Row& row : slice_) {
      bytes_ += row.bytes();
      rows_.push_back(std::move(row));
    }
    slice_.clear();
    const size_t kept = offset_ + limit_;
    if (rows_.size() >= kept + std::max(some_more, kept / 4)) {
      std::nth_element(rows_.begin(), at(kept), rows_.end(), before);
      erase(kept, rows_.size());
    }
    charge_.set(rows_.capacity() * sizeof(Row) + bytes_);
  }
  // How many there were.
  size_t total() const { return total_; }

  // When all have come: those on the page, in order. They last as long as this.
  std::vector<const Row*> choose() {
    const size_t begin = std::min(offset_, rows_.size());
    const size_t end = std::min(begin + limit_, rows_.size());
    std::partial_sort(rows_.begin(), at(end), rows_.end(), before);
    erase(end, rows_.size());
    erase(0, begin);
    rows_.shrink_to_fit();
    charge_.set(rows_.capacity() * sizeof(Row) + bytes_);
    std::vector<const Row*> chosen;
    for (const Row& row : rows_) chosen.push_back(&row);
    return chosen;
  }

 private:
  static constexpr size_t some_more = 16'384;

  static bool before(const Row& a, const Row& b) {
    return a.key != b.key ? a.key > b.key : Row::comes_first(a, b);
  }
  auto at(size_t place) { return rows_.begin() + static_cast<std::ptrdiff_t>(place); }
  void erase(size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) bytes_ -= rows_[i].bytes();
    rows_.erase(at(begin), at(end));
  }

  const size_t offset_, limit_;
  std::vector<Row> slice_, rows_;
  size_t total_ = 0;
  size_t bytes_ = 0;  // of memory elsewhere, of `rows_`
  transport::Charge charge_;
};

}  // namespace router::insight
