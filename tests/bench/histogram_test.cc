#include "bench/load/histogram.h"

#include <gtest/gtest.h>

namespace bench::load {

namespace {

TEST(Histogram, QuantilesAreWithinOnePercent) {
  Histogram histogram;
  for (uint64_t ns = 1; ns <= 1'000'000; ++ns) histogram.add(ns);
  for (const double fraction : {0.001, 0.5, 0.9, 0.99, 0.999, 0.9999}) {
    const double exact = fraction * 1'000'000;
    EXPECT_NEAR(static_cast<double>(histogram.quantile_ns(fraction)), exact, exact / 100) << fraction;
  }
  EXPECT_EQ(histogram.max_ns(), 1'000'000u);
  EXPECT_EQ(histogram.count(), 1'000'000u);
}

TEST(Histogram, TellsWhatItHasCounted) {
  Histogram histogram;
  for (const uint64_t ns : {5u, 1'000'000u, 5u}) histogram.add(ns);
  std::vector<std::pair<uint64_t, uint64_t>> told;
  histogram.for_each([&told](uint64_t ns, uint64_t count) { told.emplace_back(ns, count); });
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0], std::pair(uint64_t{5}, uint64_t{2}));
  EXPECT_NEAR(static_cast<double>(told[1].first), 1e6, 1e4);
  EXPECT_EQ(told[1].second, 1u);
}

TEST(Histogram, OneOutOfAThousandShowsInTheLastQuantileOnly) {
  Histogram histogram;
  for (int i = 0; i < 999; ++i) histogram.add(100);
  histogram.add(1'000'000'000);
  EXPECT_EQ(histogram.quantile_ns(0.99), 100u);
  EXPECT_EQ(histogram.quantile_ns(0.999), 1'000'000'000u);
}

TEST(Histogram, AnyDurationHasABucket) {
  for (uint64_t ns = 1; ns != 0; ns *= 2) {
    Histogram histogram;
    histogram.add(ns);
    histogram.add(ns - 1);
    EXPECT_EQ(histogram.max_ns(), ns);
    EXPECT_NEAR(static_cast<double>(histogram.quantile_ns(0.9)), static_cast<double>(ns),
                static_cast<double>(ns) / 100);
  }
}

TEST(Histogram, WithoutDurationsAllQuantilesAreZero) {
  EXPECT_EQ(Histogram().quantile_ns(0.5), 0u);
  EXPECT_EQ(Histogram().max_ns(), 0u);
}

TEST(Histogram, TheSumOfTwoHasAllDurations) {
  Histogram sum, other;
  sum.add(10);
  other.add(20);
  other.add(30);
  sum.add(other);
  EXPECT_EQ(sum.count(), 3u);
  EXPECT_EQ(sum.max_ns(), 30u);
  EXPECT_EQ(sum.quantile_ns(0.5), 20u);
}

TEST(Histogram, WhatWasAddedSinceACopyWasMadeIsKnown) {
  Histogram histogram;
  histogram.add(10);
  histogram.add(1'000'000);
  const Histogram earlier = histogram;
  histogram.add(20);
  histogram.add(2000);
  const Histogram since = histogram.since(earlier);
  EXPECT_EQ(since.count(), 2u);
  EXPECT_EQ(since.quantile_ns(0), 20u);
  EXPECT_NEAR(static_cast<double>(since.max_ns()), 2000, 20);
}

}  // namespace

}  // namespace bench::load
