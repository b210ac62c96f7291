#include "router/broker/topic_route.h"

#include <algorithm>

#include "transport/memory/allocated.h"

namespace router::broker {

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

}  // namespace router::broker
