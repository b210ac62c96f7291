// One (topic, match policy) with all its subscribers; they share its id, so that an EVENT is encoded once for
// all.
//
// Owned by the broker. Members that gave a node key when they subscribed stand in the node of that key
// ("Sharded Subscription"): an event with a resource key goes to one of the nodes only. Each node is an
// audience, of which each worker has its own sessions (router/mail/audience.h). So a change has three steps:
// what it needs of memory is made, then it is posted to the worker, and then it is done here, which cannot
// fail.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "router/base/clock.h"
#include "router/events/event_history.h"
#include "router/mail/audience.h"
#include "router/member/member.h"
#include "router/tables/piece_list.h"
#include "router/tables/rendezvous_hash.h"
#include "wamp/ids.h"
#include "wamp/uri.h"

namespace router::broker {

// Subscribers that get the same events.
struct SubscriptionNode {
  // Those on one worker, in the same places as in its part of the audience.
  struct Group {
    uint32_t worker = 0;
    PieceList<Member*> members;
  };

  const AudienceId audience = new_audience_id();
  RoutingKey key;
  std::vector<Group> groups;  // by worker; none is empty
  size_t subscriber_count = 0;
};

struct Subscription {
  static constexpr size_t max_nodes = 1024;  // each is weighed for each event with a resource key

  wamp::SubscriptionId id;
  std::string topic;
  wamp::MatchPolicy match = wamp::MatchPolicy::exact;
  uint32_t history_place = 0;  // in the configuration, if it has a history
  WallTime created;
  SubscriptionNode everyone;                             // those without a node key
  std::vector<std::unique_ptr<SubscriptionNode>> nodes;  // by key; none is empty
  std::unique_ptr<EventHistory> history;  // null: none is kept; else the subscription stays for ever

  // "SubscriptionDetails" of the meta API.
  wamp::Dict details() const;

  // What one with that topic and one subscriber takes of memory, its places in all tables included. Each
  // subscriber is charged all of it: who stays last has it alone.
  static size_t bytes_of(std::string_view topic, std::string_view node_key);

  bool has_subscribers() const { return everyone.subscriber_count > 0 || !nodes.empty(); }
  size_t subscriber_count() const;
  // Whether there is room for one more node, should this key be a new one.
  bool admits_node(std::string_view key) const;

  // A new subscriber, or one of another node, before it is one.
  struct Joining {
    SubscriptionNode* node = nullptr;
    std::unique_ptr<SubscriptionNode> new_node;      // the same, if it is not there yet
    std::vector<SubscriptionNode::Group> new_group;  // one, if there is none of its worker yet
    PieceRoom<Member*> room;
    HeldSubscription held;
    std::optional<LeaveAudience> leave;  // its old node's
    JoinAudience join;
  };
  // `leave`, if there is one, and `join` have to be posted together before add_subscriber(), and nothing may
  // change in between.
  Joining prepare_to_add(Member& member, std::string_view node_key, config::SlowConsumer policy);
  void add_subscriber(Member& member, Joining&& joining) noexcept;

  // Precondition: the member is a subscriber. What has to be posted before remove_subscriber().
  LeaveAudience leave_of(const Member& member) const;
  void remove_subscriber(Member& member) noexcept;

  // Whether the route of a topic is another one when that is done.
  bool is_first_of_its_worker(const Joining& joining) const { return !joining.new_group.empty(); }
  bool is_last_of_its_worker(const Member& member) const;

  // The key of the node that events with this resource key go to. Of two routers with the same nodes both
  // take the same, and a node that comes or goes moves no keys but its own. `joining`: as if it were done.
  std::string_view key_for(const RoutingKey& resource_key, const std::optional<Joining>& joining) const;

 private:
  // Null: there is none.
  SubscriptionNode* find_node(std::string_view key);
  // Of somebody's node.
  static SubscriptionNode::Group& group_of(SubscriptionNode& node, uint32_t worker);
  void take_out(const HeldSubscription& held, uint32_t worker) noexcept;
};

// All subscribers of one subscription, which are looked for in pieces while they come and go. Who is there
// all the time is found.
class SubscriberSearch {
 public:
  // A piece of it. True: that was all.
  bool go_on(const Subscription& subscription);
  // Sorted. Once.
  std::vector<uint64_t> take_sessions();

 private:
  void begin_node(const SubscriptionNode& node);
  void begin_group(uint32_t worker);

  // Where it is: in the node of this key, in the group of this worker, with so many members left in front.
  // From the back to the front, as who takes the place of another one comes from the back.
  std::string key_;
  uint32_t worker_ = 0;
  size_t left_ = SIZE_MAX;
  std::vector<uint64_t> sessions_;
};

}  // namespace router::broker
