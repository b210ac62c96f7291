// Where the events of a topic go: all that a publisher's thread has to know of the subscriptions that match.
//
// Made by the broker under the realm's lock, immutable from then on; any thread may hold it. It lasts until
// one of the subscriptions has its first or loses its last subscriber on a worker (RouteGenerations). What is
// sent along one that has become old reaches those who were subscribed when it was made and still are.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "router/broker/subscription.h"
#include "router/mail/audience.h"
#include "router/mail/outbox.h"
#include "router/mail/routed_payload.h"
#include "router/tables/rendezvous_hash.h"
#include "wamp/ids.h"
#include "wamp/uri.h"
#include "wamp/value.h"

namespace router::broker {

// One audience of one subscription, on one worker.
struct Leg {
  wamp::SubscriptionId subscription;
  AudienceId audience;
  uint64_t key_hash = 0;  // of its node
  uint16_t worker = 0;
  uint16_t node = 0;  // its number among the subscription's, by key; 0: those without a node key
  wamp::MatchPolicy match = wamp::MatchPolicy::exact;
};

struct TopicRoute {
  std::vector<Leg> legs;  // of one subscription side by side, and of these those to one worker
  bool is_kept = false;   // some history keeps what is published

  // Nothing is to be done with what is published.
  bool is_empty() const { return legs.empty() && !is_kept; }
  // Of memory.
  size_t bytes() const;
};

// Puts the subscription's behind those that are there.
void append_legs(const Subscription& subscription, std::vector<Leg>& legs);

// What all EVENTs of one publication have in common. What it refers to outlives it.
struct EventsToSend {
  wamp::PublicationId publication;
  std::string_view topic;
  const wamp::Dict& details;
  const RoutedPayload& payload;
  wamp::SessionId excluded;                          // may be none
  const std::shared_ptr<const EventFilter>& filter;  // may be null
  const RoutingKey& resource_key;                    // may be empty
};

// One event for each subscription and worker, or none if its subscribers there are all of other nodes. Any
// thread.
void send_events(const EventsToSend& events, std::span<const Leg> legs, Outbox& outbox);

}  // namespace router::broker
