// One PUBLISH on its way: what all of its EVENTs have in common, and how they are sent.
//
// Lives on the publisher's thread while that carries it out; a testament's on the thread that publishes it,
// under the realm's lock. What it refers to outlives it.
#pragma once

#include "router/broker/topic_route.h"
#include "router/events/publish_options.h"
#include "router/mail/outbox.h"
#include "router/member/member.h"
#include "wamp/ids.h"
#include "wamp/message.h"

namespace router::broker {

struct Publication {
  Publication(Member& from, const wamp::Publish& publish, const RoutedPayload& its_payload,
              const PublishOptions& its_options, const Grant& grant, wamp::PublicationId its_id);

  // PUBLISHED.
  void acknowledge(Outbox& outbox) const;
  // To those to whom the route leads; null: nobody.
  void send(const TopicRoute* route, Outbox& outbox) const;

  Member& publisher;
  const wamp::Publish& message;
  const RoutedPayload& payload;
  const PublishOptions& options;
  const wamp::Dict details;  // of its EVENTs: what does not depend on the subscription
  const wamp::PublicationId id;
};

}  // namespace router::broker
