// Registrations that callees of both nodes share, and what people are told of them.
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/router/link/two_nodes.h"

namespace router {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using Policy = dealer::InvocationPolicy;
using Match = wamp::MatchPolicy;
using Heard = link::Link::Heard;

// Two callees on each node share com.work.
struct Shared {
  explicit Shared(const std::string& options, Policy policy, bool prefers_here = true) : nodes(prefers_here) {
    for (Wire* const one : all) nodes.registers(*one, "com.work", options);
    EXPECT_EQ(nodes.a_hears_of("com.work", 2, policy), Heard::done);
    EXPECT_EQ(nodes.b_hears_of("com.work", 2, policy), Heard::done);
  }
  // Which of the callees has got how many INVOCATIONs since the last time.
  std::vector<int> counts() {
    nodes.settle();
    std::vector<int> counts;
    for (Wire* const one : all) {
      const std::string got = one->sent();
      int count = 0;
      for (size_t at = got.find("[68,"); at != std::string::npos; at = got.find("[68,", at + 1)) ++count;
      counts.push_back(count);
    }
    return counts;
  }

  TwoNodes nodes;
  std::vector<Wire*> all{&TwoNodes::join(nodes.a), &TwoNodes::join(nodes.a), &TwoNodes::join(nodes.b),
                         &TwoNodes::join(nodes.b)};
  Wire& caller = TwoNodes::join(nodes.a);
  Wire& other_caller = TwoNodes::join(nodes.b);
};

using Counts = std::vector<int>;

TEST(ASharedProcedure, GivesEachCalleeItsTurnWhereverItIs) {
  Shared shared(R"({"invoke":"roundrobin"})", Policy::roundrobin, false);
  for (int request = 1; request <= 40; ++request) shared.caller.receives(call(request));
  EXPECT_EQ(shared.counts(), (Counts{10, 10, 10, 10}));
  for (int request = 1; request <= 40; ++request) shared.other_caller.receives(call(request));
  EXPECT_EQ(shared.counts(), (Counts{10, 10, 10, 10}));
}

TEST(ASharedProcedure, PrefersWhoIsFreeHere) {
  Shared shared(R"({"invoke":"roundrobin","concurrency":1})", Policy::roundrobin);
  shared.caller.receives(call(1));
  shared.caller.receives(call(2));
  EXPECT_EQ(shared.counts(), (Counts{1, 1, 0, 0}));
  shared.caller.receives(call(3));
  shared.caller.receives(call(4));
  EXPECT_EQ(shared.counts(), (Counts{0, 0, 1, 1}));
  shared.all[1]->receives(yield(1));
  shared.caller.receives(call(5));
  EXPECT_EQ(shared.counts(), (Counts{0, 1, 0, 0}));
}

TEST(ASharedProcedure, IsNeverGivenMoreCallsThanItsCalleesTakeAndSendsNoneBack) {
  Shared shared(R"({"invoke":"roundrobin","concurrency":1})", Policy::roundrobin, false);
  for (int request = 1; request <= 20; ++request) {
    shared.caller.receives(call(request));
    shared.other_caller.receives(call(request));
  }
  EXPECT_EQ(shared.counts(), (Counts{1, 1, 1, 1}));
  std::vector<int> done(4, 0);
  for (int answered = 4; answered < 40; ++answered) {
    // Whoever has got one answers it; the next one comes at once, from whichever node.
    Wire& one = *shared.all[static_cast<size_t>(answered) % 4];
    one.receives(yield(++done[static_cast<size_t>(answered) % 4]));
    const Counts next = shared.counts();
    EXPECT_LE(*std::max_element(next.begin(), next.end()), 1);
  }
  for (size_t i = 0; i < 4; ++i) shared.all[i]->receives(yield(++done[i]));
  shared.nodes.settle();
  EXPECT_EQ(shared.nodes.a.realm().counts().calls, 0u);
  EXPECT_EQ(shared.nodes.b.realm().counts().calls, 0u);
  EXPECT_TRUE(shared.nodes.from_a.waited_for.empty());
}

TEST(ASharedProcedure, HasOneShardForAKeyInTheWholeCluster) {
  Shared shared(R"({"invoke":"roundrobin"})", Policy::roundrobin);
  std::set<size_t> used;
  for (int key = 1; key <= 40; ++key) {
    const std::string options = R"({"runmode":"partition","rkey":"k)" + std::to_string(key) + "\"}";
    shared.caller.receives(call(key, "com.work", options));
    const Counts from_a = shared.counts();
    shared.other_caller.receives(call(key, "com.work", options));
    EXPECT_EQ(shared.counts(), from_a);
    used.insert(static_cast<size_t>(std::max_element(from_a.begin(), from_a.end()) - from_a.begin()));
  }
  EXPECT_EQ(used.size(), 4u);
}

TEST(ASharedProcedure, GivesACallToWhoIsFreeAlsoBehindOneThatWaitsForAnotherShard) {
  TwoNodes nodes;
  Wire& one = TwoNodes::join(nodes.b);
  Wire& two = TwoNodes::join(nodes.b);
  Wire& caller = TwoNodes::join(nodes.a);
  for (Wire* const callee : {&one, &two})
    nodes.registers(*callee, "com.work", R"({"invoke":"roundrobin","concurrency":1})");
  nodes.a_hears_of("com.work", 2, Policy::roundrobin);
  const auto* const keyed = R"({"runmode":"partition","rkey":"k"})";
  caller.receives(call(1, "com.work", keyed));
  const bool is_first = !nodes.heard(one).empty();
  Wire& shard = is_first ? one : two;
  Wire& other = is_first ? two : one;
  shard.sent();
  caller.receives(call(2));
  EXPECT_THAT(nodes.heard(other), StartsWith("[68,1,"));
  caller.receives(call(3, "com.work", keyed));
  caller.receives(call(4));
  nodes.settle();
  other.receives(yield(1));
  EXPECT_THAT(nodes.heard(other), StartsWith("[68,2,"));
  EXPECT_EQ(nodes.heard(shard), "");
  other.receives(yield(2));
  EXPECT_EQ(nodes.heard(caller), "[50,2,{}]\n[50,4,{}]");
}

TEST(ASharedProcedure, PassesACallOnFromANodeWhoseCalleesAreAllUnavailable) {
  Shared shared(R"({"invoke":"last"})", Policy::last, false);
  shared.caller.receives(call(1));
  EXPECT_EQ(shared.counts(), (Counts{0, 0, 0, 1}));
  shared.all[3]->receives(R"([8,68,1,{},"wamp.error.unavailable"])");
  EXPECT_EQ(shared.counts(), (Counts{0, 0, 1, 0}));
  shared.all[2]->receives(R"([8,68,1,{},"wamp.error.unavailable"])");
  EXPECT_EQ(shared.counts(), (Counts{0, 1, 0, 0}));
  shared.all[1]->receives(R"([8,68,1,{},"wamp.error.unavailable"])");
  EXPECT_EQ(shared.counts(), (Counts{1, 0, 0, 0}));
  shared.all[0]->receives(R"([70,1,{},["done"]])");
  EXPECT_EQ(shared.nodes.heard(shared.caller), R"([50,1,{},["done"]])");
}

TEST(ASharedProcedure, EndsACallThatAllHaveRefused) {
  Shared shared(R"({"invoke":"first"})", Policy::first);
  shared.caller.receives(call(1));
  for (Wire* const one : shared.all) {
    EXPECT_THAT(shared.nodes.heard(*one), StartsWith("[68,1,"));
    one->receives(R"([8,68,1,{},"wamp.error.unavailable"])");
  }
  EXPECT_THAT(shared.nodes.heard(shared.caller),
              HasSubstr(R"([8,48,1,{},"wamp.error.no_available_callee",["all callees are unavailable"]])"));
}

TEST(ASharedProcedure, LosesWhatTheOtherNodeHadAndKeepsTheRest) {
  Shared shared(R"({"invoke":"roundrobin"})", Policy::roundrobin, false);
  shared.nodes.a_hears_of("com.work", 0, Policy::roundrobin);
  for (int request = 1; request <= 10; ++request) shared.caller.receives(call(request));
  EXPECT_EQ(shared.counts(), (Counts{5, 5, 0, 0}));
}

TEST(ASharedProcedure, IsSharedInOneWayOnly) {
  TwoNodes nodes;
  Wire& callee = TwoNodes::join(nodes.a);
  nodes.registers(callee, "com.work", R"({"invoke":"roundrobin"})");
  EXPECT_EQ(nodes.a_hears_of("com.work", 1, Policy::random), Heard::other_policy);
  EXPECT_EQ(nodes.a_hears_of("com.work", 1, Policy::roundrobin), Heard::done);
  EXPECT_EQ(nodes.a_hears_of("com.work", 1, Policy::random), Heard::other_policy);
  Wire& caller = TwoNodes::join(nodes.a);
  for (int request = 1; request <= 4; ++request) caller.receives(call(request));
  EXPECT_TRUE(nodes.from_a.frames.empty());
  EXPECT_EQ(nodes.to_b.set_callees("realm9", "com.work", Match::exact, Policy::single, 1), Heard::no_realm);
}

TEST(ASharedProcedure, MayHaveAPatternThatIsRegisteredElsewhereOnly) {
  TwoNodes nodes;
  Wire& callee = TwoNodes::join(nodes.b);
  Wire& caller = TwoNodes::join(nodes.a);
  nodes.registers(callee, "com.pre", R"({"match":"prefix"})");
  nodes.a_hears_of("com.pre", 1, Policy::single, Match::prefix);
  caller.receives(call(1, "com.prefix"));
  EXPECT_EQ(nodes.heard(callee), R"([68,1,1,{"procedure":"com.prefix"}])");
  callee.receives(R"([64,2,{"match":"wildcard"},"org..work"])");
  EXPECT_EQ(nodes.heard(callee), "[65,2,2]");
  nodes.a_hears_of("org..work", 1, Policy::single, Match::wildcard);
  caller.receives(call(2, "org.x.work"));
  EXPECT_EQ(nodes.heard(callee), R"([68,2,2,{"procedure":"org.x.work"}])");
  // Both nodes go by the registration, not by what would match better where it arrives.
  callee.receives(R"([64,3,{},"com.prefix"])");
  EXPECT_EQ(nodes.heard(callee), "[65,3,3]");
  caller.receives(call(3, "com.prefix"));
  EXPECT_EQ(nodes.heard(callee), R"([68,3,1,{"procedure":"com.prefix"}])");
}

TEST(ASharedProcedure, MakesCallsWaitWhileTheOtherNodeTakesNone) {
  TwoNodes nodes;
  Wire& callee = TwoNodes::join(nodes.b);
  Wire& caller = TwoNodes::join(nodes.a);
  nodes.registers(callee, "com.work");
  nodes.a_hears_of("com.work", 1);
  nodes.to_b.set_takes_calls(false);
  caller.receives(call(1));
  EXPECT_EQ(nodes.heard(callee), "");
  nodes.to_b.set_takes_calls(true);
  EXPECT_EQ(nodes.heard(callee), "[68,1,1,{}]");
  nodes.to_b.set_takes_calls(false);
  caller.receives(call(2));
  nodes.a_hears_of("com.work", 0);
  EXPECT_THAT(nodes.heard(caller), HasSubstr(R"([8,48,2,{},"wamp.error.no_available_callee")"));
}

TEST(ASharedProcedure, ThatWaitsForTheOtherNodeGoesToTheFirstCalleeHere) {
  TwoNodes nodes;
  Wire& caller = TwoNodes::join(nodes.a);
  nodes.a_hears_of("com.work", 1);
  nodes.to_b.set_takes_calls(false);
  caller.receives(call(1));
  Wire& callee = TwoNodes::join(nodes.a);
  callee.receives(R"([64,1,{},"com.work"])");
  EXPECT_EQ(nodes.heard(callee), "[65,1,1]\n[68,1,1,{}]");
}

TEST(ASharedProcedure, ThatIsReregisteredByForceIsStillSharedWithTheOtherNode) {
  Shared shared(R"({"invoke":"roundrobin"})", Policy::roundrobin, false);
  Wire& new_one = TwoNodes::join(shared.nodes.a);
  new_one.receives(R"([64,1,{"invoke":"roundrobin","force_reregister":true},"com.work"])");
  ASSERT_THAT(shared.nodes.heard(new_one), StartsWith("[65,1,"));
  for (int request = 1; request <= 3; ++request) shared.caller.receives(call(request));
  EXPECT_EQ(shared.counts(), (Counts{0, 0, 1, 1}));
}

TEST(ARemoteProcedure, IsNotSeenByPeople) {
  TwoNodes nodes;
  Wire& observer = TwoNodes::join(nodes.a);
  observer.receives(R"([32,1,{"match":"prefix"},"wamp.registration."])");
  nodes.heard(observer);
  nodes.a_hears_of("com.work", 2, Policy::roundrobin);
  EXPECT_EQ(nodes.a.realm().counts().registrations, 0u);
  EXPECT_EQ(nodes.a.realm().counts().members, 1u);
  EXPECT_TRUE(nodes.a.realm().callable("anonymous", 10).empty());
  auto asks = [&, request = 1](const std::string& about, const std::string& arguments) mutable {
    observer.receives("[48," + std::to_string(++request) + ",{},\"wamp." + about + "\"," + arguments + "]");
    const std::string answer = nodes.heard(observer);
    return answer.substr(answer.find("{},") == std::string::npos ? 0 : answer.find("{},") + 3);
  };
  EXPECT_EQ(asks("registration.list", "[]"), R"([{"exact":[],"prefix":[],"wildcard":[]}]])");
  EXPECT_EQ(asks("registration.lookup", R"(["com.work"])"), "[null]]");
  EXPECT_EQ(asks("registration.match", R"(["com.work"])"), "[null]]");
  EXPECT_THAT(asks("registration.get", "[1]"), HasSubstr("no_such_registration"));
  EXPECT_THAT(asks("registration.list_callees", "[1]"), HasSubstr("no_such_registration"));
  EXPECT_EQ(asks("session.count", "[]"), "[1]]");
  // A callee here makes it appear, and its leaving disappear.
  Wire& callee = nodes.a.join();
  nodes.heard(observer);
  callee.receives(R"([64,1,{"invoke":"roundrobin"},"com.work"])");
  EXPECT_EQ(nodes.heard(callee), "[65,1,1]");
  const std::string came = nodes.heard(observer);
  EXPECT_THAT(came, HasSubstr("wamp.registration.on_create"));
  EXPECT_THAT(came, HasSubstr("wamp.registration.on_register"));
  EXPECT_EQ(asks("registration.count_callees", "[1]"), "[1]]");
  EXPECT_EQ(nodes.a.realm().counts().registrations, 1u);
  callee.receives("[66,2,1]");
  const std::string went = nodes.heard(observer);
  EXPECT_THAT(went, HasSubstr("wamp.registration.on_unregister"));
  EXPECT_THAT(went, HasSubstr("wamp.registration.on_delete"));
  EXPECT_EQ(nodes.a.realm().counts().registrations, 0u);
  nodes.a_hears_of("com.work", 0, Policy::roundrobin);
  EXPECT_EQ(nodes.heard(observer), "");
  EXPECT_EQ(nodes.a.realm().counts().registrations, 0u);
}

TEST(ARemoteProcedure, IsNoReasonToRefuseARegisterThatTheNodesHaveAgreedOn) {
  TwoNodes nodes;
  Wire& callee = TwoNodes::join(nodes.a);
  Wire& caller = TwoNodes::join(nodes.a);
  nodes.a_hears_of("com.same", 1);
  nodes.a_hears_of("com.other", 1, Policy::roundrobin);
  nodes.registers(callee, "com.same");
  callee.receives(R"([64,2,{},"com.other"])");
  EXPECT_THAT(nodes.heard(callee), StartsWith("[65,2,"));
  caller.receives(call(1, "com.same"));
  caller.receives(call(2, "com.other"));
  EXPECT_TRUE(nodes.from_a.frames.empty());
  EXPECT_EQ(nodes.a_hears_of("com.other", 1, Policy::roundrobin), Heard::other_policy);
}

TEST(ARemoteProcedure, IsOneOfAtMostSoManyAsARealmMayHave) {
  TwoNodes nodes;
  config::Realm realm = SessionHarness::two_realms().realms.front();
  realm.limits.registrations = 2;
  realm.limits.wildcard_shapes = 1;
  nodes.a.realm().configure(realm);
  EXPECT_EQ(nodes.a_hears_of("a...d", 1, Policy::single, Match::wildcard), Heard::done);
  EXPECT_EQ(nodes.a_hears_of("a..c.", 1, Policy::single, Match::wildcard), Heard::no_room);
  EXPECT_EQ(nodes.a_hears_of("com.a", 1), Heard::done);
  EXPECT_EQ(nodes.a_hears_of("com.b", 1), Heard::no_room);
  EXPECT_EQ(nodes.a_hears_of("com.a", 0), Heard::done);
  EXPECT_EQ(nodes.a_hears_of("com.b", 1), Heard::done);
  EXPECT_EQ(nodes.a_hears_of("com.b", 2), Heard::done);
}

}  // namespace
}  // namespace router
