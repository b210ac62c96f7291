#include "router/dealer/held_registers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace router::dealer {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class HeldRegistersTest : public testing::Test {
 protected:
  bool add(Member& callee, Member& holder, const std::string& procedure, int deadline_s) {
    return held.add({&callee, &holder, {}, procedure, wamp::MatchPolicy::exact, {}, at(deadline_s)});
  }
  std::vector<std::string> take_for(const Member& holder) {
    std::vector<std::string> procedures;
    for (const HeldRegister& taken : held.take_for(holder)) procedures.push_back(taken.procedure);
    return procedures;
  }
  static SteadyTime at(int seconds) { return SteadyTime(std::chrono::seconds(seconds)); }

  HeldRegisters held;
  Member ann{{}, {}, {}, nullptr}, bob{{}, {}, {}, nullptr}, cat{{}, {}, {}, nullptr};
};

TEST_F(HeldRegistersTest, AreTakenInTheOrderInWhichTheyCame) {
  EXPECT_TRUE(add(ann, bob, "a", 1));
  EXPECT_TRUE(add(ann, cat, "b", 2));
  EXPECT_FALSE(add(cat, bob, "c", 3)) << "bob is being asked already";
  EXPECT_THAT(take_for(bob), ElementsAre("a", "c"));
  EXPECT_THAT(take_for(bob), IsEmpty());
  EXPECT_EQ(held.size(), 1u);
  EXPECT_TRUE(add(ann, bob, "d", 4)) << "he is to be asked again";
}

TEST_F(HeldRegistersTest, AreForgottenWithWhoAskedForThem) {
  add(ann, bob, "a", 1);
  add(cat, bob, "b", 2);
  add(ann, cat, "c", 3);
  held.remove_callee(ann);
  EXPECT_THAT(take_for(bob), ElementsAre("b"));
  EXPECT_THAT(take_for(cat), IsEmpty());
  EXPECT_EQ(held.size(), 0u);
  held.remove_callee(ann);
}

TEST_F(HeldRegistersTest, TellWhoIsSilentOnceAndWhenToLookAgain) {
  EXPECT_EQ(held.next_deadline(), SteadyTime::max());
  add(ann, bob, "a", 1);
  add(ann, bob, "b", 1);
  add(ann, cat, "c", 2);
  add(cat, bob, "d", 3);
  EXPECT_EQ(held.next_deadline(), at(1));
  EXPECT_THAT(held.silent_holders(at(0)), IsEmpty());
  EXPECT_THAT(held.silent_holders(at(1)), ElementsAre(&bob));
  EXPECT_THAT(held.silent_holders(at(5)), ElementsAre(&bob, &cat));
  take_for(bob);
  EXPECT_EQ(held.next_deadline(), at(2));
}

}  // namespace
}  // namespace router::dealer
