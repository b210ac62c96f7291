// Who gives way when memory is short.
#include "router/monitor/shedding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace router {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using transport::Loop;

std::vector<size_t> chosen(const std::vector<size_t>& held, uint64_t bytes) {
  std::vector<Loop::Holder> holders;
  for (const size_t one : held) holders.push_back({one, nullptr});
  std::vector<size_t> sizes;
  for (const Loop::Holder& holder : greatest(holders, bytes)) sizes.push_back(holder.bytes);
  return sizes;
}

constexpr size_t k = 1024;

TEST(Shedding, TakesTheGreatestFirst) {
  EXPECT_THAT(chosen({100 * k, 300 * k, 200 * k}, 1), ElementsAre(300 * k));
  EXPECT_THAT(chosen({100 * k, 300 * k, 200 * k}, 301 * k), ElementsAre(300 * k, 200 * k));
}

TEST(Shedding, TakesAllIfItMust) {
  EXPECT_THAT(chosen({100 * k, 300 * k}, 1000 * k), ElementsAre(300 * k, 100 * k));
}

TEST(Shedding, LeavesLittleOnesInPeaceIfTheyWouldNotHelp) {
  EXPECT_THAT(chosen({300 * k, 20 * k, 10 * k}, 1000 * k), ElementsAre(300 * k));
}

TEST(Shedding, TakesLittleOnesIfTheyAreMany) {
  const std::vector<size_t> many(1000, 60 * k);
  EXPECT_EQ(chosen(many, 600 * k).size(), 10u);
}

TEST(Shedding, TakesNobodyIfNothingIsHeld) {
  EXPECT_THAT(chosen({}, 1000), IsEmpty());
}

}  // namespace
}  // namespace router
