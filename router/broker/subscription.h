// One (topic, match policy) with all its subscribers; they share its id, so that an EVENT is encoded once for
// all.
//
// Owned by the broker. Members that gave a node key when they subscribed stand in the node of that key
// ("Sharded Subscription"): an event with a resource key goes to one of the nodes only.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "router/base/clock.h"
#include "router/events/event_history.h"
#include "router/mail/delivery.h"
#include "router/member/member.h"
#include "router/tables/rendezvous_hash.h"
#include "wamp/ids.h"
#include "wamp/uri.h"

namespace router::broker {

// Subscribers that get the same events.
struct SubscriptionNode {
  // members[i] is who audience[i] addresses. As an audience that an event holds is copied before it changes,
  // none is longer than that.
  struct Part {
    static constexpr size_t most = 4096;
    Audience audience;
    std::vector<Member*> members;
  };
  // Those on one worker; all but the last part are full.
  using Group = std::vector<Part>;

  RoutingKey key;
  std::vector<Group> groups;  // by worker; as long as the highest worker that has subscribers needs
  size_t subscriber_count = 0;
};

struct Subscription {
  static constexpr size_t max_nodes = 1024;  // each is weighed for each event with a resource key

  wamp::SubscriptionId id;
  std::string topic;
  wamp::MatchPolicy match = wamp::MatchPolicy::exact;
  WallTime created;
  SubscriptionNode everyone;                             // those without a node key
  std::vector<std::unique_ptr<SubscriptionNode>> nodes;  // by key; none is empty
  std::unique_ptr<EventHistory> history;  // null: none is kept; else the subscription stays for ever
  size_t history_place = 0;               // in the configuration

  // "SubscriptionDetails" of the meta API.
  wamp::Dict details() const;

  // What one with that topic and one subscriber takes of memory, its places in all tables included. Each
  // subscriber is charged all of it: who stays last has it alone.
  static size_t bytes_of(std::string_view topic, std::string_view node_key);

  bool has_subscribers() const { return everyone.subscriber_count > 0 || !nodes.empty(); }
  size_t subscriber_count() const;
  // Whether there is room for one more node, should this key be a new one.
  bool admits_node(std::string_view key) const;

  // Precondition: the member is not a subscriber yet; is one.
  void add_subscriber(Member& member, std::string_view node_key, config::SlowConsumer policy);
  void remove_subscriber(Member& member);
  // remove_subscriber(), which may come next, needs no memory then.
  void prepare_removal(const Member& member);

  // The node that events with this resource key go to; null if there are no nodes. Of two routers with the
  // same nodes both take the same, and a node that comes or goes moves no keys but its own.
  const SubscriptionNode* node_for(const RoutingKey& resource_key) const;

  // All subscribers as they are now; nothing of it changes later.
  std::vector<Audience> audiences() const;

  // visit(worker, part) for all who get an event with this resource key, or with none.
  template <class Visit>
  void for_each_part(const RoutingKey& resource_key, Visit visit) const {
    visit_parts(everyone, visit);
    if (nodes.empty()) return;
    if (!resource_key.empty()) return visit_parts(*node_for(resource_key), visit);
    for (const auto& node : nodes) visit_parts(*node, visit);
  }

 private:
  template <class Visit>
  static void visit_parts(const SubscriptionNode& node, Visit& visit) {
    for (uint32_t worker = 0; worker < node.groups.size(); ++worker)
      for (const SubscriptionNode::Part& part : node.groups[worker]) visit(worker, part);
  }
  SubscriptionNode& node_of(std::string_view key);
  // `bytes`: what the member is charged for it.
  void add_to(SubscriptionNode& node, Member& member, config::SlowConsumer policy, size_t bytes);
  // The last part of the worker's group, and the node.
  void drop_if_empty(SubscriptionNode& node, uint32_t worker);
};

}  // namespace router::broker
