// The end of a session, and its beginning, when there is no memory for some of it: each allocation fails in
// turn. Leaving wins: who leaves is gone with all that it had, and others are answered. What may be lost is
// an event that would have told of it.
#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/router/support/admission_fixture.h"
#include "tests/router/support/authorized_wires.h"
#include "tests/router/support/failing_memory.h"
#include "tests/router/support/realm_harness.h"
#include "tests/router/support/session_wires.h"

namespace router {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// ---- what the realm does

// A realm in which one has much in common with others.
struct ARealmThatSomebodyLeaves {
  RealmHarness realm;
  Peer& watcher = realm.join();
  Peer& other = realm.join({"call_canceling", "progressive_call_results"});
  Peer& caller = realm.join();
  Peer& leaver = realm.join({"call_canceling"});
  Peer& heir = realm.join();

  ARealmThatSomebodyLeaves() {
    for (const char* topic : {"wamp.session.on_leave", "wamp.registration.on_unregister", "com.testament"})
      watcher.says(R"([32,1,{},")" + std::string(topic) + "\"]");
    other.says(R"([32,1,{},"com.common"])");
    other.says(R"([32,2,{"match":"prefix"},"com.common.pre"])");
    other.says(R"([64,3,{"invoke":"roundrobin"},"com.shared"])");
    other.says(R"([64,4,{},"com.slow"])");

    leaver.says(R"([32,1,{},"com.common"])");
    leaver.says(R"([32,2,{"match":"prefix"},"com.common.prefix.of.its.own"])");
    leaver.says(R"([32,3,{"match":"wildcard"},"com..own"])");
    leaver.says(R"([32,4,{"nkey":"a"},"com.sharded"])");
    leaver.says(R"([64,5,{"invoke":"roundrobin"},"com.shared"])");
    leaver.says(R"([64,6,{"match":"wildcard"},"com..procedure"])");
    leaver.says(R"([64,7,{"concurrency":1,"invoke":"roundrobin"},"com.busy"])");
    leaver.says(R"([64,8,{},"com.wanted"])");
    leaver.says(R"([48,9,{},"com.slow"])");
    leaver.says(R"([48,10,{"timeout":60000},"com.slow"])");
    leaver.says(R"([48,11,{},"wamp.session.add_testament",["com.testament",["late"],{}]])");
    leaver.freezes();
    leaver.says(R"([64,12,{},"com.slow"])");

    caller.says(R"([48,1,{},"com.its.procedure"])");
    caller.says(R"([48,2,{},"com.busy"])");
    caller.says(R"([48,3,{},"com.busy"])");
    heir.says(R"([64,1,{},"com.wanted"])");
    for (Peer* peer : {&watcher, &other, &caller, &leaver, &heir}) peer->hears();
  }

  void expect_that_only_the_others_are_left(size_t at) {
    const Realm::Counts counts = realm.realm().counts();
    EXPECT_EQ(counts.members, 4u) << at;
    EXPECT_EQ(counts.subscriptions, 5u) << at;
    EXPECT_EQ(counts.registrations, 3u) << at;
    EXPECT_EQ(counts.calls, 0u) << at;
    const std::string answers = caller.hears();
    for (const char* request : {"1", "2", "3"}) {
      const std::string error = "[8,48," + std::string(request) + ",";
      const size_t first = answers.find(error);
      EXPECT_NE(first, std::string::npos) << "call " << request << " at " << at;
      EXPECT_EQ(answers.find(error, first + 1), std::string::npos) << "call " << request << " at " << at;
    }
    EXPECT_THAT(heir.hears(), StartsWith("[65,1,")) << at;
    const std::string told = other.hears();
    EXPECT_THAT(told, HasSubstr("[69,1,")) << at;
    EXPECT_THAT(told, HasSubstr("[69,2,")) << at;
  }
  void expect_that_they_go_on(size_t at) {
    Peer& late = realm.join();
    late.says(R"([32,1,{},"com.common"])");
    late.says(R"([64,2,{"match":"wildcard"},"com..procedure"])");
    late.hears();
    caller.says(R"([16,4,{},"com.common",[1]])");
    EXPECT_THAT(late.hears(), testing::EndsWith(",{},[1]]")) << at;
    for (int request = 5; request < 7; ++request) {
      caller.says("[48," + std::to_string(request) + R"(,{},"com.shared"])");
      EXPECT_THAT(other.hears(), HasSubstr("[68,")) << at;
    }
    caller.says(R"([48,7,{},"com.any.procedure"])");
    EXPECT_THAT(late.hears(), StartsWith("[68,")) << at;
    for (Peer* peer : {&watcher, &other, &caller, &heir, &late}) peer->leaves();
    realm.passes(a_while);
    const Realm::Counts counts = realm.realm().counts();
    EXPECT_EQ(counts.members + counts.subscriptions + counts.registrations + counts.calls, 0u) << at;
  }
};

TEST(LeavingWithoutMemory, TakesAllThatOneHadAndAnswersOthers) {
  const size_t failures = let_each_allocation_fail([&](size_t at) {
    ARealmThatSomebodyLeaves test;
    const bool has_failed = fails(at, [&] { test.leaver.leaves(); });
    test.realm.passes(a_while);
    test.expect_that_only_the_others_are_left(at);
    if (!has_failed) {
      const std::string told = test.watcher.hears();
      EXPECT_THAT(told, HasSubstr("late"));
      EXPECT_EQ(test.realm.realm().counters().unmade_events.value(), 0u);
    }
    test.expect_that_they_go_on(at);
    return has_failed;
  });
  EXPECT_GT(failures, 20u);
}

TEST(LeavingWithoutMemory, CountsTheEventsThatNobodyHears) {
  RealmHarness realm;
  realm.join().says(R"([32,1,{},"wamp.session.on_leave"])");
  Peer& leaver = realm.join();
  leaver.hears();
  EXPECT_TRUE(fails(1, [&] { leaver.leaves(); }));
  EXPECT_EQ(realm.realm().counters().unmade_events.value(), 1u);
  EXPECT_EQ(realm.realm().counts().members, 1u);
}

// A kill for which there is no memory costs the killer, and is one as a whole or not at all.
TEST(LeavingWithoutMemory, OfOneThatIsKilledIsAllOrNothing) {
  const size_t failures = let_each_allocation_fail([&](size_t at) {
    ARealmThatSomebodyLeaves test;
    const std::string kill = R"([48,20,{},"wamp.session.kill",[)" + std::to_string(test.leaver.id()) + "]]";
    Peer& killer = test.realm.join();
    const bool has_failed = fails(at, [&] { killer.says(kill); });
    test.realm.passes(a_while);
    const bool is_killed = test.leaver.hears().find("[6,") != std::string::npos;
    EXPECT_EQ(test.realm.realm().counts().members, is_killed ? 5u : 6u) << at;
    killer.leaves();
    test.leaver.leaves();
    test.realm.passes(a_while);
    test.expect_that_only_the_others_are_left(at);
    test.expect_that_they_go_on(at);
    return has_failed;
  });
  EXPECT_GT(failures, 20u);
}

// ---- what the session does

// As the loop does what is for one connection.
void costs_its_connection(Wire& wire, const std::function<void()>& work) {
  try {
    work();
  } catch (const std::bad_alloc&) {
    wire.on_out_of_memory();
  }
}

struct WayToEnd {
  const char* name;
  const char* message;  // null: the connection ends
};

const WayToEnd ways_to_end[] = {
    {"Goodbye", R"([6,{},"wamp.close.close_realm"])"},
    {"Abort", R"([3,{},"com.enough"])"},
    {"Violation", "[33,1,1]"},
    {"LostConnection", nullptr},
};

class AnEndWithoutMemory : public testing::TestWithParam<WayToEnd> {};

constexpr auto canceling_roles =
    R"({"caller":{},"callee":{"features":{"call_canceling":true}},"publisher":{},"subscriber":{}})";

TEST_P(AnEndWithoutMemory, IsOneAllTheSame) {
  const size_t failures = let_each_allocation_fail([&](size_t at) {
    SessionHarness router;
    Wire& other = router.join();
    Wire& leaver = router.join(serializers::Format::json, canceling_roles);
    says(other, R"([64,1,{},"com.slow"])");
    says(other, R"([32,2,{},"wamp.session.on_leave"])");
    says(leaver, R"([64,1,{},"com.mine"])");
    says(leaver, R"([32,2,{},"com.topic"])");
    says(leaver, R"([32,3,{"match":"wildcard"},"com..topic"])");
    says(leaver, R"([48,4,{},"com.slow"])");
    says(leaver, R"([48,5,{},"wamp.session.add_testament",["com.topic",["late"],{}]])");
    says(other, R"([48,3,{},"com.mine"])");
    EXPECT_THAT(leaver.sent(), StartsWith("[68,"));

    const bool has_failed = fails(at, [&] {
      if (GetParam().message)
        costs_its_connection(leaver, [&] { leaver.receives_with_more(GetParam().message); });
      else
        leaver.breaks();
    });
    if (!leaver.dropped().empty()) leaver.breaks();
    router.passes(a_while);

    const Realm::Counts counts = router.realm().counts();
    EXPECT_EQ(counts.members, 1u) << at;
    EXPECT_EQ(counts.subscriptions, 1u) << at;
    EXPECT_EQ(counts.registrations, 1u) << at;
    Wire& late = router.join();
    // With the end of a connection comes that of a turn, in which others are sent what is for them: who lacks
    // memory for its answer loses its connection, and its call with that.
    if (!GetParam().message && !other.dropped().empty()) {
      other.breaks();
      EXPECT_EQ(router.realm().counts().calls, 0u) << at;
    } else {
      EXPECT_EQ(counts.calls, 0u) << at;
      EXPECT_EQ(other.dropped(), "") << at;
      EXPECT_THAT(other.sent(), HasSubstr("[8,48,3,")) << at;
      late.receives(R"([48,1,{},"com.slow"])");
      EXPECT_THAT(other.sent(), HasSubstr("[68,")) << at;
    }
    return has_failed;
  });
  EXPECT_GT(failures, 5u);
}

INSTANTIATE_TEST_SUITE_P(, AnEndWithoutMemory, testing::ValuesIn(ways_to_end),
                         [](const auto& param) { return std::string(param.param.name); });

TEST(AKillWithoutMemory, EndsItsVictimOrCostsWhoWantedIt) {
  const size_t failures = let_each_allocation_fail([&](size_t at) {
    SessionHarness router;
    Wire& killer = router.join();
    Wire& victim = router.join();
    Wire& other = router.join();
    says(other, R"([64,1,{},"com.slow"])");
    says(victim, R"([48,1,{},"com.slow"])");
    other.sent();
    const std::string kill = R"([48,1,{},"wamp.session.kill",[)" + std::to_string(victim.session_id()) + "]]";
    const bool has_failed = fails(at, [&] {
      costs_its_connection(killer, [&] { killer.receives_with_more(kill); });
      mail_comes(router);
    });
    mail_comes(router);
    for (Wire* wire : {&killer, &victim})
      if (!wire->dropped().empty()) wire->breaks();
    router.passes(a_while);
    EXPECT_EQ(other.dropped(), "") << at;
    const bool is_killed = router.realm().counts().calls == 0;
    EXPECT_TRUE(is_killed || !killer.dropped().empty()) << at;
    killer.breaks();
    victim.breaks();
    router.passes(a_while);
    EXPECT_EQ(router.realm().counts().members, 1u) << at;
    EXPECT_EQ(router.realm().counts().calls, 0u) << at;
    return has_failed;
  });
  EXPECT_GT(failures, 5u);
}

TEST(LeavingWithoutMemory, OfOneWhoAsksForOthersLetsThemAskThemselves) {
  size_t failures = 0;
  for (size_t at = 1;; ++at) {
    AuthorizedWires router(R"("cache_by": "role")");
    Wire& first = router.user();
    Wire& second = router.user();
    first.receives(R"([48,1,{},"com.a"])");
    second.receives(R"([48,1,{},"com.a"])");
    ASSERT_EQ(router.authorizer().asked().size(), 1u);
    const bool has_failed = fails(at, [&] { first.breaks(); });
    router.router().passes(a_while);
    // With the end of a connection comes that of a turn, in which others are sent what is for them.
    if (!second.dropped().empty() || !router.authorizer().wire().dropped().empty()) {
      EXPECT_TRUE(has_failed) << at;
      continue;
    }
    if (router.authorizer().asked().size() == 1) second.sweeps();
    router.router().passes(a_while);
    EXPECT_EQ(router.authorizer().asked().size(), 2u) << at;
    EXPECT_EQ(router.realm().counts().members, 2u) << at;
    if (!has_failed || testing::Test::HasFailure()) break;
    ++failures;
  }
  EXPECT_GT(failures, 5u);
}

TEST(AQuestionWithoutMemory, IsAskedByWhoWantsToKnowNext) {
  const size_t failures = let_each_allocation_fail([&](size_t at) {
    AuthorizedWires router(R"("cache_by": "role")");
    Wire& first = router.user();
    const bool has_failed = fails(
        at, [&] { costs_its_connection(first, [&] { first.receives_with_more(R"([48,1,{},"com.a"])"); }); });
    EXPECT_TRUE(has_failed || first.dropped().empty());
    if (!first.dropped().empty()) first.breaks();
    router.router().passes(a_while);
    Wire& second = router.user();
    second.receives(R"([48,1,{},"com.a"])");
    while (!router.authorizer().asked().empty()) router.authorizer().answers("true");
    EXPECT_THAT(second.sent(), HasSubstr("[8,48,1,{},\"wamp.error.no_such_procedure\"")) << at;
    return has_failed;
  });
  EXPECT_GT(failures, 5u);
}

// ---- who comes in

struct WayIn {
  const char* name;
  const char* auth;
  std::vector<std::string> messages;
};

class ALoginWithoutMemory : public testing::TestWithParam<WayIn> {};

TEST_P(ALoginWithoutMemory, LeavesNobodyBehind) {
  struct Test : AdmissionTest {
    void TestBody() override {}
    using AdmissionTest::connect;
    using AdmissionTest::open;
    using AdmissionTest::router_;
  };
  const size_t failures = let_each_allocation_fail([&](size_t at) {
    Test test;
    test.open(GetParam().auth);
    Wire& wire = test.connect();
    const bool has_failed = fails(at, [&] {
      for (const std::string& message : GetParam().messages)
        if (wire.dropped().empty()) costs_its_connection(wire, [&] { wire.receives_with_more(message); });
      mail_comes(*test.router_);
    });
    const bool is_in = wire.dropped().empty();
    EXPECT_TRUE(is_in || has_failed) << at;
    if (is_in) {
      EXPECT_THAT(wire.sent(), HasSubstr("[2,")) << at;
      EXPECT_EQ(test.router_->realm().counts().members, 1u) << at;
    }
    wire.breaks();
    test.router_->passes(a_while);
    EXPECT_EQ(test.router_->realm().counts().members, 0u) << at;
    Wire& next = test.connect();
    for (const std::string& message : GetParam().messages) next.receives(message);
    EXPECT_THAT(next.sent(), HasSubstr("[2,")) << at;
    return has_failed;
  });
  EXPECT_GT(failures, 20u);
}

INSTANTIATE_TEST_SUITE_P(
    , ALoginWithoutMemory,
    testing::Values(
        WayIn{"Anonymous", R"("anonymous": {"type": "static", "role": "anonymous"})", {hello("")}},
        WayIn{"Ticket", tickets, {hello(joe_by_ticket), authenticate("secret!!!")}}),
    [](const auto& param) { return std::string(param.param.name); });

}  // namespace
}  // namespace router
