#include "transport/counters/counter.h"

#include <gtest/gtest.h>

namespace transport {
namespace {

constexpr Family things{"things_total", "Things.", {"kind"}};
constexpr Family times{"times_seconds", "Times.", {}, Family::Kind::histogram};

struct Things : CounterSet {
  Counter good{*this, things, "good"};
  Counter bad{*this, things, "bad"};
  Histogram time{*this, times};
};

TEST(CounterTest, AddsSubtractsAndIsSet) {
  Counter counter;
  counter.add();
  counter.add(41);
  EXPECT_EQ(counter.value(), 42u);
  counter.subtract(40);
  EXPECT_EQ(counter.value(), 2u);
  counter.set(7);
  EXPECT_EQ(counter.value(), 7u);
}

TEST(CounterTest, ASetListsItsNumbersInTheirOrder) {
  Things set;
  set.bad.add(3);
  ASSERT_EQ(set.entries().size(), 3u);
  EXPECT_EQ(set.entries()[0].family->name, "things_total");
  EXPECT_EQ(set.entries()[0].labels[0], "good");
  EXPECT_EQ(set.entries()[1].labels[0], "bad");
  EXPECT_EQ(std::get<const Counter*>(set.entries()[1].number)->value(), 3u);
  EXPECT_EQ(std::get<const Histogram*>(set.entries()[2].number), &set.time);
}

TEST(HistogramTest, ATimeFallsIntoTheFirstBucketThatIsNotShorter) {
  const auto bucket_of = [&](uint64_t us) {
    Histogram fresh;
    fresh.add(us);
    for (size_t bucket = 0; bucket < Histogram::bucket_count; ++bucket)
      if (fresh.count(bucket) == 1) return bucket;
    return Histogram::bucket_count;
  };
  EXPECT_EQ(bucket_of(0), 0u);
  EXPECT_EQ(bucket_of(1), 0u);
  EXPECT_EQ(bucket_of(2), 1u);
  EXPECT_EQ(bucket_of(3), 2u);
  EXPECT_EQ(bucket_of(4), 2u);
  EXPECT_EQ(bucket_of(5), 3u);
  const size_t last = Histogram::bucket_count - 1;
  EXPECT_EQ(bucket_of(Histogram::longest_us(last - 1)), last - 1);
  EXPECT_EQ(bucket_of(Histogram::longest_us(last - 1) + 1), last);
  EXPECT_EQ(bucket_of(UINT64_MAX), last);
  for (size_t bucket = 0; bucket < last; ++bucket)
    EXPECT_EQ(bucket_of(Histogram::longest_us(bucket)), bucket);
}

TEST(HistogramTest, AddsUpTimes) {
  Histogram histogram;
  histogram.add(2);
  histogram.add(5);
  EXPECT_EQ(histogram.sum_us(), 7u);
}

}  // namespace
}  // namespace transport
