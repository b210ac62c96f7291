// Streams whose receivers do not take them: who is paused, who goes on, and what ends.
#include <gtest/gtest.h>

#include "tests/router/support/realm_harness.h"

namespace router {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::vector<std::string> streams = {"progressive_call_results", "progressive_call_invocations",
                                          "call_canceling"};

class ASlowStream : public testing::Test {
 protected:
  ASlowStream() {
    callee.says(R"([64,1,{},"com.report"])");
    EXPECT_EQ(callee.hears(), "[65,1,1]");
  }
  // The callee gets the invocation with that number.
  void calls(Peer& caller, int invocation, const std::string& request = "1") {
    caller.says("[48," + request + R"(,{"receive_progress":true},"com.report"])");
    EXPECT_THAT(callee.hears(), HasSubstr("[68," + std::to_string(invocation) + ","));
  }
  void streams_to(int invocation) {
    callee.says("[70," + std::to_string(invocation) + R"(,{"progress":true}])");
    callee.paused();  // all is delivered
  }

  RealmHarness realm;
  Peer& callee = realm.join(streams);
  Peer& slow = realm.join(streams);
  Peer& other = realm.join(streams);
};

TEST_F(ASlowStream, PausesItsCalleeUntilTheCallerHasTakenIt) {
  calls(slow, 1);
  streams_to(1);
  EXPECT_FALSE(callee.paused());
  slow.stops_reading();
  streams_to(1);
  EXPECT_TRUE(callee.paused());
  slow.catches_up();
  EXPECT_FALSE(callee.paused());
}

TEST_F(ASlowStream, PausesNobodyForWhomOthersWait) {
  calls(other, 1);
  calls(slow, 2);
  slow.stops_reading();
  streams_to(2);
  EXPECT_FALSE(callee.paused());
  EXPECT_THAT(slow.hears(), Not(HasSubstr("[8,"))) << "it goes on as long as not too much waits";
}

TEST_F(ASlowStream, LetsItsCalleeGoOnWhenSomebodyElseCallsIt) {
  calls(slow, 1);
  slow.stops_reading();
  streams_to(1);
  EXPECT_TRUE(callee.paused());
  calls(other, 2);
  EXPECT_FALSE(callee.paused());
  callee.says("[70,2,{}]");
  EXPECT_EQ(other.hears(), "[50,1,{}]");
  streams_to(1);
  EXPECT_TRUE(callee.paused()) << "nobody waits any more";
}

TEST_F(ASlowStream, EndsIfTooMuchWaitsAndNobodyElseNotices) {
  calls(slow, 1);
  calls(other, 2);
  slow.stops_reading(true);
  streams_to(1);
  EXPECT_EQ(
      slow.hears(),
      R"([50,1,{"progress":true}])"
      "\n"
      R"([8,48,1,{},"wamp.error.canceled",["the caller does not take the results, and others wait for the callee"]])");
  EXPECT_EQ(callee.hears(), R"([69,1,{"mode":"killnowait"}])");
  EXPECT_FALSE(callee.paused());
  streams_to(1);
  callee.says(R"([8,68,1,{},"wamp.error.canceled"])");
  EXPECT_FALSE(callee.violation()) << "it could not know";
  EXPECT_EQ(slow.hears(), "");
  callee.says("[70,2,{}]");
  EXPECT_EQ(other.hears(), "[50,1,{}]");
  EXPECT_EQ(realm.realm().branches().front()->counters.streams_ended.value(), 1u);
}

TEST_F(ASlowStream, GoesOnHoweverMuchWaitsIfNobodyElseDoes) {
  calls(slow, 1);
  slow.stops_reading(true);
  streams_to(1);
  EXPECT_TRUE(callee.paused());
  EXPECT_THAT(slow.hears(), Not(HasSubstr("[8,")));
}

TEST_F(ASlowStream, MayBeOneOfTwoToTheSameCaller) {
  calls(slow, 1, "1");
  calls(slow, 2, "2");
  slow.stops_reading(true);
  streams_to(1);
  streams_to(2);
  EXPECT_TRUE(callee.paused()) << "who does not take the one does not wait for the other";
  slow.catches_up();
  EXPECT_FALSE(callee.paused());
}

TEST_F(ASlowStream, MayBeOneOfTwoToSlowCallers) {
  calls(slow, 1);
  calls(other, 2);
  slow.stops_reading();
  other.stops_reading();
  streams_to(1);
  EXPECT_FALSE(callee.paused());
  streams_to(2);
  EXPECT_TRUE(callee.paused()) << "nobody takes anything";
  other.catches_up();
  EXPECT_FALSE(callee.paused());
}

TEST_F(ASlowStream, OfOneOfManyCallersLetsTheOthersGetTheirs) {
  calls(slow, 1);
  slow.stops_reading();
  for (int i = 2; i <= 20; ++i) {
    streams_to(1);
    EXPECT_TRUE(callee.paused());
    calls(other, i, std::to_string(i));
    EXPECT_FALSE(callee.paused());
    callee.says("[70," + std::to_string(i) + ",{}]");
    EXPECT_EQ(other.hears(), "[50," + std::to_string(i) + ",{}]");
  }
}

TEST_F(ASlowStream, IsNoReasonToPauseSomebodyForWhomACallWaits) {
  Peer& busy = realm.join(streams);
  busy.says(R"([64,1,{"concurrency":1},"com.busy"])");
  busy.hears();
  slow.says(R"([48,1,{"receive_progress":true},"com.busy"])");
  EXPECT_THAT(busy.hears(), HasSubstr("[68,1,"));
  slow.stops_reading();
  busy.says(R"([70,1,{"progress":true}])");
  EXPECT_TRUE(busy.paused());
  other.says(R"([48,1,{},"com.busy"])");
  EXPECT_FALSE(busy.paused());
}

TEST_F(ASlowStream, OfChunksPausesItsCallerOrEnds) {
  Peer& caller = other;
  slow.says(R"([64,1,{},"com.upload"])");
  slow.hears();
  caller.says(R"([64,9,{},"com.other"])");
  caller.hears();
  slow.stops_reading(true);
  caller.says(R"([48,1,{"progress":true},"com.upload"])");
  caller.says(R"([48,1,{"progress":true},"com.upload"])");
  EXPECT_TRUE(caller.paused());
  Peer& another = realm.join();
  another.says(R"([48,1,{},"com.other"])");
  EXPECT_FALSE(caller.paused());
  EXPECT_THAT(caller.hears(), StartsWith("[68,1,"));
  caller.says(R"([48,1,{"progress":true},"com.upload"])");
  EXPECT_THAT(caller.hears(), StartsWith(R"([8,48,1,{},"wamp.error.canceled")"));
  EXPECT_THAT(slow.hears(), HasSubstr(R"([69,1,{"mode":"killnowait"}])"));
  caller.says("[70,1,{}]");
  EXPECT_EQ(another.hears(), "[50,1,{}]");
}

TEST_F(ASlowStream, WhoseLastChunkHasComePausesNobody) {
  slow.says(R"([64,1,{},"com.upload"])");
  slow.hears();
  slow.stops_reading();
  other.says(R"([48,1,{"progress":true},"com.upload"])");
  other.says(R"([48,1,{},"com.upload"])");
  EXPECT_FALSE(other.paused());
}

TEST_F(ASlowStream, IsEndedWithoutInterruptIfTheCalleeKnowsNone) {
  Peer& simple = realm.join({"progressive_call_results"});
  simple.says(R"([64,1,{},"com.simple"])");
  simple.hears();
  other.says(R"([48,1,{},"com.simple"])");
  slow.says(R"([48,1,{"receive_progress":true},"com.simple"])");
  simple.hears();
  slow.stops_reading(true);
  simple.says(R"([70,2,{"progress":true}])");
  EXPECT_THAT(slow.hears(), HasSubstr("wamp.error.canceled"));
  EXPECT_EQ(simple.hears(), "");
}

TEST_F(ASlowStream, ThatIsCanceledPausesNobodyAnyMore) {
  calls(slow, 1);
  slow.stops_reading();
  streams_to(1);
  EXPECT_TRUE(callee.paused());
  slow.says("[49,1,{}]");
  EXPECT_FALSE(callee.paused());
}

TEST_F(ASlowStream, WhoseCallerLeavesPausesNobodyAnyMore) {
  calls(slow, 1);
  slow.stops_reading();
  streams_to(1);
  slow.leaves();
  EXPECT_FALSE(callee.paused());
}

TEST_F(ASlowStream, WhoseCalleeLeavesIsForgotten) {
  calls(slow, 1);
  slow.stops_reading();
  streams_to(1);
  callee.leaves();
  EXPECT_THAT(slow.hears(), HasSubstr("wamp.error.canceled"));
  slow.catches_up();
}

TEST_F(ASlowStream, ToItselfPausesItselfOnly) {
  callee.says(R"([48,1,{"receive_progress":true},"com.report"])");
  callee.hears();
  callee.stops_reading(true);
  callee.says(R"([70,1,{"progress":true}])");
  EXPECT_TRUE(callee.paused());
  callee.catches_up();
  EXPECT_FALSE(callee.paused());
}

}  // namespace
}  // namespace router
