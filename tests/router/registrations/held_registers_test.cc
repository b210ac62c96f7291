#include "router/registrations/held_registers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace router::dealer {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class HeldRegistersTest : public testing::Test {
 protected:
  // True if nothing else waits for this holder.
  bool add(Member& callee, Member& holder, const std::string& procedure, int deadline_s) {
    const bool is_first = !held.any_for(holder.ref.session);
    held.add({&callee, &holder, {}, procedure, wamp::MatchPolicy::exact, {}, at(deadline_s)});
    return is_first;
  }
  std::vector<std::string> take_for(const Member& holder) {
    std::vector<std::string> procedures;
    while (const HeldRegister* const first = held.find_for(holder.ref.session)) {
      procedures.push_back(first->procedure);
      held.forget_one_for(holder.ref.session);
    }
    return procedures;
  }
  Member* take_silent_holder(SteadyTime now) {
    const auto silent = held.silent_holder(now);
    if (silent.holder) held.pass(silent);
    return silent.holder;
  }
  static SteadyTime at(int seconds) { return SteadyTime(std::chrono::seconds(seconds)); }

  HeldRegisters held;
  static SessionRef session(uint64_t id) { return {0, 0, wamp::SessionId(id)}; }
  Member ann{{session(1), {}, {}}, nullptr}, bob{{session(2), {}, {}}, nullptr},
      cat{{session(3), {}, {}}, nullptr};
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
  while (held.forget_one_of(ann.ref.session)) {
  }
  EXPECT_THAT(take_for(bob), ElementsAre("b"));
  EXPECT_THAT(take_for(cat), IsEmpty());
  EXPECT_EQ(held.size(), 0u);
  EXPECT_FALSE(held.forget_one_of(ann.ref.session));
}

TEST_F(HeldRegistersTest, TellWhoIsSilentAndWhenToLookAgain) {
  EXPECT_EQ(held.next_deadline(), SteadyTime::max());
  add(ann, bob, "a", 1);
  add(ann, bob, "b", 1);
  add(ann, cat, "c", 2);
  add(cat, bob, "d", 3);
  EXPECT_EQ(held.next_deadline(), at(1));
  EXPECT_EQ(take_silent_holder(at(0)), nullptr);
  EXPECT_EQ(take_silent_holder(at(1)), &bob);
  EXPECT_EQ(take_silent_holder(at(1)), &bob) << "once for each that waits for him";
  EXPECT_EQ(take_silent_holder(at(1)), nullptr);
  EXPECT_EQ(held.next_deadline(), at(2));
  EXPECT_THAT(take_for(bob), ElementsAre("a", "b", "d"));
  EXPECT_EQ(take_silent_holder(at(5)), &cat);
  EXPECT_EQ(take_silent_holder(at(5)), nullptr);
  EXPECT_EQ(held.next_deadline(), SteadyTime::max());
}

TEST_F(HeldRegistersTest, KnowTheHolderToBeAliveAsLongAsTheyAreDecided) {
  add(ann, bob, "a", 1);
  add(ann, bob, "b", 1);
  held.set_alive(bob.ref.session);
  held.forget_one_for(bob.ref.session);
  EXPECT_TRUE(held.is_alive(bob.ref.session));
  held.forget_one_for(bob.ref.session);
  EXPECT_FALSE(held.is_alive(bob.ref.session));
}

}  // namespace
}  // namespace router::dealer
