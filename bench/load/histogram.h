// Counts durations with an error of less than one percent: 64 buckets for each power of two.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace bench::load {

class Histogram {
 public:
  void add(uint64_t ns) {
    ++buckets_[index(ns)];
    ++count_;
    max_ = std::max(max_, ns);
  }

  void add(const Histogram& other) {
    for (size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
    count_ += other.count_;
    max_ = std::max(max_, other.max_);
  }

  uint64_t count() const { return count_; }
  uint64_t max_ns() const { return max_; }

  // What was added since `earlier`, a copy of this one. The longest of these is known as well as its bucket.
  Histogram since(const Histogram& earlier) const {
    Histogram later;
    for (size_t i = 0; i < buckets_.size(); ++i) {
      later.buckets_[i] = buckets_[i] - earlier.buckets_[i];
      if (later.buckets_[i] != 0) later.max_ = std::min(middle(i), max_);
    }
    later.count_ = count_ - earlier.count_;
    return later;
  }

  // visit(ns, count) for each bucket with something in it, the shortest first.
  template <typename Visit>
  void for_each(Visit&& visit) const {
    for (size_t i = 0; i < buckets_.size(); ++i) {
      if (buckets_[i] != 0) visit(std::min(middle(i), max_), buckets_[i]);
    }
  }

  // The duration that `fraction` of all stay within; 0 when there are none.
  uint64_t quantile_ns(double fraction) const {
    const auto wanted = static_cast<uint64_t>(fraction * static_cast<double>(count_));
    uint64_t seen = 0;
    for (size_t i = 0; i < buckets_.size(); ++i) {
      seen += buckets_[i];
      if (seen > wanted) return std::min(middle(i), max_);
    }
    return max_;
  }

 private:
  static size_t index(uint64_t ns) {
    const int shift = std::max(0, static_cast<int>(std::bit_width(ns)) - 7);
    return 64 * static_cast<size_t>(shift) + static_cast<size_t>(ns >> shift);
  }
  static uint64_t middle(size_t index) {
    if (index < 128) return index;
    const size_t shift = index / 64 - 1;
    return (static_cast<uint64_t>(index - 64 * shift) << shift) + (uint64_t{1} << shift) / 2;
  }

  std::vector<uint64_t> buckets_ = std::vector<uint64_t>(64 * 57 + 128);
  uint64_t count_ = 0;
  uint64_t max_ = 0;
};

}  // namespace bench::load
