// When freed memory goes back to the kernel. What there is of it is made up.
#include "router/memory/unheld_memory.h"

#include <gtest/gtest.h>

namespace router {
namespace {

constexpr uint64_t mib = 1 << 20;

TEST(UnheldMemory, IsGivenBackWhenWhatWasHeldIsHeldNoMoreAndTheProcessKeepsIt) {
  UnheldMemory memory;
  memory.look(13 * mib, 1 * mib);
  memory.look(213 * mib, 200 * mib);
  EXPECT_FALSE(memory.should_be_given_back());
  memory.look(200 * mib, 1 * mib);
  EXPECT_TRUE(memory.should_be_given_back());
}

TEST(UnheldMemory, IsNotGivenBackWhileTheProcessTakesWhatIsHeldAndLittleMore) {
  UnheldMemory memory;
  for (uint64_t held = 0; held < 300; ++held) {
    memory.look((13 + held + held / 10) * mib, held * mib);
    EXPECT_FALSE(memory.should_be_given_back()) << held;
  }
}

// What others hold as well counts for each.
TEST(UnheldMemory, IsNoneIfMoreIsHeldThanTheProcessHas) {
  UnheldMemory memory;
  memory.look(100 * mib, 300 * mib);
  EXPECT_EQ(memory.bytes(), 0u);
  EXPECT_FALSE(memory.should_be_given_back());
}

// Looks until it is to be given back again, when `left` of 100 MiB were still there after the last time.
int looks_until_next(UnheldMemory& memory, uint64_t left) {
  memory.look(100 * mib, 0);
  memory.look(left, 0);
  memory.was_given_back(100 * mib);
  int looks = 0;
  for (; !memory.should_be_given_back(); ++looks) memory.look(100 * mib, 0);
  return looks;
}

TEST(UnheldMemory, IsGivenBackAgainSoonIfMuchCameOfIt) {
  UnheldMemory memory;
  memory.look(13 * mib, 0);
  EXPECT_EQ(looks_until_next(memory, 50 * mib), UnheldMemory::shortest_pause);
  EXPECT_EQ(looks_until_next(memory, 50 * mib), UnheldMemory::shortest_pause);
}

TEST(UnheldMemory, IsGivenBackLessAndLessOftenIfItIsInUse) {
  UnheldMemory memory;
  memory.look(13 * mib, 0);
  EXPECT_EQ(looks_until_next(memory, 99 * mib), 2 * UnheldMemory::shortest_pause);
  EXPECT_EQ(looks_until_next(memory, 99 * mib), 4 * UnheldMemory::shortest_pause);
  for (int i = 0; i < 5; ++i) looks_until_next(memory, 99 * mib);
  EXPECT_EQ(looks_until_next(memory, 99 * mib), UnheldMemory::longest_pause);
  EXPECT_EQ(looks_until_next(memory, 50 * mib), UnheldMemory::shortest_pause);
}

}  // namespace
}  // namespace router
