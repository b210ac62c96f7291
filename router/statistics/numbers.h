// What is counted of a procedure, a topic and a session. One thread counts, any thread reads; but events any
// thread counts.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "router/base/clock.h"
#include "transport/counters/counter.h"
#include "transport/counters/counter_totals.h"

namespace router {

// How long many calls took, in the buckets of transport::Histogram.
struct Latencies : transport::HistogramTotal {
  void add(const transport::Histogram& histogram) {
    for (size_t bucket = 0; bucket < counts.size(); ++bucket) counts[bucket] += histogram.count(bucket);
    sum_us += histogram.sum_us();
  }
  void add(const Latencies& other) {
    for (size_t bucket = 0; bucket < counts.size(); ++bucket) counts[bucket] += other.counts[bucket];
    sum_us += other.sum_us;
  }
  uint64_t count() const;
  // So many of a hundred took no longer than this, the upper end of a bucket; 0: there are none. Of the last
  // bucket it is the end of the one before.
  uint64_t percentile_us(unsigned percent) const;
};

struct ProcedureNumbers {
  transport::Counter errors;   // calls that ended with one
  transport::Counter bytes;    // of arguments and results
  transport::Counter waiting;  // calls that wait for a free callee now
  transport::Counter waited;   // calls that had to
  transport::Histogram latencies;

  struct Total {
    Total() = default;
    explicit Total(const ProcedureNumbers& numbers);
    void add(const Total& other);
    uint64_t errors = 0, bytes = 0, waiting = 0, waited = 0;
    Latencies latencies;
  };
  void clear();
};

struct TopicNumbers {
  transport::Counter errors;  // publications that were refused
  transport::Counter bytes;   // of what was published
  // EVENTs that subscribers were given, counted by the workers of these. They stand in a cache line of their
  // own, so that who publishes does not wait for it.
  alignas(64) std::atomic<uint64_t> events{0};
  // Of them, those that wait for slow subscribers now. May be off, to either side, for a place that has changed
  // hands while one was counted.
  std::atomic<int64_t> waiting{0};

  struct Total {
    Total() = default;
    explicit Total(const TopicNumbers& numbers)
        : errors(numbers.errors.value()),
          bytes(numbers.bytes.value()),
          events(numbers.events.load(std::memory_order_relaxed)),
          waiting(
              static_cast<uint64_t>(std::max(int64_t{0}, numbers.waiting.load(std::memory_order_relaxed)))) {}
    void add(const Total& other) {
      errors += other.errors;
      bytes += other.bytes;
      events += other.events;
      waiting += other.waiting;
    }
    uint64_t errors = 0, bytes = 0, events = 0, waiting = 0;
  };
  void clear() {
    errors.set(0);
    bytes.set(0);
    events.store(0, std::memory_order_relaxed);
    waiting.store(0, std::memory_order_relaxed);
  }
};

// As its session tells them once a second.
struct SessionNumbers {
  transport::Counter in_msgs, out_msgs, in_bytes, out_bytes;
  transport::Counter calls, errors;  // that it made; that it was sent
  transport::Counter events, lost;   // EVENTs
  transport::Counter queued;         // bytes that wait for its peer
  transport::Counter rate;           // messages in a thousand seconds, both ways
  transport::Counter joined_us;      // since 1970; the realm's
};

}  // namespace router
