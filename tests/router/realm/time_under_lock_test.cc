// What a client can make many of, and what then happens to all of it at once. A debug build ends if the realm
// is locked for too long (router/base/mutex.h), so each of these is a test of that beside what it says.
#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router/base/mutex.h"
#include "tests/router/support/realm_harness.h"

namespace router {
namespace {

using std::chrono::milliseconds;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

#ifdef WAMPD_SANITIZED
constexpr int many = 3'000;
#else
constexpr int many = 20'000;
#endif

std::string numbered(const std::string& before, int number, const std::string& after) {
  return before + std::to_string(number) + after;
}

size_t lines(const std::string& text) {
  return text.empty() ? 0 : 1 + static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
}

class TimeUnderTheLock : public testing::Test {
 protected:
  static config::Realm roomy() {
    config::Realm config = RealmHarness::open_realm();
    config.limits.calls_in_flight_per_session = config.limits.registrations_per_session =
        config.limits.subscriptions_per_session = config.limits.waiting_calls_per_registration = 1'000'000;
    config.limits.kept_bytes_per_session = uint64_t{1} << 40;
    return config;
  }
  // That of com.work.
  Peer& join_callee(const std::string& options = "{}", std::vector<std::string> features = {}) {
    Peer& callee = realm.join(std::move(features));
    callee.says("[64,1," + options + ",\"com.work\"]");
    return callee;
  }
  void call_often(Peer& caller, const std::string& options = "{}") {
    for (int i = 1; i <= many; ++i) caller.says(numbered("[48,", i, "," + options + ",\"com.work\"]"));
  }
  void expect_nothing(size_t members) {
    const Realm::Counts counts = realm.realm().counts();
    EXPECT_EQ(counts.members, members);
    EXPECT_EQ(counts.calls, 0u);
    EXPECT_EQ(counts.registrations, 0u);
    EXPECT_EQ(counts.subscriptions, 0u);
  }

  RealmHarness realm{roomy()};
};

TEST_F(TimeUnderTheLock, IsBoundedWhenACallerOfManyCallsLeaves) {
  Peer& callee = join_callee("{}", {"call_canceling"});
  Peer& caller = realm.join();
  call_often(caller);
  EXPECT_EQ(lines(callee.hears()), size_t{1 + many});
  caller.leaves();
  EXPECT_EQ(lines(callee.hears()), size_t{many}) << "each is interrupted";
  callee.leaves();
  expect_nothing(0);
}

TEST_F(TimeUnderTheLock, IsBoundedWhenACallerOfManyWaitingCallsLeaves) {
  Peer& callee = join_callee(R"({"concurrency":1})");
  Peer& caller = realm.join();
  call_often(caller);
  EXPECT_EQ(callee.hears(), "[65,1,1]\n[68,1,1,{}]");
  caller.leaves();
  EXPECT_EQ(callee.hears(), "") << "no call of it gets the callee that another one's end makes free";
  callee.leaves();
  expect_nothing(0);
}

TEST_F(TimeUnderTheLock, IsBoundedWhenTheCalleeOfManyCallsLeaves) {
  Peer& callee = join_callee();
  Peer& caller = realm.join();
  call_often(caller);
  callee.leaves();
  const std::string heard = caller.hears();
  EXPECT_EQ(lines(heard), size_t{many});
  EXPECT_THAT(heard, StartsWith("[8,48,"));
  expect_nothing(1);
}

TEST_F(TimeUnderTheLock, IsBoundedWhenTheOnlyCalleeForManyWaitingCallsLeaves) {
  Peer& callee = join_callee(R"({"concurrency":1})");
  Peer& caller = realm.join();
  call_often(caller);
  callee.leaves();
  EXPECT_EQ(lines(caller.hears()), size_t{many});
  expect_nothing(1);
}

TEST_F(TimeUnderTheLock, IsBoundedWhenASessionWithManyRegistrationsLeaves) {
  Peer& witness = realm.join();
  witness.says(R"([32,1,{},"wamp.registration.on_delete"])");
  Peer& callee = realm.join();
  for (int i = 1; i <= many; ++i) callee.says(numbered("[64,", i, numbered(",{},\"com.p", i, "\"]")));
  witness.hears();
  callee.leaves();
  EXPECT_EQ(lines(witness.hears()), size_t{many});
  witness.leaves();
  expect_nothing(0);
}

TEST_F(TimeUnderTheLock, IsBoundedWhenASessionWithManySubscriptionsLeaves) {
  Peer& witness = realm.join();
  witness.says(R"([32,1,{},"wamp.subscription.on_delete"])");
  Peer& subscriber = realm.join();
  subscriber.says(R"([32,1,{"match":"prefix"},"wamp."])");
  for (int i = 1; i <= many; ++i) subscriber.says(numbered("[32,", 1 + i, numbered(",{},\"com.t", i, "\"]")));
  witness.hears();
  subscriber.hears();
  subscriber.leaves();
  EXPECT_EQ(lines(witness.hears()), size_t{many}) << "none is told of one to the router's own topics";
  EXPECT_EQ(subscriber.hears(), "");
  witness.leaves();
  expect_nothing(0);
}

TEST_F(TimeUnderTheLock, IsBoundedWhenASessionWithMuchIsKilled) {
  Peer& killer = realm.join();
  Peer& victim = realm.join();
  for (int i = 1; i <= many; ++i) {
    victim.says(numbered("[64,", 3 * i, numbered(",{},\"com.p", i, "\"]")));
    victim.says(numbered("[32,", 3 * i + 1, numbered(",{},\"com.t", i, "\"]")));
    victim.says(numbered("[48,", 3 * i + 2, numbered(",{},\"com.p", i, "\"]")));
  }
  victim.hears();
  killer.says("[48,1,{},\"wamp.session.kill\",[" + std::to_string(victim.id()) + "]]");
  EXPECT_EQ(killer.hears(), "[50,1,{}]");
  expect_nothing(1);
  EXPECT_EQ(victim.hears(), R"([6,{},"wamp.close.killed"])");
  victim.leaves();
  expect_nothing(1);
}

TEST_F(TimeUnderTheLock, IsBoundedWhenManySessionsAreKilled) {
  Peer& killer = realm.join();
  std::vector<Peer*> victims;
  for (int i = 0; i < many / 20; ++i) {
    victims.push_back(&realm.join());
    for (int n = 1; n <= 20; ++n) {
      victims.back()->says(numbered("[64,", n, numbered(numbered(",{},\"com.s", i, ".p"), n, "\"]")));
      victims.back()->says(numbered("[32,", n, numbered(",{},\"com.t", n, "\"]")));
    }
  }
  killer.says(R"([48,1,{},"wamp.session.kill_all"])");
  EXPECT_EQ(killer.hears(), numbered("[50,1,{},[", many / 20, "]]"));
  expect_nothing(1);
  for (Peer* victim : victims) {
    EXPECT_THAT(victim->hears(), EndsWith(R"([6,{},"wamp.close.killed"])"));
    victim->leaves();
  }
}

TEST_F(TimeUnderTheLock, IsBoundedWhenManyCallsTimeOutAtOnce) {
  Peer& callee = join_callee("{}", {"call_canceling"});
  Peer& caller = realm.join();
  call_often(caller, R"({"timeout":1000})");
  callee.hears();
  realm.passes(milliseconds(1000));
  const std::string heard = caller.hears();
  EXPECT_EQ(lines(heard), size_t{many});
  EXPECT_THAT(heard, StartsWith(R"([8,48,1,{},"wamp.error.timeout")"));
  EXPECT_EQ(lines(callee.hears()), size_t{many});
  EXPECT_EQ(realm.realm().counts().calls, 0u);
}

TEST_F(TimeUnderTheLock, IsBoundedWhenManyCallsThatWaitTimeOutAtOnce) {
  join_callee(R"({"concurrency":1})");
  Peer& caller = realm.join();
  call_often(caller, R"({"timeout":1000})");
  realm.passes(milliseconds(1000));
  EXPECT_EQ(lines(caller.hears()), size_t{many});
  EXPECT_EQ(realm.realm().counts().calls, 0u);
}

TEST_F(TimeUnderTheLock, IsBoundedWhenACalleeTakesCallsAgain) {
  Peer& callee = join_callee();
  EXPECT_EQ(callee.hears(), "[65,1,1]");
  callee.clogs();
  Peer& caller = realm.join();
  call_often(caller);
  EXPECT_EQ(callee.hears(), "");
  callee.unclogs();
  const std::string heard = callee.hears();
  EXPECT_EQ(lines(heard), size_t{many});
  EXPECT_THAT(heard, StartsWith("[68,1,1,{}]\n[68,2,1,{}]"));
  EXPECT_EQ(caller.hears(), "");
}

TEST_F(TimeUnderTheLock, IsBoundedWhenACalleeOfManyProceduresTakesCallsAgain) {
  Peer& callee = realm.join();
  for (int i = 1; i <= many; ++i) callee.says(numbered("[64,", i, numbered(",{},\"com.p", i, "\"]")));
  callee.hears();
  callee.clogs();
  Peer& caller = realm.join();
  for (int i = 1; i <= many; ++i) caller.says(numbered("[48,", i, numbered(",{},\"com.p", i, "\"]")));
  callee.unclogs();
  EXPECT_EQ(lines(callee.hears()), size_t{many});
}

// A call that waits costs a look at its own callees, whoever else waits; else this would take minutes.
TEST_F(TimeUnderTheLock, IsBoundedWhenManyCalleesAreLookedAtForManyWaitingCalls) {
  constexpr int callees = 300;
  std::vector<Peer*> all;
  for (int i = 0; i < callees; ++i) {
    all.push_back(&realm.join());
    all.back()->says(R"([64,1,{"invoke":"roundrobin","concurrency":1},"com.work"])");
  }
  Peer& caller = realm.join();
  for (int i = 1; i <= 2000; ++i)
    caller.says(
        numbered("[48,", i, numbered(R"(,{"runmode":"partition","rkey":"k)", i, "\"},\"com.work\"]")));
  all.front()->hears();
  for (int i = 0; i < 10; ++i) all[static_cast<size_t>(i)]->leaves();
  caller.leaves();
  EXPECT_EQ(realm.realm().counts().calls, 0u);
}

TEST_F(TimeUnderTheLock, IsBoundedWhenManyWhoWantAProcedureAreAnswered) {
  Peer& holder = realm.join();
  for (int i = 1; i <= many; ++i) holder.says(numbered("[64,", i, numbered(",{},\"com.p", i, "\"]")));
  holder.hears();
  holder.freezes();
  Peer& other = realm.join();
  for (int i = 1; i <= many; ++i) other.says(numbered("[64,", i, numbered(",{},\"com.p", i, "\"]")));
  EXPECT_EQ(other.hears(), "");
  realm.realm().counts();
  realm.passes(milliseconds(1000));
  const std::string heard = other.hears();
  EXPECT_EQ(lines(heard), size_t{many});
  EXPECT_THAT(heard, StartsWith("[65,1,"));
  EXPECT_THAT(holder.hears(), StartsWith("[6,"));
  EXPECT_EQ(realm.realm().counts().registrations, size_t{many});
  holder.leaves();
  other.leaves();
  expect_nothing(0);
}

TEST_F(TimeUnderTheLock, IsBoundedWhenTheHolderOfWhatManyWantIsAlive) {
  Peer& holder = realm.join();
  for (int i = 1; i <= many; ++i) holder.says(numbered("[64,", i, numbered(",{},\"com.p", i, "\"]")));
  Peer& other = realm.join();
  for (int i = 1; i <= many; ++i) other.says(numbered("[64,", i, numbered(",{},\"com.p", i, "\"]")));
  EXPECT_EQ(lines(other.hears()), size_t{many}) << "the holder is asked when mail is delivered";
}

TEST_F(TimeUnderTheLock, IsBoundedWhenAProcedureIsTakenFromManyCallees) {
  config::Realm config = roomy();
  config.roles[0].permissions[0].force_reregister = true;
  RealmHarness forcing(config);
  constexpr int callees = 1000;
  std::vector<Peer*> all;
  for (int i = 0; i < callees; ++i) {
    all.push_back(&forcing.join({"registration_revocation"}));
    all.back()->says(R"([64,1,{"invoke":"roundrobin"},"com.work"])");
  }
  Peer& other = forcing.join();
  other.says(R"([64,1,{"force_reregister":true},"com.work"])");
  EXPECT_THAT(other.hears(), StartsWith("[65,1,"));
  for (Peer* callee : all)
    EXPECT_THAT(callee->hears(),
                EndsWith(R"([67,0,{"registration":1,"reason":"wamp.registration.replaced"}])"));
  EXPECT_EQ(forcing.realm().counts().registrations, 1u);
  other.says(R"([48,2,{},"com.work"])");
  EXPECT_EQ(other.hears(), "[68,1,2,{}]");
}

TEST_F(TimeUnderTheLock, IsBoundedWhenALongHistoryIsSearched) {
  config::Realm config = roomy();
  config.store.event_history = {{.uri = "com.", .match = wamp::MatchPolicy::prefix, .limit = 1'000'000}};
  RealmHarness keeping(config);
  Peer& publisher = keeping.join();
  for (int i = 1; i <= many; ++i) publisher.says(numbered("[16,", i, numbered(",{},\"com.t", i, "\",[]]")));
  const auto search = [&](int request, const std::string& filters) {
    publisher.says(numbered("[48,", request, R"(,{},"wamp.subscription.get_events",[1],{)" + filters + "}]"));
    return publisher.hears();
  };
  EXPECT_THAT(search(100'001, R"("topic":"com.none")"), StartsWith("[50,100001,{},[],{"));
  EXPECT_THAT(search(100'002, R"("topic":"com.t1")"), HasSubstr("\"com.t1\""));
  EXPECT_THAT(search(100'003, R"("topic":"com.t1","reverse":true)"), HasSubstr("\"com.t1\""));
}

TEST_F(TimeUnderTheLock, IsBoundedWhenOneLargeEventPushesManyOutOfAHistory) {
  config::Realm config = roomy();
  config.store.event_history = {{.uri = "com.", .match = wamp::MatchPolicy::prefix, .limit = 1'000'000}};
  config.limits.history_bytes = 1'000'000 + uint64_t{many} * 2000;
  RealmHarness keeping(config);
  Peer& publisher = keeping.join();
  for (int i = 1; i <= many; ++i) publisher.says(numbered("[16,", i, numbered(",{},\"com.t", i, "\",[]]")));
  publisher.says(R"([16,100001,{},"com.large",[")" + std::string(uint64_t{many} * 1990, 'x') + "\"]]");
  publisher.says(R"([48,100002,{},"wamp.subscription.get_events",[1],{"topic":"com.t1"}])");
  EXPECT_EQ(publisher.hears(), R"([50,100002,{},[],{"is_limit_reached":true,"has_more":false}])");
}

TEST_F(TimeUnderTheLock, IsBoundedWhenVeryManySubscribersComeAndGo) {
  constexpr int subscribers = 5000;
  std::vector<Peer*> all;
  for (int i = 0; i < subscribers; ++i) {
    all.push_back(&realm.join({}, "anonymous", i % 50 == 0 ? 1 : 0));
    all.back()->says(R"([32,1,{},"com.t"])");
  }
  Peer& publisher = realm.join();
  publisher.says(R"([16,1,{},"com.t",[1]])");
  for (size_t i = 0; i < all.size(); i += 3) all[i]->says("[34,2,1]");
  publisher.says(R"([16,2,{},"com.t",[2]])");
  for (size_t i = 0; i < all.size(); i += 6) all[i]->says(R"([32,3,{},"com.t"])");
  publisher.says(R"([16,3,{},"com.t",[3]])");
  for (size_t i = 0; i < all.size(); ++i) {
    const size_t expected = i % 3 != 0 ? 4 : i % 6 == 0 ? 5 : 3;
    ASSERT_EQ(lines(all[i]->hears()), expected) << i;
  }
  for (Peer* one : all) one->leaves();
  publisher.leaves();
  expect_nothing(0);
}

TEST_F(TimeUnderTheLock, IsBoundedWhenOneSubscriptionBringsManyEvents) {
  Peer& publisher = realm.join();
  for (int i = 1; i <= 5000; ++i)
    publisher.says(numbered("[16,", i, numbered(R"(,{"retain":true},"com.t)", i, "\",[]]")));
  Peer& subscriber = realm.join();
  subscriber.says(R"([32,1,{"match":"prefix","get_retained":true},"com."])");
  publisher.says(R"([16,5001,{},"com.live",[]])");
  const std::string heard = subscriber.hears();
  EXPECT_EQ(lines(heard), 5002u);
  EXPECT_THAT(heard, StartsWith("[33,1,"));
  EXPECT_THAT(heard, EndsWith(R"({"topic":"com.live"},[]])"));
}

TEST_F(TimeUnderTheLock, IsBoundedWhenASlowCallerHasManyCallsOfOneCallee) {
  Peer& callee = join_callee("{}", {"progressive_call_results", "call_canceling"});
  Peer& caller = realm.join();
  call_often(caller, R"({"receive_progress":true})");
  callee.hears();
  caller.stops_reading();
  for (int i = 1; i <= 50; ++i) callee.says(numbered("[70,", i, R"(,{"progress":true}])"));
  EXPECT_EQ(lines(caller.hears()), 50u);
}

TEST_F(TimeUnderTheLock, IsBoundedByTheCalleesThatARegistrationMayHave) {
  config::Realm config = RealmHarness::open_realm();
  config.limits.callees_per_registration = 2;
  RealmHarness few(config);
  Peer& first = few.join();
  first.says(R"([64,1,{"invoke":"roundrobin"},"com.work"])");
  few.join().says(R"([64,1,{"invoke":"roundrobin"},"com.work"])");
  Peer& third = few.join();
  third.says(R"([64,1,{"invoke":"roundrobin"},"com.work"])");
  EXPECT_THAT(third.hears(), StartsWith(R"([8,64,1,{},"wamp.error.too_many_requests")"));
  third.says(R"([64,2,{"invoke":"roundrobin"},"com.work"])");
  EXPECT_THAT(third.hears(), HasSubstr("this procedure has 2 callees, the most that it may have"));
  first.leaves();
  third.says(R"([64,3,{"invoke":"roundrobin"},"com.work"])");
  EXPECT_EQ(third.hears(), "[65,3,1]");
}

}  // namespace
}  // namespace router
