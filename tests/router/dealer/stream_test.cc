// What a session does about streams: the request ids of their chunks, and peers that do not take them.
#include <gtest/gtest.h>

#include "tests/router/support/session_wires.h"

namespace router {
namespace {

using serializers::Format;
using testing::HasSubstr;
using testing::StartsWith;

constexpr size_t a_lot = 2 * 1024 * 1024;
constexpr auto all_features =
    R"({"caller":{"features":{"progressive_call_invocations":true,"progressive_call_results":true}},
  "callee":{"features":{"progressive_call_invocations":true,"progressive_call_results":true,"call_canceling":true}}})";

class AStream : public testing::Test {
 protected:
  explicit AStream(config::Config config = SessionHarness::two_realms()) : router(std::move(config)) {
    callee.receives(R"([64,1,{},"com.stream"])");
    EXPECT_EQ(callee.sent(), "[65,1,1]");
  }

  SessionHarness router;
  Wire& callee = router.join(Format::msgpack, all_features);
  Wire& caller = router.join(Format::json, all_features);
};

struct AStreamOfARealmWithSequentialRequestIds : AStream {
  AStreamOfARealmWithSequentialRequestIds() : AStream(SessionHarness::with_sequential_ids()) {}
};

TEST_F(AStreamOfARealmWithSequentialRequestIds, ContinuesUnderTheIdOfItsFirstChunkWhileNewCallsCountOn) {
  caller.receives(R"([48,1,{"progress":true},"com.stream"])");
  caller.receives(R"([48,2,{},"com.stream"])");
  caller.receives(R"([48,1,{},"com.stream"])");
  EXPECT_FALSE(caller.closed());
  caller.receives(R"([48,4,{},"com.stream"])");
  EXPECT_TRUE(caller.closed()) << "3 was expected";
  EXPECT_THAT(caller.sent(), HasSubstr("wamp.error.protocol_violation"));
}

TEST_F(AStream, MaySendLateChunksOfACallThatHasEnded) {
  caller.receives(R"([48,1,{"progress":true},"com.stream"])");
  callee.receives("[70,1,{}]");
  EXPECT_EQ(caller.sent(), "[50,1,{}]");
  callee.sent();
  caller.receives(R"([48,1,{"progress":true},"com.stream"])");
  caller.receives(R"([48,1,{},"com.stream"])");
  EXPECT_FALSE(caller.closed());
  EXPECT_EQ(caller.sent(), "");
  EXPECT_EQ(callee.sent(), "");
}

TEST_F(AStream, IsNotReopenedByAnotherProceduresName) {
  caller.receives(R"([48,1,{"progress":true},"com.stream"])");
  callee.sent();
  caller.receives(R"([48,1,{},"com.other"])");
  EXPECT_FALSE(caller.closed());
  EXPECT_EQ(callee.sent(), "");
}

TEST_F(AStream, NeedsTheFeature) {
  Wire& plain = router.join();
  plain.receives(R"([48,1,{"progress":true},"com.stream"])");
  EXPECT_THAT(plain.sent(), HasSubstr("wamp.error.protocol_violation"));
}

TEST_F(AStreamOfARealmWithSequentialRequestIds, NeedsTheFeature) {
  Wire& plain = router.join();
  plain.receives(R"([48,1,{},"com.stream"])");
  plain.receives(R"([48,1,{},"com.stream"])");
  EXPECT_TRUE(plain.closed());
}

TEST_F(AStream, OfResultsSlowsItsCalleeDownUntilTheCallerHasTakenThem) {
  caller.receives(R"([48,1,{"receive_progress":true},"com.stream"])");
  callee.receives(R"([70,1,{"progress":true},[1]])");
  EXPECT_FALSE(callee.paused());
  caller.holds(a_lot);
  callee.receives(R"([70,1,{"progress":true},[2]])");
  callee.receives(R"([70,1,{"progress":true},[3]])");
  EXPECT_TRUE(callee.paused());
  EXPECT_FALSE(caller.paused());
  caller.holds(a_lot / 4);
  EXPECT_TRUE(callee.paused());
  caller.holds(0);
  EXPECT_FALSE(callee.paused());
  EXPECT_EQ(caller.sent(), R"([50,1,{"progress":true},[1]])"
                           "\n"
                           R"([50,1,{"progress":true},[2]])"
                           "\n"
                           R"([50,1,{"progress":true},[3]])");
}

TEST_F(AStream, OfChunksSlowsItsCallerDown) {
  caller.receives(R"([48,1,{"progress":true},"com.stream"])");
  callee.holds(a_lot);
  caller.receives(R"([48,1,{"progress":true},"com.stream"])");
  EXPECT_TRUE(caller.paused());
  callee.holds(0);
  EXPECT_FALSE(caller.paused());
}

TEST_F(AStream, LetsItsCalleeGoWhenTheCallerVanishesOrLeaves) {
  for (const bool vanishes : {true, false}) {
    Wire& slow = router.join(Format::json, all_features);
    slow.receives(R"([48,1,{"receive_progress":true},"com.stream"])");
    slow.holds(a_lot);
    callee.sent();
    callee.receives(vanishes ? R"([70,1,{"progress":true}])" : R"([70,2,{"progress":true}])");
    EXPECT_TRUE(callee.paused());
    if (vanishes)
      slow.breaks();
    else
      slow.receives(R"([6,{},"wamp.close.close_realm"])");
    EXPECT_FALSE(callee.paused());
    EXPECT_THAT(callee.sent(), HasSubstr("killnowait"));
  }
}

TEST_F(AStream, ThatItsCalleeHasLeftPausesNobody) {
  caller.receives(R"([48,1,{"receive_progress":true},"com.stream"])");
  caller.holds(a_lot);
  callee.receives(R"([70,1,{"progress":true}])");
  EXPECT_TRUE(callee.paused());
  callee.receives(R"([6,{},"wamp.close.close_realm"])");
  EXPECT_FALSE(callee.paused()) << "the connection may carry the next session";
  caller.holds(0);
  EXPECT_FALSE(callee.paused());
}

TEST_F(AStream, GoesOnForWhoTakesItIfTheOtherCallerDoesNot) {
  Wire& other = router.join(Format::json, all_features);
  for (Wire* wire : {&caller, &other}) {
    wire->receives(R"([48,1,{"receive_progress":true},"com.stream"])");
    wire->holds(a_lot);
  }
  for (int i = 0; i < 3; ++i) {
    callee.receives(R"([70,1,{"progress":true}])");
    callee.receives(R"([70,2,{"progress":true}])");
  }
  EXPECT_TRUE(callee.paused()) << "nobody takes anything";
  caller.holds(0);
  EXPECT_FALSE(callee.paused());
  callee.receives(R"([70,2,{"progress":true}])");
  EXPECT_FALSE(callee.paused()) << "the first one waits for more";
}

TEST_F(AStream, EndsWhenTooMuchWaitsAndOthersWaitForItsCallee) {
  Wire& other = router.join();
  caller.receives(R"([48,1,{"receive_progress":true},"com.stream"])");
  other.receives(R"([48,1,{},"com.stream"])");
  const std::string result = R"([70,1,{"progress":true},[")" + std::string(100'000, 'x') + "\"]]";
  caller.stops_reading();
  callee.sent();
  for (int i = 0; i < 200; ++i) {
    callee.receives(result);
    ASSERT_FALSE(callee.paused());
  }
  EXPECT_EQ(callee.sent(), R"([69,1,{"mode":"killnowait"}])");
  callee.receives("[70,2,{}]");
  EXPECT_EQ(other.sent(), "[50,1,{}]");
  EXPECT_LT(caller.queued_bytes(), 6'000'000u);
  EXPECT_THAT(caller.sent(), HasSubstr(R"([8,48,1,{},"wamp.error.canceled")"));
}

TEST_F(AStream, IsHeardOfAgainWhenItsCallerFallsBehindOnceMore) {
  caller.receives(R"([48,1,{"receive_progress":true},"com.stream"])");
  for (int i = 0; i < 3; ++i) {
    caller.holds(a_lot);
    callee.receives(R"([70,1,{"progress":true}])");
    EXPECT_TRUE(callee.paused());
    caller.holds(a_lot / 2);
    EXPECT_TRUE(callee.paused());
    caller.holds(0);
    EXPECT_FALSE(callee.paused());
  }
}

TEST_F(AStream, IsNotOrdinaryTraffic) {
  caller.receives(R"([48,1,{},"com.stream"])");
  caller.holds(a_lot);
  callee.receives("[70,1,{}]");
  EXPECT_FALSE(callee.paused());
}

}  // namespace
}  // namespace router
