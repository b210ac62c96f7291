#include "router/broker/topic_route.h"

#include <algorithm>
#include <iterator>

#include "router/events/stored_event.h"
#include "transport/memory/allocated.h"

namespace router::broker {
namespace {

constexpr uint16_t all_nodes = UINT16_MAX;
static_assert(Subscription::max_nodes < all_nodes);

// Takes those from the front that have the same as the first one.
template <class Field>
std::span<const Leg> take_run(std::span<const Leg>& legs, Field field) {
  const auto differs = [&](const Leg& leg) { return leg.*field != legs.front().*field; };
  const auto end = std::find_if(legs.begin(), legs.end(), differs);
  const auto run = legs.first(static_cast<size_t>(end - legs.begin()));
  legs = legs.subspan(run.size());
  return run;
}

// 0: there are no nodes.
uint16_t node_for(const RoutingKey& resource_key, std::span<const Leg> of_subscription) {
  RendezvousChoice<uint16_t> choice(resource_key.hash, 0);
  for (const Leg& leg : of_subscription)
    if (leg.node != 0) choice.offer(leg.key_hash, leg.node);
  return choice.best();
}

void send_to_worker(const EventsToSend& events, const wamp::Event& event, uint16_t node,
                    std::span<const Leg> to, Outbox& outbox) {
  AudienceList audiences;
  for (const Leg& leg : to) {
    if (leg.node != 0 && node != all_nodes && leg.node != node) continue;
    if (audiences.first)
      audiences.others.push_back(leg.audience);
    else
      audiences.first = leg.audience;
  }
  if (!audiences.first) return;
  outbox.send_event(to.front().worker, std::move(audiences), event, events.payload, events.excluded,
                    events.filter);
}

}  // namespace

size_t TopicRoute::bytes() const {
  constexpr size_t counts_of_holders = 16;
  return transport::allocated(sizeof(TopicRoute) + counts_of_holders) + transport::allocated(legs);
}

void append_legs(const Subscription& subscription, std::vector<Leg>& legs) {
  const size_t begin = legs.size();
  const auto append = [&](const SubscriptionNode& node, uint16_t number) {
    for (const SubscriptionNode::Group& group : node.groups)
      legs.push_back({subscription.id, node.audience, node.key.hash, static_cast<uint16_t>(group.worker),
                      number, subscription.match});
  };
  append(subscription.everyone, 0);
  if (subscription.nodes.empty()) return;
  uint16_t number = 0;
  for (const auto& node : subscription.nodes) append(*node, ++number);
  std::sort(legs.begin() + static_cast<std::ptrdiff_t>(begin), legs.end(), [](const Leg& a, const Leg& b) {
    return a.worker != b.worker ? a.worker < b.worker : a.node < b.node;
  });
}

void send_events(const EventsToSend& events, std::span<const Leg> legs, Outbox& outbox) {
  while (!legs.empty()) {
    std::span<const Leg> of_subscription = take_run(legs, &Leg::subscription);
    const Leg& first = of_subscription.front();
    const wamp::Event event{
        first.subscription, events.publication, event_details(first.match, events.topic, events.details), {}};
    const uint16_t node =
        events.resource_key.empty() ? all_nodes : node_for(events.resource_key, of_subscription);
    while (!of_subscription.empty())
      send_to_worker(events, event, node, take_run(of_subscription, &Leg::worker), outbox);
  }
}

}  // namespace router::broker
