#include "router/broker/subscription.h"

#include <algorithm>
#include <cassert>
#include <cstdint>

#include "router/matching/uri_index.h"
#include "router/memory/value_bytes.h"
#include "router/tables/rendezvous_hash.h"

namespace router::broker {
namespace {

bool key_is_less(const std::unique_ptr<SubscriptionNode>& node, std::string_view key) {
  return node->key.text < key;
}

}  // namespace

wamp::Dict Subscription::details() const {
  return wamp::Dict{
      {"id", id.value}, {"created", iso_8601(created)}, {"uri", topic}, {"match", wamp::name(match)}};
}

size_t Subscription::bytes_of(std::string_view topic, std::string_view node_key) {
  const size_t of_node =
      node_key.empty() ? 0 : allocated(sizeof(SubscriptionNode)) + allocated(node_key.size() + 1);
  return allocated(sizeof(Subscription)) + allocated(topic.size() + 1) + index_bytes(topic) + of_node +
         allocated(sizeof(SubscriptionNode::Group)) + allocated(sizeof(SubscriptionNode::Part)) +
         allocated(sizeof(Subscriber)) + allocated(sizeof(Member*));
}

size_t Subscription::subscriber_count() const {
  size_t count = everyone.subscriber_count;
  for (const auto& node : nodes) count += node->subscriber_count;
  return count;
}

bool Subscription::admits_node(std::string_view key) const {
  if (key.empty() || nodes.size() < max_nodes) return true;
  const auto at = std::lower_bound(nodes.begin(), nodes.end(), key, key_is_less);
  return at != nodes.end() && (*at)->key.text == key;
}

SubscriptionNode& Subscription::node_of(std::string_view key) {
  if (key.empty()) return everyone;
  auto at = std::lower_bound(nodes.begin(), nodes.end(), key, key_is_less);
  if (at == nodes.end() || (*at)->key.text != key) {
    auto node = std::make_unique<SubscriptionNode>();
    node->key = RoutingKey(key);
    at = nodes.insert(at, std::move(node));
  }
  return **at;
}

const SubscriptionNode* Subscription::node_for(const RoutingKey& resource_key) const {
  const SubscriptionNode* heaviest = nullptr;
  uint64_t weight = 0;
  for (const auto& node : nodes) {
    const uint64_t its_weight = rendezvous_weight(node->key.hash, resource_key.hash);
    if (heaviest && its_weight <= weight) continue;
    heaviest = node.get();
    weight = its_weight;
  }
  return heaviest;
}

std::vector<Audience> Subscription::audiences() const {
  std::vector<Audience> all;
  for_each_part({}, [&all](uint32_t, const SubscriptionNode::Part& part) { all.push_back(part.audience); });
  return all;
}

void Subscription::add_subscriber(Member& member, std::string_view node_key, config::SlowConsumer policy) {
  SubscriptionNode& node = node_of(node_key);
  try {
    add_to(node, member, policy, bytes_of(topic, node_key));
  } catch (...) {
    drop_if_empty(node, member.ref.worker);
    throw;
  }
  ++node.subscriber_count;
}

void Subscription::add_to(SubscriptionNode& node, Member& member, config::SlowConsumer policy, size_t bytes) {
  if (node.groups.size() <= member.ref.worker) node.groups.resize(member.ref.worker + 1);
  SubscriptionNode::Group& group = node.groups[member.ref.worker];
  if (group.empty() || group.back().members.size() == SubscriptionNode::Part::most) group.emplace_back();
  SubscriptionNode::Part& part = group.back();
  const size_t count = part.members.size();
  const size_t position = (group.size() - 1) * SubscriptionNode::Part::most + count;
  try {
    member.subscriptions.insert(id.value,
                                {this, &node, position, member.charge(holding::subscriptions, bytes)});
    part.members.push_back(&member);
    part.audience.writable().push_back({member.ref.session, member.ref.slot, policy});
  } catch (...) {
    member.subscriptions.erase(id.value);
    part.members.resize(count);
    throw;
  }
}

void Subscription::drop_if_empty(SubscriptionNode& node, uint32_t worker) {
  if (node.groups.size() > worker) {
    SubscriptionNode::Group& group = node.groups[worker];
    if (!group.empty() && group.back().members.empty()) group.pop_back();
  }
  if (node.subscriber_count == 0 && &node != &everyone)
    nodes.erase(std::lower_bound(nodes.begin(), nodes.end(), std::string_view(node.key.text), key_is_less));
}

void Subscription::prepare_removal(const Member& member) {
  const HeldSubscription& held = *member.subscriptions.find(id.value);
  SubscriptionNode::Group& group = held.node->groups[member.ref.worker];
  group[held.position / SubscriptionNode::Part::most].audience.writable();
  group.back().audience.writable();
}

void Subscription::remove_subscriber(Member& member) {
  constexpr size_t most = SubscriptionNode::Part::most;
  const HeldSubscription* const held = member.subscriptions.find(id.value);
  assert(held && held->subscription == this);
  SubscriptionNode& node = *held->node;
  SubscriptionNode::Group& group = node.groups[member.ref.worker];
  const size_t position = held->position;
  SubscriptionNode::Part& part = group[position / most];
  SubscriptionNode::Part& last_part = group.back();
  // What may lack memory comes before what changes anything.
  std::vector<Subscriber>& audience = part.audience.writable();
  std::vector<Subscriber>& last_audience = last_part.audience.writable();

  member.subscriptions.erase(id.value);
  Member* const last = last_part.members.back();
  if (last != &member) {
    part.members[position % most] = last;
    audience[position % most] = last_audience.back();
    last->subscriptions.find(id.value)->position = position;
  }
  last_part.members.pop_back();
  last_audience.pop_back();
  --node.subscriber_count;
  drop_if_empty(node, member.ref.worker);
}

}  // namespace router::broker
