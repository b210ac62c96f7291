// How sessions are told that the router shuts down.
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/router/support/session_wires.h"

namespace router {
namespace {

using serializers::Format;
using testing::HasSubstr;
using testing::StartsWith;

class Draining : public SessionHarness, public testing::Test {
 protected:
  // Calls in flight are waited for.
  void begin_drain() {
    realm().begin_drain();
    look_again();
  }
  // As a worker does again and again.
  void look_again() { drain_until(SteadyTime::max()); }
  void drain_until(SteadyTime deadline) {
    worker().begin_drain({std::chrono::milliseconds(0), deadline, 0});
    worker().end_turn();
  }
  // com.slow, called and not answered.
  void call_slow() {
    callee.receives(R"([64,1,{},"com.slow"])");
    caller.receives(R"([48,1,{},"com.slow"])");
    callee.sent();
    caller.sent();
  }

  Wire& callee = join(Format::json, R"({"callee":{}})");
  Wire& caller = join(Format::json, R"({"caller":{}})");
};

constexpr auto farewell = "[6,{\"message\":\"the router shuts down\",\"retry_after\":0},";

TEST_F(Draining, BothEndsOfACallStayUntilItIsAnswered) {
  call_slow();
  begin_drain();
  EXPECT_EQ(callee.sent(), "");
  EXPECT_EQ(caller.sent(), "");
  callee.receives(R"([70,1,{},["done"]])");
  EXPECT_EQ(caller.sent(), R"([50,1,{},["done"]])");
  look_again();
  EXPECT_THAT(callee.sent(), StartsWith(farewell));
  EXPECT_THAT(caller.sent(), StartsWith(farewell));
  EXPECT_EQ(worker().counters().ended_shutdown.value(), 2u);
}

TEST_F(Draining, NobodyStaysLongerThanTheDeadline) {
  call_slow();
  drain_until(SteadyTime());
  EXPECT_THAT(callee.sent(), StartsWith(farewell));
  EXPECT_THAT(caller.sent(), HasSubstr(farewell));
}

TEST_F(Draining, NewCallsAreRefusedWhileOthersFinish) {
  call_slow();
  begin_drain();
  caller.receives(R"([48,2,{},"com.slow"])");
  EXPECT_EQ(caller.sent(), R"([8,48,2,{},"wamp.error.unavailable",["the router shuts down"]])");
  EXPECT_EQ(callee.sent(), "");
}

// What is looked at aside, as a thread does that serves no client.
class DrainingWithAThread : public Draining {
 protected:
  DrainingWithAThread() {
    realm().set_aside(
        [this](wamp::SessionId, std::function<void(bool)> work) -> std::optional<std::string> {
          aside.push_back(std::move(work));
          return std::nullopt;
        },
        [](wamp::SessionId) {});
  }

  std::vector<std::function<void(bool)>> aside;
};

TEST_F(DrainingWithAThread, WhoWaitsForWhatIsLookedAtStaysUntilItIsAnswered) {
  caller.receives(R"([48,1,{},"wampd.stats.realm"])");
  begin_drain();
  EXPECT_EQ(caller.sent(), "");
  caller.receives(R"([48,2,{},"wampd.stats.realm"])");
  EXPECT_EQ(caller.sent(), R"([8,48,2,{},"wamp.error.unavailable",["the router shuts down"]])");
  ASSERT_EQ(aside.size(), 1u);
  aside.front()(true);
  mail_comes(*this);
  look_again();
  const std::string heard = caller.sent();
  EXPECT_THAT(heard, StartsWith("[50,1,{},["));
  EXPECT_THAT(heard, HasSubstr(farewell));
  aside.clear();
}

TEST_F(DrainingWithAThread, TheIdOfACallThatLooksIsInUseUntilItIsAnswered) {
  caller.receives(R"([48,1,{},"wampd.stats.realm"])");
  caller.receives(R"([48,1,{},"wampd.stats.realm"])");
  EXPECT_THAT(caller.sent(), HasSubstr("has not been answered yet"));
  ASSERT_EQ(aside.size(), 1u);
  aside.front()(true);
  mail_comes(*this);
  EXPECT_THAT(caller.sent(), StartsWith("[50,1,{},["));
  caller.receives(R"([48,1,{},"wampd.stats.realm"])");
  EXPECT_EQ(aside.size(), 2u);
  aside.clear();
}

TEST_F(Draining, AClientIsToComeBackAtATimeOfItsOwn) {
  worker().begin_drain({std::chrono::milliseconds(0), SteadyTime(), 1000});
  for (int i = 0; i < 100; ++i) {
    const uint64_t after_ms = worker().retry_after_ms();
    EXPECT_GE(after_ms, 1000u);
    EXPECT_LE(after_ms, 2000u);
  }
}

TEST_F(Draining, SessionsLeaveAtTimesOfTheirOwnInTheWindow) {
  worker().begin_drain({std::chrono::hours(1000), SteadyTime(), 0});
  worker().end_turn();
  EXPECT_EQ(callee.sent(), "") << "a thousand hours hardly begin with it";
  look_again();
  EXPECT_THAT(callee.sent(), StartsWith(farewell));
}

TEST_F(Draining, AClientThatIsBeingLetInIsTurnedAway) {
  Wire& late = connect(Format::json);
  begin_drain();
  late.receives(R"([1,"realm1",{"roles":{"caller":{}}}])");
  EXPECT_EQ(late.close_code(), 1001);
}

}  // namespace
}  // namespace router
