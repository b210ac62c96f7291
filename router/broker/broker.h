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
  // "Subscription Revocation". Precondition: `subscriber` is one.
  void revoke(Subscription& subscription, Member& subscriber, const std::string& reason, Outbox& outbox);
  // An event of the router's own ("Meta API").
  void publish_meta(std::string_view topic, const serializers::Arguments& arguments, Outbox& outbox);
  // The member leaves: everything it held is gone afterwards.
  void remove_member(Member& member, Outbox& outbox);

  // For the meta API.
  Subscription* find(wamp::SubscriptionId id) const;
  Subscription* find(std::string_view topic, wamp::MatchPolicy match) const {
    return index_.find(topic, match);
  }
  // visit(const Subscription&) for each that gets what is published to `topic`.
  template <class Visit>
  void match(std::string_view topic, Visit visit) const {
    index_.match_all(topic, visit);
  }
  // visit(const Subscription&) for each, in no order.
  template <class Visit>
  void for_each_subscription(Visit visit) const {
    subscriptions_.for_each([&visit](uint64_t, const auto& subscription) { visit(*subscription); });
  }
  size_t subscription_count() const { return subscriptions_.size(); }

 private:
  Subscription& add_subscription(std::string_view topic, wamp::MatchPolicy match);
  void remove_subscription(Subscription& subscription);
  // What follows when a subscriber is no longer one: meta events, and the subscription's end if it was the
  // last.
  void on_subscriber_removed(Subscription& subscription, const Member& member, Outbox& outbox);

  const uint32_t max_subscriptions_per_session_;
  IdSource& ids_;
  const Clock& clock_;
  IdMap<std::unique_ptr<Subscription>> subscriptions_;  // the owner
  UriIndex<Subscription> index_;
  wamp::SubscriptionId last_id_;
};

}  // namespace router::broker
