#include "router/chaos/plan.h"

#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace router::chaos {
namespace {

using testing::HasSubstr;

std::string complaint(std::string_view text) {
  try {
    plan_of(text);
    return "it is fine";
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

TEST(ChaosPlan, IsReadAsItIsWritten) {
  const Plan plan = plan_of("drop=1%,slow=5.5%,half-open=0%,kill-mid-call=100%,seed=18446744073709551615");
  EXPECT_DOUBLE_EQ(plan.drop, 0.01);
  EXPECT_DOUBLE_EQ(plan.slow, 0.055);
  EXPECT_EQ(plan.half_open, 0);
  EXPECT_EQ(plan.kill_mid_call, 1);
  EXPECT_EQ(plan.seed, UINT64_MAX);
}

TEST(ChaosPlan, NeedsNotNameAllFaults) {
  const Plan plan = plan_of("slow=5%");
  EXPECT_EQ(plan.drop, 0);
  EXPECT_EQ(plan.seed, std::nullopt);
}

TEST(ChaosPlan, IsWrittenAsItIsRead) {
  for (const char* const text : {"drop=1%", "drop=0.1%,slow=5%,half-open=2%,kill-mid-call=1%,seed=42"})
    EXPECT_EQ(to_text(plan_of(text)), text);
  EXPECT_EQ(to_text(plan_of("seed=7,slow=5%,drop=0%")), "slow=5%,seed=7");
}

TEST(ChaosPlan, NamesTheWordsThatItKnowsAndTheNearest) {
  const std::string known = R"(expected "drop", "slow", "half-open", "kill-mid-call" or "seed", found )";
  EXPECT_EQ(complaint("dorp=1%"), known + R"("dorp"; did you mean "drop"?)");
  EXPECT_EQ(complaint("drop=1%,half_open=2%"), known + R"("half_open"; did you mean "half-open"?)");
  EXPECT_EQ(complaint("everything=1%"), known + R"("everything")");
  EXPECT_EQ(complaint(""), known + R"("")");
  EXPECT_EQ(complaint("drop=1%,"), known + R"("")");
}

TEST(ChaosPlan, WantsPercentages) {
  for (const std::string value : {"", "1", "%", "x%", "-1%", "101%", "nan%", "inf%", "1%%", "1 %", "0x1%"})
    EXPECT_EQ(complaint("slow=" + value),
              "slow: expected a percentage from 0% to 100%, such as 1%, found \"" + value + "\"");
  EXPECT_THAT(complaint("drop"), HasSubstr("drop: expected a percentage"));
}

TEST(ChaosPlan, WantsAWholeNumberForASeed) {
  for (const std::string value : {"", "-1", "1.5", "x", "18446744073709551616"})
    EXPECT_EQ(complaint("drop=1%,seed=" + value),
              "seed: expected a whole number from 0 to 18446744073709551615, found \"" + value + "\"");
}

TEST(ChaosPlan, TakesNoWordTwiceAndNoSeedAlone) {
  EXPECT_EQ(complaint("drop=1%,drop=1%"), "drop is given twice");
  EXPECT_EQ(complaint("seed=1,drop=1%,seed=1"), "seed is given twice");
  EXPECT_EQ(complaint("seed=1"), "expected a fault beside the seed, such as drop=1%");
}

}  // namespace
}  // namespace router::chaos
