#include "router/broker/subscription.h"

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <utility>

#include "router/matching/uri_index.h"
#include "router/memory/value_bytes.h"

namespace router::broker {
namespace {

bool key_is_less(const std::unique_ptr<SubscriptionNode>& node, std::string_view key) {
  return node->key.text < key;
}
bool worker_is_less(const SubscriptionNode::Group& group, uint32_t worker) {
  return group.worker < worker;
}

// So that one more needs no memory.
template <class T>
void make_room(std::vector<T>& elements) {
  if (elements.size() == elements.capacity()) elements.reserve(2 * elements.size() + 1);
}

}  // namespace

wamp::Dict Subscription::details() const {
  return wamp::Dict{
      {"id", id.value}, {"created", iso_8601(created)}, {"uri", topic}, {"match", wamp::name(match)}};
}

size_t Subscription::bytes_of(std::string_view topic, std::string_view node_key) {
  constexpr size_t in_table_of_audiences = 24;
  const size_t of_node =
      node_key.empty() ? 0 : allocated(sizeof(SubscriptionNode)) + allocated(node_key.size() + 1);
  const size_t on_worker =
      allocated(sizeof(Audience) + in_table_of_audiences) + allocated(sizeof(Subscriber));
  return allocated(sizeof(Subscription)) + allocated(topic.size() + 1) + index_bytes(topic) + of_node +
         allocated(sizeof(SubscriptionNode::Group)) + allocated(sizeof(Member*)) + on_worker;
}

size_t Subscription::subscriber_count() const {
  size_t count = everyone.subscriber_count;
  for (const auto& node : nodes) count += node->subscriber_count;
  return count;
}

SubscriptionNode* Subscription::find_node(std::string_view key) {
  if (key.empty()) return &everyone;
  const auto at = std::lower_bound(nodes.begin(), nodes.end(), key, key_is_less);
  return at != nodes.end() && (*at)->key.text == key ? at->get() : nullptr;
}

bool Subscription::admits_node(std::string_view key) const {
  return nodes.size() < max_nodes || const_cast<Subscription*>(this)->find_node(key);
}

std::string_view Subscription::key_for(const RoutingKey& resource_key,
                                       const std::optional<Joining>& joining) const {
  RendezvousChoice<std::string_view> choice(resource_key.hash, {});
  const auto offer = [&choice](const RoutingKey& key) { choice.offer(key.hash, key.text); };
  const AudienceId left = joining && joining->leave ? joining->leave->audience : AudienceId();
  for (const auto& node : nodes)
    if (node->audience != left || node->subscriber_count > 1) offer(node->key);
  if (joining && joining->new_node) offer(joining->new_node->key);
  return choice.best();
}

// ---- who is subscribed

SubscriptionNode::Group& Subscription::group_of(SubscriptionNode& node, uint32_t worker) {
  return *std::lower_bound(node.groups.begin(), node.groups.end(), worker, worker_is_less);
}

Subscription::Joining Subscription::prepare_to_add(Member& member, std::string_view node_key,
                                                   config::SlowConsumer policy) {
  const uint32_t worker = member.ref.worker;
  Joining joining;
  joining.node = find_node(node_key);
  if (!joining.node) {
    joining.new_node = std::make_unique<SubscriptionNode>();
    joining.new_node->key = RoutingKey(node_key);
    joining.node = joining.new_node.get();
    make_room(nodes);
  }
  std::vector<SubscriptionNode::Group>& groups = joining.node->groups;
  const auto at = std::lower_bound(groups.begin(), groups.end(), worker, worker_is_less);
  const bool is_new = at == groups.end() || at->worker != worker;
  if (is_new) {
    joining.new_group.push_back({worker, {}});
    make_room(groups);
  }
  const PieceList<Member*>& members = is_new ? joining.new_group.front().members : at->members;
  joining.room = members.more_room();
  const AudienceId audience = joining.node->audience;
  joining.join = {
      audience, {member.ref.session, member.ref.slot, policy}, joining.room.alike<Subscriber>(), {}};
  if (is_new) joining.join.made = AudienceTable::make(seeded_hash(audience.value), Audience{audience, {}});
  joining.held = {this, joining.node, members.size(),
                  member.charge(holding::subscriptions, bytes_of(topic, node_key))};
  if (member.subscriptions.find(id.value))
    joining.leave = leave_of(member);
  else
    member.subscriptions.make_room(id.value);
  return joining;
}

void Subscription::add_subscriber(Member& member, Joining&& joining) noexcept {
  SubscriptionNode& node = *joining.node;
  if (joining.new_node) {
    const auto at =
        std::lower_bound(nodes.begin(), nodes.end(), std::string_view(node.key.text), key_is_less);
    nodes.insert(at, std::move(joining.new_node));
  }
  const uint32_t worker = member.ref.worker;
  if (!joining.new_group.empty())
    node.groups.insert(std::lower_bound(node.groups.begin(), node.groups.end(), worker, worker_is_less),
                       std::move(joining.new_group.front()));
  group_of(node, worker).members.push_back(&member, std::move(joining.room));
  ++node.subscriber_count;
  if (HeldSubscription* const before = member.subscriptions.find(id.value)) {
    take_out(*before, worker);
    *before = std::move(joining.held);
  } else {
    member.subscriptions.insert(id.value, std::move(joining.held));
  }
}

LeaveAudience Subscription::leave_of(const Member& member) const {
  const HeldSubscription& held = *member.subscriptions.find(id.value);
  return {held.node->audience, held.position};
}

bool Subscription::is_last_of_its_worker(const Member& member) const {
  SubscriptionNode& node = *member.subscriptions.find(id.value)->node;
  return group_of(node, member.ref.worker).members.size() == 1;
}

void Subscription::remove_subscriber(Member& member) noexcept {
  const HeldSubscription held = member.subscriptions.take(id.value);
  assert(held.subscription == this);
  take_out(held, member.ref.worker);
}

void Subscription::take_out(const HeldSubscription& held, uint32_t worker) noexcept {
  SubscriptionNode& node = *held.node;
  SubscriptionNode::Group& group = group_of(node, worker);
  const size_t last = group.members.size() - 1;
  if (held.position != last) group.members[last]->subscriptions.find(id.value)->position = held.position;
  group.members.take_out(held.position);
  --node.subscriber_count;
  if (last == 0) node.groups.erase(node.groups.begin() + (&group - node.groups.data()));
  if (node.subscriber_count == 0 && &node != &everyone)
    nodes.erase(std::lower_bound(nodes.begin(), nodes.end(), std::string_view(node.key.text), key_is_less));
}

// ---- to tell who they are

bool SubscriberSearch::go_on(const Subscription& subscription) {
  constexpr size_t most_looked_at = 1000;
  const auto& nodes = subscription.nodes;
  for (size_t looked_at = 0; looked_at < most_looked_at; ++looked_at) {
    const auto at = std::lower_bound(nodes.begin(), nodes.end(), std::string_view(key_), key_is_less);
    const bool is_in_nodes = !key_.empty();
    if (is_in_nodes && at == nodes.end()) return true;
    const SubscriptionNode& node = is_in_nodes ? **at : subscription.everyone;
    if (node.key.text != key_) begin_node(node);  // the other one has gone
    const auto group = std::lower_bound(node.groups.begin(), node.groups.end(), worker_, worker_is_less);
    if (group == node.groups.end()) {
      const auto next = is_in_nodes ? at + 1 : nodes.begin();
      if (next == nodes.end()) return true;
      begin_node(**next);
      continue;
    }
    if (group->worker != worker_) begin_group(group->worker);
    const PieceList<Member*>& members = group->members;
    for (left_ = std::min(left_, members.size()); left_ > 0 && looked_at < most_looked_at; ++looked_at)
      sessions_.push_back(members[--left_]->ref.session.value);
    if (left_ == 0) begin_group(worker_ + 1);
  }
  return false;
}

void SubscriberSearch::begin_node(const SubscriptionNode& node) {
  key_ = node.key.text;
  begin_group(0);
}

void SubscriberSearch::begin_group(uint32_t worker) {
  worker_ = worker;
  left_ = SIZE_MAX;
}

std::vector<uint64_t> SubscriberSearch::take_sessions() {
  std::sort(sessions_.begin(), sessions_.end());
  sessions_.erase(std::unique(sessions_.begin(), sessions_.end()), sessions_.end());
  return std::move(sessions_);
}

}  // namespace router::broker
