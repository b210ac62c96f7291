#include "router/member/callee_room.h"

#include <gtest/gtest.h>

#include "tests/router/support/realm_harness.h"

namespace router {
namespace {

TEST(TheRoomOfACallee, IsAskedForBeforeItIsUsedUp) {
  CalleeRoom room(1000);
  EXPECT_FALSE(room.take(500));
  EXPECT_TRUE(room.take(1));
  EXPECT_TRUE(room.any());
  EXPECT_FALSE(room.take(400)) << "it has been asked";
  EXPECT_FALSE(room.answer(1000));
  EXPECT_FALSE(room.take(100)) << "500 are left, as 400 were sent behind the question";
  EXPECT_TRUE(room.take(1));
}

TEST(TheRoomOfACallee, IsEnoughForOneMoreOfAnySizeAslongAsThereIsAny) {
  CalleeRoom room(1000);
  EXPECT_TRUE(room.take(999));
  EXPECT_TRUE(room.any());
  room.take(1'000'000);
  EXPECT_FALSE(room.any());
  EXPECT_TRUE(room.answer(1000)) << "what was sent since then takes all of it";
  EXPECT_FALSE(room.any());
  EXPECT_FALSE(room.answer(1000));
  EXPECT_TRUE(room.any());
}

TEST(TheRoomOfACallee, IsNoneFromItsCloseToTheAnswerThatFollows) {
  CalleeRoom room(1000);
  EXPECT_TRUE(room.take(600));
  room.close();
  EXPECT_FALSE(room.any());
  EXPECT_FALSE(room.answer(1000)) << "that was the answer to the question before";
  EXPECT_FALSE(room.any());
  EXPECT_FALSE(room.answer(700));
  EXPECT_TRUE(room.any());
}

TEST(TheRoomOfACallee, IsNotAskedForAgainAndAgainWhileThereIsNone) {
  CalleeRoom room(1000);
  EXPECT_TRUE(room.take(1500));
  EXPECT_FALSE(room.answer(0));
  EXPECT_FALSE(room.any());
}

class ACallee : public testing::Test {
 protected:
  ACallee() {
    callee.says(R"([64,1,{},"com.add"])");
    callee.hears();
  }
  void call(int request) {
    caller.says("[48," + std::to_string(request) + R"(,{},"com.add",[")" + std::string(1000, 'x') + "\"]]");
  }
  // The ids of the INVOCATIONs that have come.
  std::string invocations() {
    std::string ids, heard = callee.hears();
    for (size_t at = heard.find("[68,"); at != heard.npos; at = heard.find("[68,", at + 1))
      ids += heard.substr(at + 4, heard.find(',', at + 4) - at - 4) + " ";
    return ids;
  }

  RealmHarness realm;
  Peer& callee = realm.join({}, "anonymous", 0, 3000);
  Peer& caller = realm.join();
};

TEST_F(ACallee, GetsAsManyCallsAtOnceAsItHasRoomFor) {
  for (int i = 1; i <= 5; ++i) call(i);
  // It has not been asked yet: nothing has been delivered.
  callee.has_room(0);
  EXPECT_EQ(invocations(), "1 2 3 ");
  EXPECT_EQ(invocations(), "");
  callee.has_room(3000);
  callee.unclogs();
  EXPECT_EQ(invocations(), "4 5 ");
}

TEST_F(ACallee, ThatWasCloggedGetsNoMoreThanItHasRoomFor) {
  callee.clogs();
  for (int i = 1; i <= 10; ++i) call(i);
  EXPECT_EQ(invocations(), "");
  callee.has_room(2000);
  callee.unclogs();
  // Each time that it is asked it has taken all.
  EXPECT_EQ(invocations(), "1 2 3 4 5 6 7 8 9 10 ");
}

TEST_F(ACallee, GetsTheCallsInTheOrderInWhichTheyCame) {
  callee.clogs();
  call(1);
  callee.has_room(0);
  callee.unclogs();
  call(2);
  EXPECT_EQ(invocations(), "");
  callee.has_room(3000);
  callee.unclogs();
  call(3);
  EXPECT_EQ(invocations(), "1 2 3 ");
}

TEST_F(ACallee, ThatHasNoRoomLeavesCallsToOthers) {
  Peer& first = realm.join({}, "anonymous", 0, 500);
  Peer& second = realm.join();
  for (Peer* peer : {&first, &second}) {
    peer->says(R"([64,1,{"invoke":"first"},"com.shared"])");
    peer->hears();
  }
  first.has_room(0);
  const std::string argument = "[\"" + std::string(1000, 'x') + "\"]";
  caller.says(R"([48,1,{},"com.shared",)" + argument + "]");
  caller.says(R"([48,2,{},"com.shared",)" + argument + "]");
  EXPECT_THAT(first.hears(), testing::HasSubstr("[68,1,"));
  EXPECT_THAT(second.hears(), testing::HasSubstr("[68,1,"));
}

}  // namespace
}  // namespace router
