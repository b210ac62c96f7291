#include "router/broker/broker.h"

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

}  // namespace

Subscription& Broker::add_subscription(std::string_view topic, wamp::MatchPolicy match) {
  last_id_ = wamp::SubscriptionId(last_id_.value + 1);
  auto subscription = std::make_unique<Subscription>();
  subscription->id = last_id_;
  subscription->topic = topic;
  subscription->match = match;
  index_.add(topic, match, subscription.get());
  return *subscriptions_.insert(last_id_.value, std::move(subscription));
}

void Broker::remove_subscription(Subscription& subscription) {
  index_.remove(subscription.topic, subscription.match);
  subscriptions_.erase(subscription.id.value);
}

void Broker::remove_subscriber(Subscription& subscription, Member& member) {
  subscription.remove_subscriber(member);
  if (subscription.subscriber_count == 0) remove_subscription(subscription);
}

void Broker::subscribe(Member& subscriber, const wamp::Subscribe& message, wamp::MatchPolicy match,
                       Outbox& outbox) {
  Subscription* subscription = index_.find(message.topic, match);
  const bool held = subscription && subscriber.subscriptions.find(subscription->id.value);
  if (!held) {
    if (subscriber.subscriptions.size() >= max_subscriptions_per_session_) {
      outbox.refuse(subscriber.ref, wamp::Subscribe::type, message.request,
                    wamp::error_uri::too_many_requests,
                    "this session holds " + std::to_string(max_subscriptions_per_session_) +
                        " subscriptions, the most that the realm allows");
      return;
    }
    if (!subscription) subscription = &add_subscription(message.topic, match);
    subscription->add_subscriber(subscriber);
  }
  outbox.send(subscriber.ref, wamp::Subscribed{message.request, subscription->id});
}

void Broker::unsubscribe(Member& subscriber, const wamp::Unsubscribe& message, Outbox& outbox) {
  const HeldSubscription* held = subscriber.subscriptions.find(message.subscription.value);
  if (!held) {
    outbox.refuse(subscriber.ref, wamp::Unsubscribe::type, message.request,
                  wamp::error_uri::no_such_subscription,
                  "this session does not hold subscription " + std::to_string(message.subscription.value));
    return;
  }
  remove_subscriber(*held->subscription, subscriber);
  outbox.send(subscriber.ref, wamp::Unsubscribed{message.request, std::nullopt});
}

wamp::Result<void> Broker::publish(Member& publisher, const wamp::Publish& message,
                                   const RoutedPayload& payload, const Grant& grant, Outbox& outbox) {
  const auto options = publish_options(message.options);
  if (!options) return options.error();
  const wamp::PublicationId publication(ids_.next());
  if (options->acknowledge) outbox.send(publisher.ref, wamp::Published{message.request, publication});

  index_.match_all(message.topic, [&](const Subscription& subscription) {
    for (uint32_t worker = 0; worker < subscription.groups.size(); ++worker) {
      const Subscription::Group& group = subscription.groups[worker];
      if (group.members.empty()) continue;
      EventDelivery delivery;
      delivery.worker = worker;
      delivery.audience = group.audience;
      delivery.event.subscription = subscription.id;
      delivery.event.publication = publication;
      delivery.event.details =
          event_details(subscription, message, publisher, grant.disclose || options->disclose_me, grant);
      delivery.payload = payload;
      if (options->exclude_me) delivery.excluded = publisher.ref.session;
      delivery.filter = options->filter;
      outbox.send_event(std::move(delivery));
    }
  });
  return {};
}

void Broker::remove_member(Member& member) {
  std::vector<Subscription*> held;
  held.reserve(member.subscriptions.size());
  member.subscriptions.for_each(
      [&held](uint64_t, const HeldSubscription& h) { held.push_back(h.subscription); });
  for (Subscription* subscription : held) remove_subscriber(*subscription, member);
}

}  // namespace router::broker
