// Subscriptions of one realm, and who gets what is published.
//
// Pure: takes a message and fills an outbox. No sockets, no threads, no clock. Guarded by the realm's lock.
// URIs are valid and actions authorized before they come here; a ProtocolError means that the peer's session
// must be aborted.
#pragma once

#include <cstdint>
#include <memory>

#include "router/broker/subscription.h"
#include "router/clock.h"
#include "router/id_map.h"
#include "router/id_source.h"
#include "router/member.h"
#include "router/outbox.h"
#include "router/uri_index.h"
#include "wamp/result.h"

namespace router::broker {

class Broker {
 public:
  Broker(uint32_t max_subscriptions_per_session, IdSource& ids, const Clock& clock)
      : max_subscriptions_per_session_(max_subscriptions_per_session), ids_(ids), clock_(clock) {}

  void subscribe(Member& subscriber, const wamp::Subscribe& message, wamp::MatchPolicy match, Outbox& outbox);
  void unsubscribe(Member& subscriber, const wamp::Unsubscribe& message, Outbox& outbox);
  wamp::Result<void> publish(Member& publisher, const wamp::Publish& message, const RoutedPayload& payload,
                             const Grant& grant, Outbox& outbox);
  // The member leaves: everything it held is gone afterwards.
  void remove_member(Member& member);

  size_t subscription_count() const { return subscriptions_.size(); }

 private:
  Subscription& add_subscription(std::string_view topic, wamp::MatchPolicy match);
  void remove_subscription(Subscription& subscription);
  void remove_subscriber(Subscription& subscription, Member& member);

  const uint32_t max_subscriptions_per_session_;
  IdSource& ids_;
  const Clock& clock_;
  IdMap<std::unique_ptr<Subscription>> subscriptions_;  // the owner
  UriIndex<Subscription> index_;
  wamp::SubscriptionId last_id_;
};

}  // namespace router::broker
