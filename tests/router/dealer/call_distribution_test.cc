// Which callee gets a call: concurrency with its queue, sharding, and re-routing.
#include <algorithm>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/router/support/realm_harness.h"

namespace router {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class CallDistribution : public testing::Test {
 protected:
  Peer& callee(const std::string& options, std::vector<std::string> features = {}) {
    Peer& peer = realm.join(std::move(features));
    peer.says("[64,1," + options + ",\"com.work\"]");
    EXPECT_EQ(peer.hears(), "[65,1,1]");
    return peer;
  }
  // Calls com.work; who of the callees is invoked, or -1.
  int invoked(Peer& caller, int request, const std::vector<Peer*>& callees,
              const std::string& options = "{}") {
    caller.says("[48," + std::to_string(request) + "," + options + ",\"com.work\"]");
    for (size_t i = 0; i < callees.size(); ++i)
      if (!callees[i]->hears().empty()) return static_cast<int>(i);
    return -1;
  }

  RealmHarness realm;
};

TEST_F(CallDistribution, ACalleeWithAConcurrencyGetsNoMoreCallsAtATime) {
  Peer& worker = callee(R"({"concurrency":2})");
  Peer& caller = realm.join();
  for (int request = 1; request <= 4; ++request)
    caller.says("[48," + std::to_string(request) + R"(,{},"com.work",[)" + std::to_string(request) + "]]");
  EXPECT_EQ(worker.hears(), "[68,1,1,{},[1]]\n[68,2,1,{},[2]]");
  worker.says("[70,2,{}]");
  EXPECT_EQ(worker.hears(), "[68,3,1,{},[3]]");
  worker.says(R"([8,68,1,{},"com.error"])");
  EXPECT_EQ(worker.hears(), "[68,4,1,{},[4]]");
  worker.says("[70,3,{}]");
  worker.says("[70,4,{}]");
  EXPECT_EQ(caller.hears(), "[50,2,{}]\n[8,48,1,{},\"com.error\"]\n[50,3,{}]\n[50,4,{}]");
  EXPECT_EQ(realm.realm().counts().calls, 0u);
}

TEST_F(CallDistribution, CallsThatWaitForAShardKeepNoOtherCallWaiting) {
  config::Realm config = RealmHarness::open_realm();
  config.limits.waiting_calls_per_registration = 3;
  RealmHarness small(config);
  Peer& first = small.join();
  Peer& second = small.join();
  for (Peer* peer : {&first, &second}) {
    peer->says(R"([64,1,{"invoke":"last","concurrency":1},"com.work"])");
    peer->hears();
  }
  Peer& caller = small.join();
  int request = 0;
  const auto call = [&](const std::string& options) {
    caller.says("[48," + std::to_string(++request) + "," + options + R"(,"com.work"])");
  };
  // One that is the shard of the key is busy, and as many calls wait for it as may.
  for (int i = 0; i < 4; ++i) call(R"({"runmode":"partition","rkey":"a"})");
  const bool first_is_busy = !first.hears().empty();
  Peer& free = first_is_busy ? second : first;
  EXPECT_EQ(free.hears(), "");
  call("{}");
  EXPECT_EQ(free.hears(), "[68,1,1,{}]");
  EXPECT_EQ(caller.hears(), "");
}

TEST_F(CallDistribution, OfSeveralThatAreSilentTheOneThatIsFreeGetsTheCall) {
  const std::string options = R"({"invoke":"first","concurrency":1})";
  Peer& first = callee(options);
  Peer& second = callee(options);
  Peer& caller = realm.join();
  EXPECT_EQ(invoked(caller, 1, {&first, &second}), 0);
  first.falls_silent();
  second.falls_silent();
  EXPECT_EQ(invoked(caller, 2, {&first, &second}), 1);
}

TEST_F(CallDistribution, ACalleeThatRegistersAnewDuringACallGetsFurtherOnes) {
  const std::string options = R"({"invoke":"roundrobin","concurrency":1})";
  Peer& first = callee(options);
  Peer& second = callee(options);
  Peer& caller = realm.join();
  EXPECT_EQ(invoked(caller, 1, {&first, &second}), 0);
  first.says("[66,2,1]");
  EXPECT_EQ(first.hears(), "[67,2]");
  first.says("[64,3," + options + ",\"com.work\"]");
  EXPECT_EQ(first.hears(), "[65,3,1]");
  first.says("[70,1,{}]");
  EXPECT_EQ(invoked(caller, 2, {&first, &second}), 1);
  EXPECT_EQ(invoked(caller, 3, {&first, &second}), 0);
}

TEST_F(CallDistribution, ACallFromBeforeACalleeRegisteredAnewGivesItNoRoomForOthers) {
  const std::string options = R"({"invoke":"roundrobin","concurrency":1})";
  Peer& first = callee(options);
  Peer& second = callee(options);
  Peer& caller = realm.join();
  EXPECT_EQ(invoked(caller, 1, {&first, &second}), 0);
  first.says("[66,2,1]");
  first.says("[64,3," + options + ",\"com.work\"]");
  first.hears();
  EXPECT_EQ(invoked(caller, 2, {&first, &second}), 1);
  EXPECT_EQ(invoked(caller, 3, {&first, &second}), 0);
  first.says("[70,1,{}]");
  EXPECT_EQ(invoked(caller, 4, {&first, &second}), -1) << "both are busy with one call";
  first.says("[70,2,{}]");
  EXPECT_EQ(first.hears(), "[68,3,1,{}]");
}

TEST_F(CallDistribution, WhoHasRefusedACallThatWaitsGetsThoseBehindIt) {
  const std::string options = R"({"invoke":"roundrobin","concurrency":1})";
  Peer& first = callee(options, {"call_reroute"});
  Peer& second = callee(options, {"call_reroute"});
  Peer& caller = realm.join();
  EXPECT_EQ(invoked(caller, 1, {&first, &second}), 0);
  EXPECT_EQ(invoked(caller, 2, {&first, &second}), 1);
  EXPECT_EQ(invoked(caller, 3, {&first, &second}), -1);
  first.says(R"([8,68,1,{},"wamp.error.unavailable"])");
  EXPECT_EQ(first.hears(), "[68,2,1,{}]") << "call 3; call 1 waits for the other one";
  EXPECT_EQ(invoked(caller, 4, {&first, &second}), -1);
  first.says("[70,2,{}]");
  EXPECT_EQ(first.hears(), "[68,3,1,{}]") << "call 4";
  second.says("[70,1,{}]");
  EXPECT_EQ(second.hears(), "[68,2,1,{}]") << "call 1";
}

TEST_F(CallDistribution, ANewCallDoesNotOvertakeThoseThatAreBeingGivenToACallee) {
  constexpr int more_than_a_turn_does = 500;
  realm.realm().set_timer([](SteadyTime) {});
  Peer& worker = callee("{}");
  Peer& caller = realm.join();
  const auto call = [&caller](int number) {
    caller.says("[48," + std::to_string(number) + R"(,{},"com.work",[)" + std::to_string(number) + "]]");
  };
  worker.clogs();
  for (int number = 1; number <= more_than_a_turn_does; ++number) call(number);
  realm.clock().ticks(std::chrono::milliseconds(1));
  worker.unclogs();
  std::string heard = worker.hears();
  ASSERT_THAT(heard, HasSubstr("[68,1,1,{},[1]]"));
  ASSERT_THAT(heard, Not(HasSubstr("[68,500,"))) << "the rest is left for later";
  call(more_than_a_turn_does + 1);
  while (heard.find("[68,501,") == std::string::npos) {
    realm.passes(std::chrono::milliseconds(1));
    heard += "\n" + worker.hears();
  }
  EXPECT_THAT(heard, HasSubstr("[68,501,1,{},[501]]")) << "it is the last one";
}

TEST_F(CallDistribution, ACallThatWaitsForAShardGoesToAnotherWhenThatLeaves) {
  const std::string by_key = R"({"runmode":"partition","rkey":"a"})";
  Peer& first = callee(R"({"invoke":"roundrobin"})");
  Peer& second = callee(R"({"invoke":"roundrobin"})");
  Peer& caller = realm.join();
  const int shard = invoked(caller, 1, {&first, &second}, by_key);
  ASSERT_NE(shard, -1);
  Peer& leaving = shard == 0 ? first : second;
  Peer& other = shard == 0 ? second : first;
  leaving.clogs();
  caller.says("[48,2," + by_key + ",\"com.work\"]");
  EXPECT_EQ(other.hears(), "") << "it waits for its shard";
  leaving.leaves();
  EXPECT_EQ(other.hears(), "[68,1,1,{}]");
}

TEST_F(CallDistribution, ACallWithAKeyWaitsBehindThatOfTheSameCallerThatWaitsForAnyCallee) {
  Peer& worker = callee(R"({"invoke":"roundrobin","concurrency":2})");
  Peer& caller = realm.join();
  for (const char* request : {"1", "2", "3"})
    caller.says("[48," + std::string(request) + ",{},\"com.work\",[" + request + "]]");
  EXPECT_EQ(worker.hears(), "[68,1,1,{},[1]]\n[68,2,1,{},[2]]");
  worker.says("[70,1,{}]");
  worker.says("[70,2,{}]");
  // The third call has been granted the callee, and its caller has not read that.
  caller.says(R"([48,4,{"runmode":"partition","rkey":7},"com.work",[4]])");
  EXPECT_EQ(worker.hears(), "[68,3,1,{},[3]]\n[68,4,1,{},[4]]");
}

// Its shard is another one since a callee has come, which is free.
TEST_F(CallDistribution, ACallWaitsBehindThatOfTheSameCallerThatWaitsForTheSameKey) {
  Peer& first = callee(R"({"invoke":"roundrobin","concurrency":1})");
  Peer& caller = realm.join();
  const auto call = [&caller](int request, int key) {
    caller.says("[48," + std::to_string(request) + R"(,{"runmode":"partition","rkey":)" +
                std::to_string(key) + R"(},"com.work",[)" + std::to_string(key) + "]]");
  };
  constexpr int keys = 10;
  call(1, 0);
  EXPECT_NE(first.hears(), "") << "it is busy";
  for (int key = 0; key < keys; ++key) call(10 + key, key);
  Peer& second = realm.join();
  second.says(R"([64,1,{"invoke":"roundrobin"},"com.work"])");
  // Nobody has read mail in between.
  for (int key = 0; key < keys; ++key) call(20 + key, key);
  const std::string heard = second.hears();
  std::vector<int> moved;
  for (int key = 0; key < keys; ++key)
    if (heard.find("[" + std::to_string(key) + "]") != heard.npos) moved.push_back(key);
  ASSERT_GT(moved.size(), 1u);
  // First those that have waited.
  std::string expected = "[65,1,1]";
  int invocation = 0;
  for (int round = 0; round < 2; ++round)
    for (const int key : moved)
      expected += "\n[68," + std::to_string(++invocation) + ",1,{},[" + std::to_string(key) + "]]";
  EXPECT_EQ(heard, expected);
}

TEST_F(CallDistribution, BusyCalleesArePassedOver) {
  Peer& first = callee(R"({"invoke":"first","concurrency":1})");
  Peer& second = callee(R"({"invoke":"first"})");
  Peer& caller = realm.join();
  EXPECT_EQ(invoked(caller, 1, {&first, &second}), 0);
  EXPECT_EQ(invoked(caller, 2, {&first, &second}), 1);
  EXPECT_EQ(invoked(caller, 3, {&first, &second}), 1);
  first.says("[70,1,{}]");
  EXPECT_EQ(invoked(caller, 4, {&first, &second}), 0);
}

TEST_F(CallDistribution, SilentCalleesGetCallsOnlyIfAllAreSilent) {
  Peer& first = callee(R"({"invoke":"roundrobin"})");
  Peer& second = callee(R"({"invoke":"roundrobin"})");
  Peer& caller = realm.join();
  first.falls_silent();
  EXPECT_EQ(invoked(caller, 1, {&first, &second}), 1);
  EXPECT_EQ(invoked(caller, 2, {&first, &second}), 1);
  second.falls_silent();
  EXPECT_NE(invoked(caller, 3, {&first, &second}), -1);
}

TEST_F(CallDistribution, CloggedCalleesArePassedOverAndIfAllAreCallsWait) {
  Peer& first = callee(R"({"invoke":"roundrobin"})");
  Peer& second = callee(R"({"invoke":"roundrobin"})");
  Peer& caller = realm.join();
  first.clogs();
  EXPECT_EQ(invoked(caller, 1, {&first, &second}), 1);
  EXPECT_EQ(invoked(caller, 2, {&first, &second}), 1);
  second.clogs();
  EXPECT_EQ(invoked(caller, 3, {&first, &second}), -1);
  EXPECT_EQ(caller.hears(), "");
  first.unclogs();
  EXPECT_EQ(first.hears(), "[68,1,1,{}]");
}

TEST_F(CallDistribution, TheQueueOfWaitingCallsIsBounded) {
  config::Realm config = RealmHarness::open_realm();
  config.limits.waiting_calls_per_registration = 1;
  RealmHarness strict(config);
  Peer& worker = strict.join();
  worker.says(R"([64,1,{"concurrency":1},"com.work"])");
  Peer& caller = strict.join();
  caller.says(R"([48,1,{},"com.work"])");
  caller.says(R"([48,2,{},"com.work"])");
  caller.says(R"([48,3,{},"com.work"])");
  EXPECT_THAT(caller.hears(), StartsWith(R"([8,48,3,{},"wamp.error.no_available_callee")"));
}

TEST_F(CallDistribution, AWaitingCallCanBeCanceledAndTimesOut) {
  Peer& worker = callee(R"({"concurrency":1})", {"call_canceling"});
  Peer& caller = realm.join();
  caller.says(R"([48,1,{},"com.work"])");
  caller.says(R"([48,2,{},"com.work"])");
  caller.says(R"([48,3,{"timeout":10},"com.work"])");
  worker.hears();
  caller.says(R"([49,2,{"mode":"kill"}])");
  EXPECT_THAT(caller.hears(), StartsWith(R"([8,48,2,{},"wamp.error.canceled")"));
  realm.passes(std::chrono::milliseconds(10));
  EXPECT_THAT(caller.hears(), StartsWith(R"([8,48,3,{},"wamp.error.timeout")"));
  worker.says("[70,1,{}]");
  EXPECT_EQ(worker.hears(), "");
  EXPECT_EQ(realm.realm().counts().calls, 0u);
}

TEST_F(CallDistribution, AWaitingCallEndsWithItsCallerOrWithTheLastCallee) {
  Peer& worker = callee(R"({"concurrency":1})");
  Peer& caller = realm.join();
  Peer& other = realm.join();
  caller.says(R"([48,1,{},"com.work"])");
  caller.says(R"([48,2,{},"com.work"])");
  other.says(R"([48,1,{},"com.work"])");
  worker.hears();
  caller.leaves();
  EXPECT_EQ(worker.hears(), "[68,2,1,{}]") << "the place of the call that ended is free";
  other.says(R"([48,2,{},"com.work"])");
  worker.leaves();
  const std::string heard = other.hears();
  EXPECT_THAT(heard, HasSubstr(R"([8,48,1,{},"wamp.error.canceled")"));
  EXPECT_THAT(heard, HasSubstr(R"([8,48,2,{},"wamp.error.no_available_callee")"));
  EXPECT_EQ(realm.realm().counts().calls, 0u);
  EXPECT_EQ(realm.realm().counts().registrations, 0u);
}

TEST_F(CallDistribution, ANewCalleeTakesTheCallsThatWait) {
  Peer& first = callee(R"({"invoke":"roundrobin","concurrency":1})");
  Peer& caller = realm.join();
  caller.says(R"([48,1,{},"com.work"])");
  caller.says(R"([48,2,{},"com.work"])");
  EXPECT_EQ(first.hears(), "[68,1,1,{}]");
  Peer& second = realm.join();
  second.says(R"([64,1,{"invoke":"roundrobin"},"com.work"])");
  EXPECT_EQ(second.hears(), "[65,1,1]\n[68,1,1,{}]");
}

TEST_F(CallDistribution, AProgressiveCallDoesNotWait) {
  Peer& worker = callee(R"({"concurrency":1})", {"progressive_call_invocations", "call_canceling"});
  Peer& caller = realm.join();
  caller.says(R"([48,1,{},"com.work"])");
  worker.hears();
  caller.says(R"([48,2,{"progress":true},"com.work"])");
  EXPECT_THAT(caller.hears(), StartsWith(R"([8,48,2,{},"wamp.error.no_available_callee")"));
}

TEST_F(CallDistribution, AShardGetsAllCallsOfItsKeys) {
  std::vector<Peer*> shards;
  for (int i = 0; i < 4; ++i) shards.push_back(&callee(R"({"invoke":"roundrobin"})"));
  Peer& caller = realm.join();
  std::map<int, int> shard_of_key;
  std::set<int> used;
  int request = 0;
  for (int round = 0; round < 3; ++round) {
    for (int key = 0; key < 40; ++key) {
      const std::string options = R"({"runmode":"partition","rkey":"user)" + std::to_string(key) + "\"}";
      const int shard = invoked(caller, ++request, shards, options);
      ASSERT_GE(shard, 0);
      EXPECT_EQ(shard_of_key.try_emplace(key, shard).first->second, shard) << "key " << key;
      used.insert(shard);
    }
  }
  EXPECT_EQ(used.size(), 4u) << "no shard is left out";
}

TEST_F(CallDistribution, AShardThatGoesMovesOnlyItsOwnKeys) {
  std::vector<Peer*> shards;
  for (int i = 0; i < 4; ++i) shards.push_back(&callee(R"({"invoke":"roundrobin"})"));
  Peer& caller = realm.join();
  int request = 0;
  const auto shard_of = [&](int key) {
    return invoked(caller, ++request, shards,
                   R"({"runmode":"partition","rkey":)" + std::to_string(key) + "}");
  };
  std::map<int, int> before;
  for (int key = 0; key < 40; ++key) before[key] = shard_of(key);
  shards[3]->leaves();
  caller.hears();
  shards.pop_back();
  for (const auto& [key, shard] : before) {
    if (shard == 3) continue;
    EXPECT_EQ(shard_of(key), shard) << "key " << key;
  }
}

TEST_F(CallDistribution, ShardingNeedsAKeyAndKnowsPartitionsOnly) {
  callee(R"({"invoke":"roundrobin"})");
  Peer& caller = realm.join();
  caller.says(R"([48,1,{"runmode":"partition"},"com.work"])");
  EXPECT_THAT(caller.hears(), StartsWith(R"([8,48,1,{},"wamp.error.invalid_argument")"));
  caller.says(R"([48,2,{"runmode":"all"},"com.work"])");
  EXPECT_THAT(caller.hears(), StartsWith(R"([8,48,2,{},"wamp.error.feature_not_supported")"));
  caller.says(R"([48,3,{"runmode":"partition","rkey":[]},"com.work"])");
  EXPECT_TRUE(caller.violation());
}

TEST_F(CallDistribution, AnUnavailableCalleePassesTheCallOnByThePolicy) {
  for (const std::string policy : {"roundrobin", "first", "last", "random"}) {
    RealmHarness fresh;
    std::vector<Peer*> callees;
    for (int i = 0; i < 3; ++i) {
      callees.push_back(&fresh.join({"call_reroute"}));
      callees.back()->says("[64,1,{\"invoke\":\"" + policy + "\"},\"com.work\"]");
      callees.back()->hears();
    }
    Peer& caller = fresh.join();
    caller.says(R"([48,1,{"disclose_me":true},"com.work",[7],{"k":1}])");
    std::vector<size_t> asked;
    for (int turn = 0; turn < 3; ++turn) {
      for (size_t i = 0; i < callees.size(); ++i) {
        const std::string heard = callees[i]->hears();
        if (heard.empty()) continue;
        EXPECT_THAT(heard, HasSubstr(R"("caller":1004)"));
        EXPECT_THAT(heard, HasSubstr(R"([7],{"k":1}])"));
        asked.push_back(i);
        callees[i]->says(R"([8,68,1,{},"wamp.error.unavailable"])");
        break;
      }
    }
    if (policy == "random") std::sort(asked.begin(), asked.end());
    EXPECT_EQ(asked, policy == "last" ? (std::vector<size_t>{2, 1, 0}) : (std::vector<size_t>{0, 1, 2}))
        << policy;
    EXPECT_THAT(caller.hears(), StartsWith(R"([8,48,1,{},"wamp.error.no_available_callee")")) << policy;
    EXPECT_EQ(fresh.realm().counts().calls, 0u);
  }
}

TEST_F(CallDistribution, AfterAReroutingTheResultComesAsUsual) {
  Peer& tired = callee(R"({"invoke":"first"})", {"call_reroute"});
  Peer& fit = callee(R"({"invoke":"first"})", {"call_reroute"});
  Peer& caller = realm.join();
  caller.says(R"([48,1,{},"com.work"])");
  tired.says(R"([8,68,1,{},"wamp.error.unavailable"])");
  EXPECT_EQ(fit.hears(), "[68,1,1,{}]");
  fit.says("[70,1,{},[1]]");
  EXPECT_EQ(caller.hears(), "[50,1,{},[1]]");
}

TEST_F(CallDistribution, ASingleCalleeThatIsUnavailableEndsTheCall) {
  Peer& worker = callee("{}", {"call_reroute"});
  Peer& caller = realm.join();
  caller.says(R"([48,1,{},"com.work"])");
  worker.says(R"([8,68,1,{},"wamp.error.unavailable"])");
  EXPECT_THAT(caller.hears(), StartsWith(R"([8,48,1,{},"wamp.error.no_available_callee")"));
}

TEST_F(CallDistribution, WithoutTheFeatureUnavailableIsAnErrorLikeAnyOther) {
  Peer& worker = callee(R"({"invoke":"first"})");
  Peer& other = callee(R"({"invoke":"first"})");
  Peer& caller = realm.join();
  caller.says(R"([48,1,{},"com.work"])");
  worker.says(R"([8,68,1,{},"wamp.error.unavailable",["so sorry"]])");
  EXPECT_EQ(caller.hears(), R"([8,48,1,{},"wamp.error.unavailable",["so sorry"]])");
  EXPECT_EQ(other.hears(), "");
}

TEST_F(CallDistribution, AProgressiveCallIsReroutedOnlyBeforeItsSecondChunk) {
  const std::vector<std::string> features = {"call_reroute", "progressive_call_invocations",
                                             "call_canceling"};
  Peer& first = callee(R"({"invoke":"first"})", features);
  Peer& second = callee(R"({"invoke":"first"})", features);
  Peer& caller = realm.join();
  caller.says(R"([48,1,{"progress":true},"com.work",[1]])");
  first.says(R"([8,68,1,{},"wamp.error.unavailable"])");
  EXPECT_EQ(caller.hears(), "");
  caller.says(R"([48,1,{"progress":true},"com.work",[2]])");
  EXPECT_EQ(second.hears(), R"([68,1,1,{"progress":true},[1]])"
                            "\n"
                            R"([68,1,1,{"progress":true},[2]])");
  second.says(R"([8,68,1,{},"wamp.error.unavailable"])");
  EXPECT_THAT(caller.hears(), StartsWith(R"([8,48,1,{},"wamp.error.no_available_callee")"));
}

TEST_F(CallDistribution, ACallThatHasBeenRefusedByAllWhoAreLeftDoesNotWaitForEver) {
  Peer& tired = callee(R"({"invoke":"first"})", {"call_reroute"});
  Peer& busy = callee(R"({"invoke":"first","concurrency":1})");
  Peer& caller = realm.join();
  Peer& other = realm.join();
  other.says(R"([48,1,{"timeout":0},"com.work"])");
  tired.says(R"([8,68,1,{},"wamp.error.unavailable"])");
  EXPECT_EQ(busy.hears(), "[68,1,1,{}]");
  caller.says(R"([48,1,{},"com.work"])");
  tired.says(R"([8,68,2,{},"wamp.error.unavailable"])");
  EXPECT_EQ(caller.hears(), "") << "it waits for the busy one";
  busy.says("[66,2,1]");
  EXPECT_THAT(caller.hears(), StartsWith(R"([8,48,1,{},"wamp.error.no_available_callee")"));
}

}  // namespace
}  // namespace router
