// Numbers that one thread counts and any thread reads, and what they are called outside.
//
// Adding is one load, one addition and one store, without a lock or a locked instruction, so only one thread
// may add at a time: the one that owns the number, or whoever holds the lock that guards it. Readers see a
// number that was true a moment ago. A set lives as long as what it counts; it is never copied or moved, as
// it knows where its numbers are.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace transport {

// What numbers of one kind are called: a family of Prometheus. Constants, which outlive everything.
struct Family {
  enum class Kind : uint8_t { counter, gauge, histogram };
  std::string_view name;  // "wampd_connections_closed_total"
  std::string_view help;
  std::array<std::string_view, 2> labels = {};  // "": none
  Kind kind = Kind::counter;
};
using LabelValues =
    std::array<std::string, 2>;  // of the family's labels; bounded sets, nothing that a peer says

class CounterSet;

class Counter {
 public:
  Counter() = default;
  // One of `set`, which must be the object that the counter is a member of.
  Counter(CounterSet& set, const Family& family, std::string first_label = {}, std::string second_label = {});

  void add(uint64_t count = 1) { set(value() + count); }
  // Of gauges.
  void subtract(uint64_t count = 1) { set(value() - count); }
  void set(uint64_t value) { value_.store(value, std::memory_order_relaxed); }
  // Any thread.
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

// How long things took, in buckets that double: up to 1 µs, 2 µs, 4 µs, ... 2^25 µs (34 s), and longer.
class Histogram {
 public:
  static constexpr size_t bucket_count = 27;
  static constexpr uint64_t longest_us(size_t bucket) {
    return uint64_t{1} << bucket;
  }  // not of the last one

  Histogram() = default;
  Histogram(CounterSet& set, const Family& family);

  // Where something that took so long counts.
  static size_t bucket_of(uint64_t us) {
    const auto bucket = static_cast<size_t>(us <= 1 ? 0 : std::bit_width(us - 1));
    return bucket < bucket_count ? bucket : bucket_count - 1;
  }
  void add(uint64_t us) { add(us, bucket_of(us)); }
  // For who counts in several: `bucket` is bucket_of(us).
  void add(uint64_t us, size_t bucket) {
    buckets_[bucket].add();
    sum_us_.add(us);
  }
  void clear() {
    for (Counter& bucket : buckets_) bucket.set(0);
    sum_us_.set(0);
  }
  // Of each bucket alone.
  uint64_t count(size_t bucket) const { return buckets_[bucket].value(); }
  uint64_t sum_us() const { return sum_us_.value(); }

 private:
  std::array<Counter, bucket_count> buckets_;
  Counter sum_us_;
};

// Derive from it; each member that is made with the set is in the list. All sets of one type have the same
// list.
class CounterSet {
 public:
  struct Entry {
    const Family* family;
    LabelValues labels;
    std::variant<const Counter*, const Histogram*> number;
  };

  CounterSet() = default;
  CounterSet(const CounterSet&) = delete;
  CounterSet& operator=(const CounterSet&) = delete;

  const std::vector<Entry>& entries() const { return entries_; }
  void list(const Family& family, LabelValues labels, std::variant<const Counter*, const Histogram*> number) {
    entries_.push_back({&family, std::move(labels), number});
  }

 protected:
  ~CounterSet() = default;

 private:
  std::vector<Entry> entries_;
};

inline Counter::Counter(CounterSet& set, const Family& family, std::string first_label,
                        std::string second_label) {
  set.list(family, {std::move(first_label), std::move(second_label)}, this);
}
inline Histogram::Histogram(CounterSet& set, const Family& family) {
  set.list(family, {}, this);
}

}  // namespace transport
