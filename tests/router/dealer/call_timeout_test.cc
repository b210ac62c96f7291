// "Call Timeouts".
#include <gtest/gtest.h>

#include "tests/router/support/realm_harness.h"

namespace router {
namespace {

using std::chrono::milliseconds;
using testing::StartsWith;

constexpr auto timed_out = R"([8,48,1,{},"wamp.error.timeout")";

class CallTimeout : public testing::Test {
 protected:
  Peer& callee_of_work(RealmHarness& harness, std::vector<std::string> features = {},
                       const std::string& options = "{}") {
    Peer& callee = harness.join(std::move(features));
    callee.says("[64,1," + options + ",\"com.work\"]");
    EXPECT_EQ(callee.hears(), "[65,1,1]");
    return callee;
  }
  static RealmHarness limited(uint64_t fallback_ms, uint64_t most_ms) {
    config::Realm config = RealmHarness::open_realm();
    config.limits.call_timeout_ms = fallback_ms;
    config.limits.max_call_timeout_ms = most_ms;
    return RealmHarness(config);
  }

  RealmHarness realm;
};

TEST_F(CallTimeout, EndsTheCallAndInterruptsACalleeThatCanBeCanceled) {
  Peer& callee = callee_of_work(realm, {"call_canceling"});
  Peer& caller = realm.join();
  caller.says(R"([48,1,{"timeout":100},"com.work"])");
  EXPECT_EQ(callee.hears(), "[68,1,1,{}]");
  realm.passes(milliseconds(99));
  EXPECT_EQ(caller.hears(), "");
  realm.passes(milliseconds(1));
  EXPECT_THAT(caller.hears(), StartsWith(timed_out));
  EXPECT_EQ(callee.hears(), R"([69,1,{"mode":"killnowait"}])");
  callee.says("[70,1,{}]");
  EXPECT_FALSE(callee.violation());
  EXPECT_EQ(caller.hears(), "");
}

TEST_F(CallTimeout, SkipsACalleeThatCannotBeCanceled) {
  Peer& callee = callee_of_work(realm);
  Peer& caller = realm.join();
  caller.says(R"([48,1,{"timeout":100},"com.work"])");
  callee.hears();
  realm.passes(milliseconds(100));
  EXPECT_THAT(caller.hears(), StartsWith(timed_out));
  EXPECT_EQ(callee.hears(), "");
}

TEST_F(CallTimeout, IsForgottenWhenTheAnswerComes) {
  Peer& callee = callee_of_work(realm, {"call_canceling"});
  Peer& caller = realm.join();
  caller.says(R"([48,1,{"timeout":100},"com.work"])");
  callee.says("[70,1,{}]");
  callee.hears();
  EXPECT_EQ(caller.hears(), "[50,1,{}]");
  realm.passes(milliseconds(1000));
  EXPECT_EQ(caller.hears(), "");
  EXPECT_EQ(callee.hears(), "");
}

TEST_F(CallTimeout, ZeroMeansNone) {
  callee_of_work(realm);
  Peer& caller = realm.join();
  caller.says(R"([48,1,{"timeout":0},"com.work"])");
  realm.passes(std::chrono::hours(24 * 365));
  EXPECT_EQ(caller.hears(), "");
}

TEST_F(CallTimeout, TheLargestNumberIsNoOverflow) {
  callee_of_work(realm);
  Peer& caller = realm.join();
  caller.says(R"([48,1,{"timeout":18446744073709551615},"com.work"])");
  caller.says(R"([48,2,{"timeout":9007199254740992},"com.work"])");
  realm.passes(std::chrono::hours(24));
  EXPECT_EQ(caller.hears(), "");
}

TEST_F(CallTimeout, OfACallThatIsBeingKilledStillEndsIt) {
  Peer& callee = callee_of_work(realm, {"call_canceling"});
  Peer& caller = realm.join();
  caller.says(R"([48,1,{"timeout":100},"com.work"])");
  caller.says(R"([49,1,{"mode":"kill"}])");
  callee.hears();
  realm.passes(milliseconds(100));
  EXPECT_THAT(caller.hears(), StartsWith(timed_out));
  EXPECT_EQ(callee.hears(), "") << "it has been interrupted already";
}

TEST_F(CallTimeout, IsForwardedToACalleeThatWantsToLookAfterIt) {
  Peer& callee = callee_of_work(realm, {"call_timeout"}, R"({"forward_timeout":true})");
  Peer& caller = realm.join();
  caller.says(R"([48,1,{"timeout":100},"com.work"])");
  EXPECT_EQ(callee.hears(), R"([68,1,1,{"timeout":100}])");
  realm.passes(milliseconds(1000));
  EXPECT_EQ(caller.hears(), "");
  callee.says(R"([8,68,1,{},"wamp.error.timeout"])");
  EXPECT_THAT(caller.hears(), StartsWith(timed_out));
}

TEST_F(CallTimeout, IsNotForwardedToACalleeThatDidNotAskOrDidNotAnnounce) {
  const std::pair<std::vector<std::string>, std::string> callees[] = {{{"call_timeout"}, "{}"},
                                                                      {{}, R"({"forward_timeout":true})"}};
  for (const auto& [features, options] : callees) {
    RealmHarness fresh;
    Peer& callee = callee_of_work(fresh, features, options);
    Peer& caller = fresh.join();
    caller.says(R"([48,1,{"timeout":100},"com.work"])");
    EXPECT_EQ(callee.hears(), "[68,1,1,{}]");
    fresh.passes(milliseconds(100));
    EXPECT_THAT(caller.hears(), StartsWith(timed_out));
  }
}

TEST_F(CallTimeout, OfTheRealmHoldsForCallsWithoutOne) {
  RealmHarness strict = limited(50, 0);
  callee_of_work(strict);
  Peer& caller = strict.join();
  caller.says(R"([48,1,{},"com.work"])");
  caller.says(R"([48,2,{"timeout":200},"com.work"])");
  strict.passes(milliseconds(50));
  EXPECT_THAT(caller.hears(), StartsWith(timed_out));
  strict.passes(milliseconds(150));
  EXPECT_THAT(caller.hears(), StartsWith(R"([8,48,2,{},"wamp.error.timeout")"));
}

TEST_F(CallTimeout, IsCappedByTheRealm) {
  RealmHarness strict = limited(0, 80);
  callee_of_work(strict);
  Peer& caller = strict.join();
  caller.says(R"([48,1,{"timeout":100000},"com.work"])");
  caller.says(R"([48,2,{},"com.work"])");
  strict.passes(milliseconds(80));
  const std::string heard = caller.hears();
  EXPECT_THAT(heard, testing::HasSubstr(timed_out));
  EXPECT_THAT(heard, testing::HasSubstr(R"([8,48,2,{},"wamp.error.timeout")"));
}

TEST_F(CallTimeout, ManyEndInTheOrderOfTheirDeadlines) {
  callee_of_work(realm);
  Peer& caller = realm.join();
  caller.says(R"([48,1,{"timeout":300},"com.work"])");
  caller.says(R"([48,2,{"timeout":100},"com.work"])");
  caller.says(R"([48,3,{"timeout":200},"com.work"])");
  realm.passes(milliseconds(1000));
  const std::string heard = caller.hears();
  EXPECT_LT(heard.find("[8,48,2,"), heard.find("[8,48,3,"));
  EXPECT_LT(heard.find("[8,48,3,"), heard.find("[8,48,1,"));
}

TEST_F(CallTimeout, TheTimerIsToldOfTheRoutersOwnQuestions) {
  std::vector<SteadyTime> rings;
  realm.realm().set_timer_of_calls(0, [&](SteadyTime time) { rings.push_back(time); });
  callee_of_work(realm);
  const Realm::Joined asker = realm.realm().join_unseen({0, 100, wamp::SessionId(100)}, nullptr);
  realm.realm().ask(*asker, {wamp::RequestId(1), {{"timeout", uint64_t{100}}}, "com.work", {}}, {});
  EXPECT_EQ(rings, std::vector<SteadyTime>{realm.clock().now() + milliseconds(100)});
}

TEST_F(CallTimeout, TheTimerIsToldOfTheNearestDeadlineOnly) {
  std::vector<SteadyTime> rings;
  realm.realm().set_timer_of_calls(0, [&](SteadyTime time) { rings.push_back(time); });
  callee_of_work(realm);
  Peer& caller = realm.join();
  const SteadyTime now = realm.clock().now();
  caller.says(R"([48,1,{"timeout":100},"com.work"])");
  caller.says(R"([48,2,{"timeout":200},"com.work"])");
  caller.says(R"([48,3,{"timeout":50},"com.work"])");
  EXPECT_EQ(rings, (std::vector<SteadyTime>{now + milliseconds(100), now + milliseconds(50)}));
  rings.clear();
  realm.passes(milliseconds(50));
  EXPECT_EQ(rings, std::vector<SteadyTime>{now + milliseconds(100)});
}

}  // namespace
}  // namespace router
