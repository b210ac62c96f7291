#include "bench/load/team.h"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace bench::load {

namespace {

TEST(Team, NobodyGoesOnBeforeAllHaveCome) {
  constexpr size_t kSize = 4;
  constexpr int kMeetings = 50;
  Team team(kSize);
  std::atomic<int> come = 0;
  std::atomic<bool> early = false;
  std::vector<std::vector<uint64_t>> times(kSize);
  {
    std::vector<std::jthread> members;
    for (size_t i = 0; i < kSize; ++i) {
      members.emplace_back([&, i] {
        Loop loop;
        for (int meeting = 1; meeting <= kMeetings; ++meeting) {
          ++come;
          times[i].push_back(team.meet(loop));
          if (come < meeting * static_cast<int>(kSize)) early = true;
          team.meet(loop);  // so that nobody comes to the next one before all have looked
        }
      });
    }
  }
  EXPECT_FALSE(early);
  for (size_t i = 1; i < kSize; ++i) EXPECT_EQ(times[i], times[0]);
}

TEST(Team, OneWhoFailsEndsTheWaitOfTheOthers) {
  Team team(2);
  std::jthread failing([&team] { team.disband(); });
  Loop loop;
  EXPECT_THROW(team.meet(loop), Disbanded);
}

}  // namespace

}  // namespace bench::load
