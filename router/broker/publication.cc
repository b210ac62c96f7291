#include "router/broker/publication.h"

#include <algorithm>
#include <utility>

#include "router/events/stored_event.h"
#include "router/mail/payload_passthru.h"

namespace router::broker {
namespace {

wamp::Dict publication_details(const MemberFacts& publisher, const PublishOptions& options,
                               const Grant& grant) {
  wamp::Dict details;
  if (grant.disclose || options.disclose_me) {
    details.append("publisher", publisher.ref.session.value);
    details.append("publisher_authid", publisher.identity->authid);
    details.append("publisher_authrole", publisher.identity->authrole);
  }
  if (grant.trustlevel) details.append("trustlevel", uint64_t{*grant.trustlevel});
  append_attributes(options.payload_passthru, details);
  return details;
}

constexpr uint16_t all_nodes = UINT16_MAX;
static_assert(Subscription::max_nodes < all_nodes);

// Takes those from the front that have the same as the first one.
template <class Field>
std::span<const Leg> take_run(std::span<const Leg>& legs, Field field) {
  if (legs.size() == 1) return std::exchange(legs, {});
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
                    events.filter, events.counted);
}

}  // namespace

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

Publication::Publication(const MemberFacts& from, const wamp::Publish& publish,
                         const RoutedPayload& its_payload, const PublishOptions& its_options,
                         const Grant& grant, wamp::PublicationId its_id, const CountedTopic& its_topic)
    : publisher(from),
      message(publish),
      payload(its_payload),
      options(its_options),
      details(publication_details(from, its_options, grant)),
      id(its_id),
      counted(its_topic) {}

void Publication::acknowledge(Outbox& outbox) const {
  outbox.send(publisher.ref, wamp::Published{message.request, id});
}

void Publication::send(const TopicRoute* route, Outbox& outbox) const {
  if (!route) return;
  const wamp::SessionId excluded = options.exclude_me ? publisher.ref.session : wamp::SessionId();
  send_events({id, message.topic, details, payload, excluded, options.filter, options.resource_key, counted},
              route->legs, outbox);
}

}  // namespace router::broker
