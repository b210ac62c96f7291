#include "router/broker/broker.h"

#include <algorithm>
#include <optional>
#include <string>

#include "router/broker/publish_options.h"
#include "wamp/error_uris.h"

namespace router::broker {
namespace {

wamp::Dict event_details(const Subscription& subscription, const wamp::Publish& message,
                         const Member& publisher, bool disclose, const Grant& grant) {
  wamp::Dict details;
  if (subscription.match != wamp::MatchPolicy::exact) details.append("topic", message.topic);
  if (disclose) {
    details.append("publisher", publisher.ref.session.value);
    details.append("publisher_authid", publisher.identity.authid);
    details.append("publisher_authrole", publisher.identity.authrole);
  }
  if (grant.trustlevel) details.append("trustlevel", uint64_t{*grant.trustlevel});
  return details;
}

// One delivery for each worker that has subscribers.
void send_to_subscribers(const Subscription& subscription, EventDelivery delivery, Outbox& outbox) {
  delivery.event.subscription = subscription.id;
  for (uint32_t worker = 0; worker < subscription.groups.size(); ++worker) {
    const Subscription::Group& group = subscription.groups[worker];
    if (group.members.empty()) continue;
    delivery.worker = worker;
    delivery.audience = group.audience;
    outbox.send_event(delivery);
  }
}

}  // namespace

Subscription& Broker::add_subscription(std::string_view topic, wamp::MatchPolicy match) {
  last_id_ = wamp::SubscriptionId(last_id_.value + 1);
  auto subscription = std::make_unique<Subscription>();
  subscription->id = last_id_;
  subscription->topic = topic;
  subscription->match = match;
  subscription->created = clock_.wall_time();
  index_.add(topic, match, subscription.get());
  return *subscriptions_.insert(last_id_.value, std::move(subscription));
}

Subscription* Broker::find(wamp::SubscriptionId id) const {
  const auto* found = subscriptions_.find(id.value);
  return found ? found->get() : nullptr;
}

void Broker::remove_subscription(Subscription& subscription) {
  index_.remove(subscription.topic, subscription.match);
  subscriptions_.erase(subscription.id.value);
}

void Broker::on_subscriber_removed(Subscription& subscription, const Member& member, Outbox& outbox) {
  const bool told = !wamp::is_reserved_uri(subscription.topic);
  const serializers::Arguments arguments{{member.ref.session.value, subscription.id.value}, {}};
  if (told) publish_meta("wamp.subscription.on_unsubscribe", arguments, outbox);
  if (subscription.subscriber_count > 0) return;
  remove_subscription(subscription);
  if (told) publish_meta("wamp.subscription.on_delete", arguments, outbox);
}

void Broker::subscribe(Member& subscriber, const wamp::Subscribe& message, wamp::MatchPolicy match,
                       Outbox& outbox) {
  Subscription* subscription = index_.find(message.topic, match);
  if (subscription && subscriber.subscriptions.find(subscription->id.value)) {
    outbox.send(subscriber.ref, wamp::Subscribed{message.request, subscription->id});
    return;
  }
  if (subscriber.subscriptions.size() >= max_subscriptions_per_session_) {
    outbox.refuse(subscriber.ref, wamp::Subscribe::type, message.request, wamp::error_uri::too_many_requests,
                  "this session holds " + std::to_string(max_subscriptions_per_session_) +
                      " subscriptions, the most that the realm allows");
    return;
  }
  const bool created = !subscription;
  if (created) subscription = &add_subscription(message.topic, match);
  subscription->add_subscriber(subscriber);
  outbox.send(subscriber.ref, wamp::Subscribed{message.request, subscription->id});
  if (wamp::is_reserved_uri(subscription->topic)) return;
  const uint64_t session = subscriber.ref.session.value;
  if (created) publish_meta("wamp.subscription.on_create", {{session, subscription->details()}, {}}, outbox);
  publish_meta("wamp.subscription.on_subscribe", {{session, subscription->id.value}, {}}, outbox);
}

void Broker::unsubscribe(Member& subscriber, const wamp::Unsubscribe& message, Outbox& outbox) {
  const HeldSubscription* held = subscriber.subscriptions.find(message.subscription.value);
  if (!held) {
    outbox.refuse(subscriber.ref, wamp::Unsubscribe::type, message.request,
                  wamp::error_uri::no_such_subscription,
                  "this session does not hold subscription " + std::to_string(message.subscription.value));
    return;
  }
  Subscription& subscription = *held->subscription;
  subscription.remove_subscriber(subscriber);
  outbox.send(subscriber.ref, wamp::Unsubscribed{message.request, std::nullopt});
  on_subscriber_removed(subscription, subscriber, outbox);
}

wamp::Result<void> Broker::publish(Member& publisher, const wamp::Publish& message,
                                   const RoutedPayload& payload, const Grant& grant, Outbox& outbox) {
  const auto options = publish_options(message.options);
  if (!options) return options.error();
  const wamp::PublicationId publication(ids_.next());
  if (options->acknowledge) outbox.send(publisher.ref, wamp::Published{message.request, publication});

  index_.match_all(message.topic, [&](const Subscription& subscription) {
    EventDelivery delivery;
    delivery.event.publication = publication;
    delivery.event.details =
        event_details(subscription, message, publisher, grant.disclose || options->disclose_me, grant);
    delivery.payload = payload;
    if (options->exclude_me) delivery.excluded = publisher.ref.session;
    delivery.filter = options->filter;
    send_to_subscribers(subscription, std::move(delivery), outbox);
  });
  return {};
}

void Broker::revoke(Subscription& subscription, Member& subscriber, const std::string& reason,
                    Outbox& outbox) {
  subscription.remove_subscriber(subscriber);
  if (subscriber.features.subscriber_subscription_revocation) {
    wamp::Dict details{{"subscription", subscription.id.value}};
    if (!reason.empty()) details.append("reason", reason);
    outbox.send(subscriber.ref, wamp::Unsubscribed{{}, std::move(details)});
  }
  on_subscriber_removed(subscription, subscriber, outbox);
}

void Broker::publish_meta(std::string_view topic, const serializers::Arguments& arguments, Outbox& outbox) {
  std::optional<RoutedPayload> payload;
  const wamp::PublicationId publication(ids_.next());
  index_.match_all(topic, [&](const Subscription& subscription) {
    if (!payload) payload = make_payload(arguments);
    EventDelivery delivery;
    delivery.event.publication = publication;
    if (subscription.match != wamp::MatchPolicy::exact) delivery.event.details.append("topic", topic);
    delivery.payload = *payload;
    send_to_subscribers(subscription, std::move(delivery), outbox);
  });
}

void Broker::remove_member(Member& member, Outbox& outbox) {
  std::vector<Subscription*> held;
  held.reserve(member.subscriptions.size());
  member.subscriptions.for_each(
      [&held](uint64_t, const HeldSubscription& h) { held.push_back(h.subscription); });
  // In a fixed order, whatever the table's order is; and from all before the first event, so that it hears
  // none.
  std::sort(held.begin(), held.end(),
            [](const Subscription* a, const Subscription* b) { return a->id < b->id; });
  for (Subscription* subscription : held) subscription->remove_subscriber(member);
  for (Subscription* subscription : held) on_subscriber_removed(*subscription, member, outbox);
}

}  // namespace router::broker
