#include "bench/load/pace.h"

#include <gtest/gtest.h>

namespace bench::load {

namespace {

TEST(Pace, OperationsAreDueAtEqualDistances) {
  Pace pace(1000, 5 * kSecond);
  EXPECT_EQ(pace.due_ns(), 5 * kSecond);
  pace.next();
  EXPECT_EQ(pace.due_ns(), 5 * kSecond + kSecond / 1000);
  pace.next();
  EXPECT_EQ(pace.due_ns(), 5 * kSecond + 2 * kSecond / 1000);
}

TEST(Pace, RoundingDoesNotAddUp) {
  Pace pace(3, 0);
  for (int i = 0; i < 3'000; ++i) pace.next();
  EXPECT_NEAR(static_cast<double>(pace.due_ns()), 1000e9, 1000);
}

TEST(Pace, WhatWasNotBegunInTimeIsOverdue) {
  Pace pace(1000, kSecond);
  EXPECT_EQ(pace.overdue(kSecond / 2), 0u);
  EXPECT_EQ(pace.overdue(2 * kSecond), 1000u);
  for (int i = 0; i < 600; ++i) pace.next();
  EXPECT_EQ(pace.overdue(2 * kSecond), 400u);
}

}  // namespace

}  // namespace bench::load
