// What has been posted to a session, and not delivered yet, when the session ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/router/support/session_wires.h"

namespace router {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr size_t too_much = 2 * 1024 * 1024;
constexpr auto hello_again = R"([1,"realm1",{"roles":{"caller":{},"subscriber":{}}}])";
constexpr auto own_goodbye = R"([6,{},"wamp.close.close_realm"])";
constexpr auto answer_to_goodbye = R"([6,{},"wamp.close.goodbye_and_out"])";
constexpr auto stream_roles =
    R"({"caller":{"features":{"progressive_call_results":true}},
        "callee":{"features":{"progressive_call_results":true,"call_canceling":true}}})";

class SessionEnd : public testing::Test {
 protected:
  // Mail of the realm for `victim` waits from now on.
  void kill(Wire& victim) {
    killer.receives_with_more(R"([48,1,{},"wamp.session.kill",[)" + std::to_string(victim.session_id()) +
                              R"(],{"reason":"com.kicked"}])");
  }
  void expect_that_only_the_killer_is_left() {
    EXPECT_EQ(killer.sent(), "[50,1,{}]");
    EXPECT_EQ(router.realm().counts().members, 1u);
  }

  static config::Config config() {
    config::Config config = SessionHarness::two_realms();
    config.realms.front().roles.front().slow_consumer = config::SlowConsumer::drop_oldest;
    return config;
  }

  SessionHarness router{config()};
  Wire& killer = router.join();
};

TEST_F(SessionEnd, AGoodbyeThatMeetsAKillIsTheAnswerToIt) {
  Wire& victim = router.join();
  kill(victim);
  victim.receives(own_goodbye);
  EXPECT_EQ(victim.sent(), R"([6,{},"com.kicked"])");
  expect_that_only_the_killer_is_left();
  EXPECT_THAT(says(victim, hello_again), StartsWith("[2,"));
}

// ---- between two sessions

constexpr auto some_time = std::chrono::seconds(29), too_long = std::chrono::seconds(30);

void expect_that_it_is_closed(const Wire& client) {
  EXPECT_EQ(client.close_code(), transport::close_code::policy_violation);
  EXPECT_EQ(client.close_reason(), "no HELLO within 30000 ms after GOODBYE");
}

TEST_F(SessionEnd, WhoHasLeftMayTakeAWhileForItsNextHello) {
  Wire& client = router.join();
  EXPECT_EQ(says(client, own_goodbye), answer_to_goodbye);
  client.sweeps(some_time);
  EXPECT_FALSE(client.closed());
  EXPECT_THAT(says(client, hello_again), StartsWith("[2,"));
  client.sweeps(too_long);
  EXPECT_FALSE(client.closed());
}

TEST_F(SessionEnd, WhoHasLeftAndSaysNoHelloIsClosed) {
  Wire& client = router.join();
  EXPECT_EQ(says(client, own_goodbye), answer_to_goodbye);
  client.sweeps(too_long);
  expect_that_it_is_closed(client);
}

TEST_F(SessionEnd, WhoWasKilledAndSaysNoHelloIsClosed) {
  Wire& victim = router.join();
  kill(victim);
  killer.sent();
  EXPECT_EQ(says(victim, answer_to_goodbye), R"([6,{},"com.kicked"])");
  victim.sweeps(some_time);
  EXPECT_FALSE(victim.closed());
  victim.sweeps(too_long);
  expect_that_it_is_closed(victim);
}

TEST_F(SessionEnd, LateAnswersAreNoHello) {
  Wire& client = router.join();
  client.receives(R"([64,1,{},"com.slow"])");
  client.receives(R"([48,2,{},"com.slow"])");
  client.sent();
  EXPECT_THAT(says(client, own_goodbye), testing::EndsWith(answer_to_goodbye));
  EXPECT_EQ(says(client, "[70,1,{}]"), "");
  client.sweeps(too_long);
  expect_that_it_is_closed(client);
}

TEST_F(SessionEnd, WhoHasNotJoinedYetHasLessTime) {
  Wire& client = router.connect();
  client.sweeps(std::chrono::seconds(4));
  EXPECT_FALSE(client.closed());
  client.sweeps(std::chrono::seconds(5));
  EXPECT_EQ(client.close_reason(), "no HELLO within 5000 ms");
}

TEST_F(SessionEnd, WhoLeavesWhileTheRouterShutsDownIsClosed) {
  Wire& client = router.join();
  client.receives(R"([64,1,{},"com.slow"])");
  client.receives(R"([48,2,{},"com.slow"])");
  client.sent();
  router.worker().begin_drain({.deadline = router.worker().loop().now() + too_long});
  EXPECT_FALSE(client.closed());
  EXPECT_THAT(says(client, own_goodbye), testing::EndsWith(answer_to_goodbye));
  EXPECT_EQ(client.close_code(), transport::close_code::going_away);
}

TEST_F(SessionEnd, AnAbortMeetsAKill) {
  Wire& victim = router.join();
  kill(victim);
  victim.receives(R"([3,{},"com.enough"])");
  EXPECT_TRUE(victim.closed());
  expect_that_only_the_killer_is_left();
}

TEST_F(SessionEnd, TheEndOfAConnectionMeetsAKill) {
  Wire& victim = router.join();
  kill(victim);
  victim.breaks();
  expect_that_only_the_killer_is_left();
}

TEST_F(SessionEnd, AViolationThatMeetsAKillIsAnsweredToo) {
  Wire& victim = router.join();
  kill(victim);
  victim.receives("[33,1,1]");
  EXPECT_THAT(victim.sent(), HasSubstr("wamp.error.protocol_violation"));
  EXPECT_EQ(victim.close_code(), transport::close_code::normal);
  expect_that_only_the_killer_is_left();
}

TEST_F(SessionEnd, AKillEndsRequestsThatComeAfterIt) {
  Wire& victim = router.join();
  kill(victim);
  victim.receives(R"([32,1,{},"com.topic"])");
  EXPECT_EQ(victim.sent(), R"([6,{},"com.kicked"])");
  victim.receives(own_goodbye);
  EXPECT_EQ(victim.sent(), "");
  expect_that_only_the_killer_is_left();
}

TEST_F(SessionEnd, WhatWasAskedBeforeIsAnsweredBeforeTheLastWord) {
  Wire& client = router.join();
  client.receives_with_more(R"([32,1,{},"com.topic"])");
  client.receives_with_more(R"([48,2,{},"com.nothing"])");
  client.receives(own_goodbye);
  const std::string all = client.sent();
  EXPECT_THAT(all, StartsWith("[33,1,"));
  EXPECT_THAT(all, HasSubstr("[8,48,2,"));
  EXPECT_THAT(all, testing::EndsWith(answer_to_goodbye));
}

TEST_F(SessionEnd, AnUnsubscribedThatWaitsBehindEventsComesBeforeTheLastWord) {
  Wire& slow = router.join();
  slow.receives(R"([32,1,{},"com.topic"])");
  slow.holds(too_much);
  killer.receives(R"([16,1,{},"com.topic",[1]])");
  slow.receives("[34,2,1]");
  EXPECT_THAT(slow.sent(), StartsWith("[33,1,"));
  slow.receives(own_goodbye);
  EXPECT_EQ(slow.sent(), std::string("[35,2]\n") + answer_to_goodbye);
}

TEST_F(SessionEnd, EventsForASlowSubscriberMeetItsGoodbye) {
  Wire& slow = router.join();
  slow.receives(R"([32,1,{},"com.topic"])");
  slow.holds(too_much);
  slow.sent();
  killer.receives_with_more(R"([16,1,{},"com.topic",[1]])");
  slow.receives(own_goodbye);
  EXPECT_EQ(slow.sent(), answer_to_goodbye);
  slow.holds(0);
  EXPECT_EQ(slow.sent(), "");
}

class StreamEnd : public SessionEnd {
 protected:
  StreamEnd() {
    callee.receives(R"([64,1,{},"com.stream"])");
    caller.receives(R"([48,1,{"receive_progress":true},"com.stream"])");
    callee.sent();
  }

  Wire& callee = router.join(serializers::Format::json, stream_roles);
  Wire& caller = router.join(serializers::Format::json, stream_roles);
};

TEST_F(StreamEnd, ResultsThatMeetTheirCallersGoodbyeDoNotPauseTheCallee) {
  caller.holds(too_much);
  callee.receives_with_more(R"([70,1,{"progress":true},[1]])");
  caller.receives(own_goodbye);
  EXPECT_EQ(caller.sent(), std::string(R"([50,1,{"progress":true},[1]])") + "\n" + answer_to_goodbye);
  EXPECT_FALSE(callee.paused());
  EXPECT_THAT(callee.sent(), StartsWith("[69,1,"));
}

TEST_F(StreamEnd, APauseThatMeetsACalleesGoodbyeDoesNotOutliveTheSession) {
  caller.holds(too_much);
  callee.receives_with_more(R"([70,1,{"progress":true},[1]])");
  callee.receives(own_goodbye);
  EXPECT_EQ(callee.sent(), answer_to_goodbye);
  EXPECT_FALSE(callee.paused());
  EXPECT_THAT(says(callee, hello_again), StartsWith("[2,"));
  caller.holds(0);
  EXPECT_FALSE(callee.paused());
}

TEST_F(StreamEnd, AProbeThatMeetsAGoodbyeIsAnsweredBeforeIt) {
  Wire& other = router.join(serializers::Format::json, stream_roles);
  other.receives_with_more(R"([64,1,{},"com.stream"])");
  callee.receives(own_goodbye);
  EXPECT_THAT(other.sent(), HasSubstr("wamp.error.procedure_already_exists"));
  EXPECT_THAT(says(other, R"([64,2,{},"com.stream"])"), StartsWith("[65,2,"));
}

// The turn in which a connection ends is over before its session hears of that.
TEST(AConnectionThatBreaks, IsToldToOthersIfNothingElseHappens) {
  SessionHarness router;
  Wire& callee = router.join();
  callee.receives(R"([64,1,{},"com.slow"])");
  Wire& caller = router.join();
  caller.receives(R"([48,1,{},"com.slow"])");
  caller.sent();
  callee.breaks_alone();
  EXPECT_EQ(caller.sent(),
            R"([8,48,1,{},"wamp.error.canceled",["the callee left before it answered"]])");
}

}  // namespace
}  // namespace router
