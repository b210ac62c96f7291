// A broker, some members on several workers, and the audiences that these workers have of what it posts.
#pragma once

#include <array>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "router/broker/broker.h"
#include "router/worker/audiences.h"
#include "tests/router/support/manual_clock.h"
#include "tests/router/support/realm_harness.h"

namespace router::broker {

struct AudienceTown {
  static constexpr uint32_t workers = 3;
  struct Topic {
    std::string_view uri;
    wamp::MatchPolicy match;
  };
  static constexpr std::array<Topic, 3> topics = {{{"com.t", wamp::MatchPolicy::exact},
                                                   {"com", wamp::MatchPolicy::prefix},
                                                   {"com..t", wamp::MatchPolicy::wildcard}}};
  static constexpr std::array<std::string_view, 3> keys = {"", "a", "b"};

  struct Inhabitant {
    std::unique_ptr<Member> member;
    uint64_t place_of_leaving = 0;
  };

  AudienceTown() {
    for (size_t i = 0; i < 12; ++i) inhabitants.push_back({join(), 0});
    // What is only made once is not to be what lacks memory.
    subscribes(inhabitants[0], 0, "");
    unsubscribes(inhabitants[0], 0);
    take_mail();
  }

  void subscribes(Inhabitant& one, size_t topic, std::string_view key) {
    SubscribeOptions options;
    options.node_key = key;
    broker.subscribe(*one.member, {wamp::RequestId(1), {}, topics[topic].uri}, topics[topic].match, options,
                     config::SlowConsumer::disconnect, outbox);
  }
  void unsubscribes(Inhabitant& one, size_t topic) {
    if (const Subscription* subscription = held(one, topic))
      broker.unsubscribe(*one.member, {wamp::RequestId(1), subscription->id}, outbox);
  }
  void is_revoked(Inhabitant& one, size_t topic) {
    if (Subscription* const subscription = held(one, topic))
      broker.revoke(*subscription, *one.member, "enough", outbox);
  }
  // Another one comes for it.
  void leaves(Inhabitant& one) {
    one.member->callee->present = false;
    do {
      work.begin_turn();
    } while (!broker.remove_some(*one.member, one.place_of_leaving, outbox));
    one = {join(), 0};
  }

  void take_mail() {
    for (size_t worker = 0; worker < workers; ++worker) {
      MailList mail;
      mailboxes[worker].drain(mail);
      mail.for_each([&](Mail& entry) { std::visit([&](auto& one) { take(worker, one); }, entry); });
    }
  }
  void expect_same_audiences(size_t when) {
    take_mail();
    std::array<size_t, workers> counts{};
    for (uint64_t from = 0;;) {
      from = broker.visit_some_subscriptions(from, [&](const Subscription& subscription) {
        expect_same(subscription.everyone, counts, when);
        for (const auto& node : subscription.nodes) expect_same(*node, counts, when);
      });
      if (from == 0) break;
    }
    for (size_t worker = 0; worker < workers; ++worker)
      EXPECT_EQ(audiences[worker].size(), counts[worker]) << when;
  }

  ManualClock clock;
  IdSource ids{1};
  std::array<Mailbox, workers> mailboxes{Mailbox([] {}), Mailbox([] {}), Mailbox([] {})};
  Outbox outbox{{&mailboxes[0], &mailboxes[1], &mailboxes[2]}};
  std::array<Audiences, workers> audiences;
  const config::Realm config = RealmHarness::open_realm();
  const std::shared_ptr<const RolePermissions> permissions =
      std::make_shared<RolePermissions>(config.roles.front());
  LeftoverWork work;
  transport::Counter lost;
  Broker broker{config, ids, clock, {}, work, lost};
  uint32_t sessions = 0;
  std::deque<Inhabitant> inhabitants;

 private:
  std::unique_ptr<Member> join() {
    ++sessions;
    wamp::ClientFeatures features;
    features.subscriber_subscription_revocation = true;
    const SessionRef ref{sessions % workers, sessions, wamp::SessionId(sessions)};
    return std::make_unique<Member>(MemberFacts(ref, Identity{}, features), permissions);
  }
  Subscription* held(Inhabitant& one, size_t topic) {
    Subscription* const subscription = broker.find(topics[topic].uri, topics[topic].match);
    return subscription && one.member->subscriptions.find(subscription->id.value) ? subscription : nullptr;
  }
  template <class M>
  void take(size_t worker, M& mail) {
    if constexpr (std::is_same_v<M, JoinAudience>)
      audiences[worker].join(std::move(mail));
    else if constexpr (std::is_same_v<M, LeaveAudience>)
      audiences[worker].leave(mail);
    else if constexpr (std::is_same_v<M, Together>)
      for (auto& part : mail.mail) std::visit([&](auto& one) { take(worker, one); }, part);
  }
  void expect_same(const SubscriptionNode& node, std::array<size_t, workers>& counts, size_t when) {
    size_t subscribers = 0;
    for (const SubscriptionNode::Group& group : node.groups) {
      ++counts[group.worker];
      subscribers += group.members.size();
      const auto* const there = audiences[group.worker].find(node.audience);
      ASSERT_TRUE(there) << when;
      ASSERT_GT(group.members.size(), 0u) << when;
      ASSERT_EQ(there->size(), group.members.size()) << when;
      for (size_t place = 0; place < there->size(); ++place) {
        EXPECT_EQ((*there)[place].session, group.members[place]->ref.session) << when;
        EXPECT_EQ((*there)[place].slot, group.members[place]->ref.slot) << when;
      }
    }
    EXPECT_EQ(subscribers, node.subscriber_count) << when;
  }
};

}  // namespace router::broker
