// Which rows of a very long list are on a page.
//
// Rows come in slices, under somebody's lock; only those are kept that may be on the page, and some more, so
// that it is seldom looked for them; most others are not even made. One thread's. A charge pays for what is
// kept.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "router/insight/page_request.h"
#include "transport/memory/account.h"

namespace router::insight {

// A Row has order(), of which the least come first; and bytes(), of memory elsewhere.
template <class Row>
class BestRows {
 public:
  using Order = decltype(std::declval<const Row&>().order());

  BestRows(const PageRequest& page, transport::Charge charge)
      : begin_(page.offset), end_(page.offset + page.limit), charge_(std::move(charge)) {}

  // Of the present slice; short, as others wait for the lock. make() gives the row, if it may be on the page.
  template <class Make>
  void add(const Order& order, const Make& make) {
    ++total_;
    if (!is_cut_ || order < rows_[end_ - 1].order()) slice_.push_back(make());
  }
  // The slice is over, and the lock is not held.
  void end_slice() {
    for (Row& row : slice_) {
      bytes_ += row.bytes();
      rows_.push_back(std::move(row));
    }
    slice_.clear();
    if (rows_.size() >= end_ + std::max(some_more, end_ / 4)) cut();
    charge_.set(rows_.capacity() * sizeof(Row) + bytes_);
  }
  // How many there were.
  size_t total() const { return total_; }

  // When all have come: those on the page, in order. They last as long as this.
  std::span<const Row> choose() {
    if (rows_.size() > end_) cut();
    std::sort(rows_.begin(), rows_.end(), before);
    erase(0, std::min(begin_, rows_.size()));
    rows_.shrink_to_fit();
    charge_.set(rows_.capacity() * sizeof(Row) + bytes_);
    return rows_;
  }

 private:
  static constexpr size_t some_more = 1024;

  static bool before(const Row& a, const Row& b) { return a.order() < b.order(); }
  // The first `end_` stay, with the last of them in its place.
  void cut() {
    std::nth_element(rows_.begin(), at(end_ - 1), rows_.end(), before);
    erase(end_, rows_.size());
    is_cut_ = true;
  }
  auto at(size_t place) { return rows_.begin() + static_cast<std::ptrdiff_t>(place); }
  void erase(size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) bytes_ -= rows_[i].bytes();
    rows_.erase(at(begin), at(end));
  }

  const size_t begin_, end_;  // the page
  std::vector<Row> slice_, rows_;
  bool is_cut_ = false;  // what comes after the row at `end_ - 1` is not on the page
  size_t total_ = 0;
  size_t bytes_ = 0;  // of memory elsewhere, of `rows_`
  transport::Charge charge_;
};

}  // namespace router::insight
