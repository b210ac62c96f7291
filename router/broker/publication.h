// One PUBLISH on its way: what all of its EVENTs have in common, and how they are sent.
//
// Lives on the publisher's thread while that carries it out; a testament's on the thread that publishes it,
// under the realm's lock. What it refers to outlives it.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "router/broker/topic_route.h"
#include "router/events/publish_options.h"
#include "router/mail/delivery.h"
#include "router/mail/outbox.h"
#include "router/mail/routed_payload.h"
#include "router/member/member_facts.h"
#include "router/tables/rendezvous_hash.h"
#include "wamp/ids.h"
#include "wamp/message.h"
#include "wamp/value.h"

namespace router::broker {

// What all EVENTs of one publication have in common. What it refers to outlives it.
struct EventsToSend {
  wamp::PublicationId publication;
  std::string_view topic;
  const wamp::Dict& details;
  const RoutedPayload& payload;
  wamp::SessionId excluded;                          // may be none
  const std::shared_ptr<const EventFilter>& filter;  // may be null
  const RoutingKey& resource_key;                    // may be empty
  CountedTopic counted = {};                         // of `topic`
};

// One event for each subscription and worker, or none if its subscribers there are all of other nodes. Any
// thread.
void send_events(const EventsToSend& events, std::span<const Leg> legs, Outbox& outbox);

struct Publication {
  Publication(const MemberFacts& from, const wamp::Publish& publish, const RoutedPayload& its_payload,
              const PublishOptions& its_options, const Grant& grant, wamp::PublicationId its_id,
              const CountedTopic& its_topic = {});

  // PUBLISHED.
  void acknowledge(Outbox& outbox) const;
  // To those to whom the route leads; null: nobody.
  void send(const TopicRoute* route, Outbox& outbox) const;

  const MemberFacts& publisher;
  const wamp::Publish& message;
  const RoutedPayload& payload;
  const PublishOptions& options;
  const wamp::Dict details;  // of its EVENTs: what does not depend on the subscription
  const wamp::PublicationId id;
  const CountedTopic counted;
};

}  // namespace router::broker
