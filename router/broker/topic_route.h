// Where the events of a topic go: all that a publisher's thread has to know of the subscriptions that match.
//
// Made by the broker under the realm's lock, immutable from then on; any thread may hold it. It lasts until
// one of the subscriptions has its first or loses its last subscriber on a worker (RouteGenerations). What is
// sent along one that has become old reaches those who were subscribed when it was made and still are.
#pragma once

#include <cstdint>
#include <vector>

#include "router/broker/subscription.h"
#include "router/mail/audience.h"
#include "wamp/ids.h"
#include "wamp/uri.h"

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

}  // namespace router::broker
