#include "router/callees/callee_room.h"

#include <gtest/gtest.h>

#include "tests/router/support/realm_harness.h"

namespace router {
namespace {

TEST(TheRoomOfACallee, IsTakenByWhatIsOnItsWay) {
  CalleeRoom room(1000);
  room.take(600);
  EXPECT_TRUE(room.any());
  room.take(400);
  EXPECT_FALSE(room.any());
  EXPECT_TRUE(room.on_arrival(600, 0));
  EXPECT_TRUE(room.any());
}

TEST(TheRoomOfACallee, IsTakenByWhatWaitsForItsPeer) {
  CalleeRoom room(1000);
  room.take(1000);
  EXPECT_FALSE(room.on_arrival(1000, 1000)) << "its peer has taken nothing of it";
  EXPECT_FALSE(room.any());
  EXPECT_TRUE(room.on_arrival(0, 999));
}

TEST(TheRoomOfACallee, IsEnoughForOneMoreOfAnySizeAsLongAsThereIsAny) {
  CalleeRoom room(1000);
  room.take(999);
  EXPECT_TRUE(room.any());
  room.take(1'000'000);
  EXPECT_FALSE(room.any());
  EXPECT_FALSE(room.on_arrival(999, 0));
  EXPECT_TRUE(room.on_arrival(1'000'000, 0));
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
  callee.holds(3000);
  // Nothing has been delivered yet.
  for (int i = 1; i <= 5; ++i) call(i);
  EXPECT_EQ(invocations(), "1 2 3 ");
  EXPECT_EQ(invocations(), "");
  callee.holds(0);
  callee.unclogs();
  EXPECT_EQ(invocations(), "4 5 ");
}

TEST_F(ACallee, ThatWasCloggedGetsAllThatItHasRoomFor) {
  callee.clogs();
  for (int i = 1; i <= 10; ++i) call(i);
  EXPECT_EQ(invocations(), "");
  callee.unclogs();
  // It takes each of them at once.
  EXPECT_EQ(invocations(), "1 2 3 4 5 6 7 8 9 10 ");
}

TEST_F(ACallee, GetsTheCallsInTheOrderInWhichTheyCame) {
  callee.clogs();
  call(1);
  call(2);
  EXPECT_EQ(invocations(), "");
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
  const std::string argument = "[\"" + std::string(1000, 'x') + "\"]";
  caller.says(R"([48,1,{},"com.shared",)" + argument + "]");
  caller.says(R"([48,2,{},"com.shared",)" + argument + "]");
  EXPECT_THAT(first.hears(), testing::HasSubstr("[68,1,"));
  EXPECT_THAT(second.hears(), testing::HasSubstr("[68,1,"));
}

}  // namespace
}  // namespace router
