// Stages of memory: when they begin and end. What is used is made up.
#include "router/memory/memory_guard.h"

#include <gtest/gtest.h>

#include "router/memory/memory_use.h"

namespace router {
namespace {

constexpr uint64_t limit = 1'000'000'000;

MemoryUse resident(uint64_t percent) {
  return {.resident = limit / 100 * percent + limit / 200};
}

struct AMemoryGuard : testing::Test {
  MemoryStage at(uint64_t percent) {
    guard.look(resident(percent));
    return guard.stage();
  }
  MemoryGuard guard{{.resident = limit, .buffered = limit / 2, .addresses = 0}};
};

TEST_F(AMemoryGuard, EntersOneStageAfterTheOther) {
  EXPECT_EQ(at(10), MemoryStage::plenty);
  EXPECT_EQ(at(69), MemoryStage::plenty);
  EXPECT_EQ(at(70), MemoryStage::closed);
  EXPECT_EQ(at(80), MemoryStage::frugal);
  EXPECT_EQ(at(90), MemoryStage::shedding);
}

TEST_F(AMemoryGuard, EntersAllOfThemAtOnceIfItMust) {
  EXPECT_EQ(at(95), MemoryStage::shedding);
  EXPECT_EQ(at(10), MemoryStage::plenty);
}

TEST_F(AMemoryGuard, DoesNotFlap) {
  EXPECT_EQ(at(90), MemoryStage::shedding);
  EXPECT_EQ(at(86), MemoryStage::shedding);
  EXPECT_EQ(at(84), MemoryStage::frugal);
  EXPECT_EQ(at(76), MemoryStage::frugal);
  EXPECT_EQ(at(74), MemoryStage::closed);
  EXPECT_EQ(at(66), MemoryStage::closed);
  EXPECT_EQ(at(64), MemoryStage::plenty);
}

TEST_F(AMemoryGuard, TellsWhenTheStageChanges) {
  EXPECT_FALSE(guard.look(resident(50)));
  EXPECT_TRUE(guard.look(resident(75)));
  EXPECT_FALSE(guard.look(resident(75)));
  EXPECT_TRUE(guard.look(resident(50)));
}

TEST_F(AMemoryGuard, TakesTheWorstOfItsMeasures) {
  guard.look({.resident = limit / 10, .buffered = limit / 2 / 100 * 91});
  EXPECT_EQ(guard.stage(), MemoryStage::shedding);
  EXPECT_EQ(guard.excess(), limit / 2 / 100 * 6);
  guard.look({.resident = limit / 10, .addresses = 100 * limit});
  EXPECT_EQ(guard.stage(), MemoryStage::plenty);  // nothing limits addresses
  EXPECT_EQ(guard.excess(), 0u);
}

TEST_F(AMemoryGuard, TellsWhatItHasSeen) {
  guard.look({.resident = 7, .buffered = 8});
  EXPECT_EQ(guard.resident(), 7u);
  EXPECT_EQ(guard.buffered(), 8u);
}

TEST(MemoryUse, OfThisProcessIsThereAndWithinWhatIsAllowed) {
  const MemoryUse use = memory_use();
  EXPECT_GT(use.resident, uint64_t{1} << 20);
  EXPECT_GE(use.addresses, use.resident);
  EXPECT_LT(use.resident, allowed_memory());
}

TEST(ControlGroups, AreFoundInBothVersions) {
  EXPECT_EQ(control_group_path("0::/system.slice/wampd.service\n", true), "/system.slice/wampd.service");
  const std::string mixed = "12:cpu,cpuacct:/a\n9:memory:/docker/4711\n1:name=systemd:/b\n0::/c\n";
  EXPECT_EQ(control_group_path(mixed, false), "/docker/4711");
  EXPECT_EQ(control_group_path(mixed, true), "/c");
  EXPECT_EQ(control_group_path("0::/\n", true), "");
  EXPECT_EQ(control_group_path("", false), "");
}

TEST(ControlGroups, HaveALimitOrNone) {
  EXPECT_EQ(control_group_limit("536870912\n"), 536870912u);
  EXPECT_EQ(control_group_limit("max\n"), 0u);
  EXPECT_EQ(control_group_limit(""), 0u);
}

}  // namespace
}  // namespace router
