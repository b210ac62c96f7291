#include "router/tables/leftover_work.h"

#include <algorithm>
#include <deque>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router/directory/realm_state.h"
#include "router/tables/rendezvous_hash.h"
#include "tests/router/support/manual_clock.h"
#include "tests/router/support/realm_harness.h"
#include "wamp/error_uris.h"

namespace router {
namespace {

using testing::ElementsAre;

TEST(LeftoverWork, IsDoneAtOnceIfTheTurnHasStepsForIt) {
  LeftoverWork work;
  work.begin_turn();
  int done = 0;
  work.add([&done] { return ++done == 10; });
  EXPECT_EQ(done, 10);
  EXPECT_TRUE(work.empty());
  EXPECT_FALSE(work.has_left_some());
}

TEST(LeftoverWork, IsDoneInTurnsOfItsOwnIfItIsMore) {
  LeftoverWork work;
  work.begin_turn();
  int done = 0;
  work.add([&done] { return ++done == 1000; });
  EXPECT_TRUE(work.has_left_some());
  EXPECT_LT(done, 200);
  work.begin_turn();
  EXPECT_FALSE(work.has_left_some()) << "not in this turn";
  int turns = 0;
  for (; !work.empty(); ++turns) work.go_on();
  EXPECT_EQ(done, 1000);
  EXPECT_GE(turns, 5);
}

TEST(LeftoverWork, ComesBeforeTheRestOfWhatMadeIt) {
  LeftoverWork work;
  std::vector<std::string> order;
  const auto tell = [&](const std::string& what) {
    return [&order, &work, what, count = 0]() mutable {
      if (order.empty() || order.back() != what) order.push_back(what);
      work.take_steps(20);
      return ++count == 10;
    };
  };
  work.begin_turn();
  work.take_steps(1000);
  work.add([&, begun = false]() mutable {
    if (std::exchange(begun, true)) {
      order.emplace_back("the rest");
      return true;
    }
    work.take_steps(1000);
    work.add(tell("first"));
    work.add(tell("second"));
    return false;
  });
  work.add(tell("another"));
  while (!work.empty()) work.go_on();
  EXPECT_THAT(order, ElementsAre("first", "second", "the rest", "another"));
}

// Calls that wait for callees whose answers come all the time, for example.
TEST(LeftoverWork, DoesNotWaitForThatOfAnotherRequestWhichNeverEnds) {
  LeftoverWork work;
  work.begin_turn();
  work.take_steps(1000);
  work.add([&work] {
    work.add([] { return false; });
    return false;
  });
  work.begin_turn();
  work.take_steps(1000);
  int done = 0;
  work.add([&done] { return ++done == 1000; });
  for (int turns = 0; turns < 100; ++turns) work.go_on();
  EXPECT_EQ(done, 1000);
}

// Of a registration whose calls wait, for example; everybody feeds it.
class WorkThatNeverEnds final : public LeftoverWork::Work {
  bool go_on() override { return false; }
};

TEST(LeftoverWork, DoesNotWaitForWhatItHasBegunAndOthersFeed) {
  LeftoverWork work;
  WorkThatNeverEnds fed;
  work.begin_turn();
  work.take_steps(1000);
  int done = 0;
  work.add([&, begun = false]() mutable {
    if (!std::exchange(begun, true)) work.add_apart(fed);
    return ++done == 1000;
  });
  for (int turns = 0; turns < 100; ++turns) work.go_on();
  EXPECT_EQ(done, 1000);
}

TEST(LeftoverWork, DoesNotWaitForWhatTheSameRequestHasBegunAndOthersFeed) {
  for (const bool is_first : {false, true}) {
    LeftoverWork work;
    WorkThatNeverEnds fed;
    work.begin_turn();
    work.take_steps(1000);
    std::vector<std::string> done;
    if (is_first) work.add_apart(fed);
    work.add([&done] {
      done.emplace_back("first");
      return true;
    });
    if (!is_first) work.add_apart(fed);
    work.add([&done] {
      done.emplace_back("second");
      return true;
    });
    for (int turns = 0; turns < 10; ++turns) work.go_on();
    EXPECT_THAT(done, ElementsAre("first", "second"));
  }
}

TEST(LeftoverWork, IsTriedAgainIfThereWasNoMemoryForIt) {
  LeftoverWork work;
  work.begin_turn();
  int tries = 0;
  const auto scarce = [&tries] {
    if (++tries <= 2) throw std::bad_alloc();
    return true;
  };
  work.add(scarce);
  EXPECT_TRUE(work.has_left_some()) << "it is none of the fault of who has made it";
  EXPECT_THROW(work.go_on(), std::bad_alloc);
  work.begin_turn();
  work.take_steps(1000);
  bool other_is_done = false;
  work.add([&other_is_done] { return other_is_done = true; });
  while (!work.empty()) work.go_on();
  EXPECT_EQ(tries, 3);
  EXPECT_TRUE(other_is_done);
}

// Whenever somebody looks at the clock, a millisecond has gone by.
void one_with_1000_subscriptions_leaves(RealmHarness& realm) {
  Peer& holder = realm.join();
  for (int i = 1; i <= 1000; ++i)
    holder.says("[32," + std::to_string(i) + ",{},\"com.t" + std::to_string(i) + "\"]");
  realm.clock().ticks(std::chrono::milliseconds(1));
  holder.leaves();
}

TEST(LeftoverWorkOfARealm, IsDoneForAMomentAndGoesOnWhenTheTimerRings) {
  RealmHarness realm;
  int rung = 0;
  realm.realm().set_timer([&rung](SteadyTime) { ++rung; });
  one_with_1000_subscriptions_leaves(realm);
  EXPECT_EQ(realm.realm().counts().members, 0u);
  EXPECT_GT(realm.realm().counts().subscriptions, 500u) << "the sessions of the same thread must not wait";
  int turns = 0;
  for (; turns < rung; ++turns) realm.realm().run_due();
  EXPECT_GT(turns, 5);
  EXPECT_EQ(realm.realm().counts().subscriptions, 0u);
}

TEST(LeftoverWorkOfARealm, IsDoneBeforeItCloses) {
  RealmHarness realm;
  realm.realm().set_timer([](SteadyTime) {});
  one_with_1000_subscriptions_leaves(realm);
  EXPECT_GT(realm.realm().counts().subscriptions, 0u);
  realm.realm().close();
  EXPECT_EQ(realm.realm().counts().subscriptions, 0u);
}

// What others see of a member that is being removed, between two turns.
class AMemberThatIsHalfRemoved : public testing::Test {
 protected:
  static constexpr uint64_t many = 2000;

  Member& join(const std::string& authid = "user") {
    const SessionRef ref{0, static_cast<uint32_t>(++sessions), wamp::SessionId(sessions)};
    wamp::ClientFeatures features;
    features.roles = 15;
    state.work.begin_turn();
    const MemberFacts facts(ref, {authid, "anonymous", "anonymous", "static"}, features);
    return state.add_member(std::make_unique<Member>(facts, state.authorizer.role("anonymous")));
  }
  void register_at(Member& callee, const std::string& procedure,
                   dealer::InvocationPolicy policy = dealer::InvocationPolicy::single,
                   uint32_t concurrency = 0) {
    state.work.begin_turn();
    dealer::RegisterOptions options;
    options.policy = policy;
    options.callee.concurrency = concurrency;
    state.dealer.register_procedure(callee, {wamp::RequestId(1), {}, procedure}, wamp::MatchPolicy::exact,
                                    options, {}, state.outbox);
  }
  void subscribe(Member& subscriber, const std::string& topic) {
    state.work.begin_turn();
    state.broker.subscribe(subscriber, {wamp::RequestId(1), {}, topic}, wamp::MatchPolicy::exact, {},
                           config::SlowConsumer::disconnect, state.outbox);
  }
  // With many registrations and subscriptions.
  Member& join_with_much() {
    Member& member = join();
    for (uint64_t i = 1; i <= many; ++i) {
      register_at(member, "com.p" + std::to_string(i));
      subscribe(member, "com.t" + std::to_string(i));
    }
    return member;
  }
  void begin_to_kill(Member& member) {
    state.work.begin_turn();
    state.kill(member, "wamp.close.killed", {});
    ASSERT_GT(member.registrations.size(), 100u);
  }
  void do_rest() {
    while (!state.work.empty()) state.work.go_on();
  }
  // The types of what was sent to the member, and of ERRORs the URIs.
  std::vector<std::string> sent(const Member& member) {
    MailList mail;
    mailbox.drain(mail);
    std::vector<std::string> names;
    mail.for_each([&](const Mail& entry) {
      const auto* delivery = std::get_if<Delivery>(&entry);
      const auto* refused = std::get_if<Refused>(&entry);
      if (refused && refused->to == member.ref) names.emplace_back(refused->why.error_uri);
      if (delivery && delivery->to == member.ref)
        names.emplace_back(wamp::name(wamp::type_of(delivery->message)));
    });
    return names;
  }

  const config::Realm config = RealmHarness::open_realm();
  ManualClock clock;
  Mailbox mailbox{[] {}};
  Outbox outbox{{&mailbox}};
  transport::Counter lost;
  RealmState state{config, outbox, 1, clock, lost, broker::KeptBytes::unlimited()};
  uint64_t sessions = 0;
};

TEST_F(AMemberThatIsHalfRemoved, IsGoneInTheEndWhenItsSessionHasLetGoOfItMeanwhile) {
  Member& member = join_with_much();
  begin_to_kill(member);
  EXPECT_TRUE(state.work.has_left_some());
  EXPECT_EQ(state.members.size(), 0u);
  EXPECT_FALSE(state.members.is_free(wamp::SessionId(1)));
  state.work.go_on();
  state.work.begin_turn();
  state.let_go(member);
  do_rest();
  EXPECT_TRUE(state.members.is_free(wamp::SessionId(1)));
  EXPECT_EQ(state.dealer.registrations().size(), 0u);
  EXPECT_EQ(state.broker.subscription_count(), 0u);
}

TEST_F(AMemberThatIsHalfRemoved, LetsOthersRegisterWhatItHas) {
  Member& member = join_with_much();
  Member& other = join();
  begin_to_kill(member);
  sent(other);
  for (uint64_t i = 1; i <= many; ++i) register_at(other, "com.p" + std::to_string(i));
  EXPECT_EQ(sent(other), std::vector<std::string>(many, "REGISTERED"));
  do_rest();
  EXPECT_TRUE(member.gone);
  EXPECT_EQ(state.dealer.registrations().size(), many);
  EXPECT_EQ(other.registrations.size(), many);
}

// Not a member that goes: one that stays, although it takes long to tell all who want what it has.
TEST_F(AMemberThatIsHalfRemoved, IsNotTheOneThatHasAnsweredInTime) {
  Member& holder = join_with_much();
  Member& other = join();
  for (uint64_t i = 1; i <= many; ++i) register_at(other, "com.p" + std::to_string(i));
  state.work.begin_turn();
  state.dealer.on_alive(holder, state.outbox);
  EXPECT_TRUE(state.work.has_left_some());
  clock.advance(std::chrono::milliseconds(config.limits.probe_timeout_ms));
  state.work.begin_turn();
  state.do_due();
  do_rest();
  EXPECT_TRUE(holder.present());
  EXPECT_EQ(sent(other),
            std::vector<std::string>(many, std::string(wamp::error_uri::procedure_already_exists)));
}

TEST_F(AMemberThatIsHalfRemoved, GetsNoCalls) {
  Member& member = join_with_much();
  begin_to_kill(member);
  for (uint64_t i = 1; i <= many; ++i) {
    dealer::Registration* const registration =
        state.dealer.registrations().match("com.p" + std::to_string(i));
    EXPECT_FALSE(registration && registration->route()->pick({}));
  }
  do_rest();
}

TEST_F(AMemberThatIsHalfRemoved, LeavesWhatOthersHaveInCommonWithIt) {
  Member& member = join_with_much();
  Member& other = join();
  begin_to_kill(member);
  for (uint64_t i = 1; i <= many; ++i) subscribe(other, "com.t" + std::to_string(i));
  do_rest();
  EXPECT_EQ(state.broker.subscription_count(), many);
  EXPECT_EQ(other.subscriptions.size(), many);
}

// All the time a callee takes the next of them, but one of whose shard they are does not.
TEST_F(AMemberThatIsHalfRemoved, DoesNotWaitUntilCallsOfOthersNoLongerDo) {
  const auto shared = dealer::InvocationPolicy::roundrobin;
  Member& busy = join("busy");
  Member& quick = join("quick");
  Member& member = join_with_much();
  Member& caller = join("caller");
  for (Member* callee : {&busy, &quick, &member}) register_at(*callee, "com.shared", shared, 1);
  dealer::Registration& registration = *state.dealer.registrations().match("com.shared");
  std::deque<std::shared_ptr<dealer::WaitingCall>> of_quick;
  const auto call_shard_of = [&](const Member& callee) {
    uint64_t key = 1;
    const auto weight = [&](const Member& one) {
      return rendezvous_weight(rendezvous_hash(one.identity->authid), key);
    };
    while (weight(callee) < std::max({weight(busy), weight(quick), weight(member)})) ++key;
    const auto waiting = std::make_shared<dealer::WaitingCall>(
        dealer::WaitingCall{CallId{caller.ref, 1, wamp::RequestId(1)}, registration.id, key, {}, 0});
    ASSERT_EQ(state.dealer.wait_for_callee(waiting, state.outbox), dealer::Procedures::Wait::begun);
    if (&callee == &quick) of_quick.push_back(waiting);
  };
  for (int i = 0; i < 500; ++i) call_shard_of(busy);
  call_shard_of(quick);
  call_shard_of(quick);
  do_rest();
  begin_to_kill(member);
  while (registration.has_callee(member)) state.work.go_on();
  for (int turns = 0; turns < 500; ++turns) {
    if (turns % 2 == 0) {
      state.work.begin_turn();
      ASSERT_TRUE(of_quick.front()->slot);
      if (of_quick.front()->reservation.give_back()) state.dealer.give_to_waiting(registration.id);
      of_quick.pop_front();
      call_shard_of(quick);
    }
    if (!state.work.empty()) state.work.go_on();
  }
  EXPECT_TRUE(member.gone);
}

TEST_F(AMemberThatIsHalfRemoved, HearsGoodbyeAtOnce) {
  Member& member = join_with_much();
  sent(member);
  begin_to_kill(member);
  EXPECT_EQ(sent(member).front(), "GOODBYE");
}

}  // namespace
}  // namespace router
