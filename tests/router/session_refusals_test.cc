// What a session may send: by the rate of its role, and while memory is short.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/router/session_wires.h"

namespace router {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

config::Config with_rate(uint64_t messages_per_second) {
  config::Config config = SessionHarness::two_realms();
  config.realms.front().roles.front().limits["messages_per_second"] = messages_per_second;
  return config;
}

TEST(TheRateOfARole, HoldsForItsSessions) {
  SessionHarness router(with_rate(7));
  Wire& before = router.connect();
  EXPECT_TRUE(before.rate().unlimited());
  EXPECT_EQ(router.join().rate(), (transport::Rate{.messages_per_second = 7}));
}

// Or GOODBYE and HELLO would fill the bucket.
TEST(TheRateOfARole, StaysWithTheConnectionUntilAnotherSessionJoins) {
  SessionHarness router(with_rate(7));
  Wire& wire = router.join();
  EXPECT_THAT(says(wire, R"([6,{},"wamp.close.normal"])"), StartsWith("[6,"));
  EXPECT_EQ(wire.rate().messages_per_second, 7u);
}

struct ASessionWhenMemoryIsShort : testing::Test {
  ASessionWhenMemoryIsShort() { router.worker().set_memory_stage(MemoryStage::frugal); }

  static std::string large(const std::string& beginning) {
    std::string message = beginning + ",[\"";
    return message.append(70'000, 'x').append("\"]]");
  }

  SessionHarness router;
  Wire& wire = router.join();
};

TEST_F(ASessionWhenMemoryIsShort, SubscribesAndRegistersNothing) {
  EXPECT_EQ(says(wire, R"([32,1,{},"com.topic"])"), "[8,32,1,{},\"wamp.error.unavailable\"]");
  EXPECT_EQ(says(wire, R"([64,2,{},"com.add"])"), "[8,64,2,{},\"wamp.error.unavailable\"]");
}

TEST_F(ASessionWhenMemoryIsShort, SaysNothingLarge) {
  EXPECT_EQ(says(wire, large(R"([48,1,{},"com.add")")), "[8,48,1,{},\"wamp.error.unavailable\"]");
  EXPECT_EQ(says(wire, large(R"([16,2,{"acknowledge":true},"com.topic")")),
            "[8,16,2,{},\"wamp.error.unavailable\"]");
  EXPECT_EQ(says(wire, large(R"([16,3,{},"com.topic")")), "");
}

TEST_F(ASessionWhenMemoryIsShort, DoesEverythingElse) {
  EXPECT_THAT(says(wire, R"([48,1,{},"com.add"])"), HasSubstr("wamp.error.no_such_procedure"));
  EXPECT_THAT(says(wire, R"([16,2,{"acknowledge":true},"com.topic",["small"]])"), StartsWith("[17,2,"));
}

TEST_F(ASessionWhenMemoryIsShort, IsAsBeforeWhenThereIsEnough) {
  router.worker().set_memory_stage(MemoryStage::plenty);
  EXPECT_THAT(says(wire, R"([32,1,{},"com.topic"])"), StartsWith("[33,1,"));
}

TEST_F(ASessionWhenMemoryIsShort, GoesIfMostIsHeldForIt) {
  Wire& other = router.join();
  other.holds(100'000);
  wire.holds(200'000);
  router.worker().shed(150'000);
  EXPECT_THAT(wire.dropped(), HasSubstr("200000 bytes are held for this connection"));
  EXPECT_EQ(other.dropped(), "");
  wire.breaks();
  router.worker().shed(1);
  EXPECT_THAT(other.dropped(), HasSubstr("100000 bytes"));
}

TEST_F(ASessionWhenMemoryIsShort, StaysIfLittleIsHeldForIt) {
  wire.holds(60'000);
  router.worker().shed(1'000'000);
  EXPECT_EQ(wire.dropped(), "");
}

}  // namespace
}  // namespace router
