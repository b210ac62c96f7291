#include "router/broker/broker.h"

#include <algorithm>
#include <cassert>
#include <optional>
#include <string>
#include <utility>

#include "router/mail/payload_passthru.h"
#include "wamp/error_uris.h"

namespace router::broker {
namespace {

// Of the EVENTs of one publication: what does not depend on the subscription.
wamp::Dict publication_details(const Member& publisher, const PublishOptions& options, const Grant& grant) {
  wamp::Dict details;
  if (grant.disclose || options.disclose_me) {
    details.append("publisher", publisher.ref.session.value);
    details.append("publisher_authid", publisher.identity.authid);
    details.append("publisher_authrole", publisher.identity.authrole);
  }
  if (grant.trustlevel) details.append("trustlevel", uint64_t{*grant.trustlevel});
  append_attributes(options.payload_passthru, details);
  return details;
}

// One delivery for each worker that has subscribers. `excluded` may be none, and `filter` null.
void send_to_subscribers(const Subscription& subscription, const RoutingKey& resource_key,
                         const wamp::Event& event, const RoutedPayload& payload, wamp::SessionId excluded,
                         const std::shared_ptr<const EventFilter>& filter, Outbox& outbox) {
  subscription.for_each_part(resource_key, [&](uint32_t worker, const SubscriptionNode::Part& part) {
    outbox.send_event(worker, part.audience, event, payload, excluded, filter);
  });
}

}  // namespace

Broker::Broker(const config::Realm& config, IdSource& ids, const Clock& clock, OpenedStore store,
               LeftoverWork& work, transport::Counter& lost, std::shared_ptr<const KeptBytes> kept)
    : tells_meta_events_(config.meta_api),
      limits_(config.limits),
      ids_(ids),
      clock_(clock),
      work_(work),
      lost_(lost),
      kept_(std::move(kept)),
      account_(kept_->account()),
      retained_(config.limits.retained_events, config.limits.retained_bytes,
                transport::Charge(account_, holding::retained_events), kept_),
      store_(std::move(store.store)) {
  add_histories(config.store.event_history);
  restore(store.stored);
}

Subscription& Broker::add_subscription(std::string_view topic, wamp::MatchPolicy match,
                                       wamp::SessionId subscriber) {
  last_id_ = wamp::SubscriptionId(last_id_.value + 1);
  auto subscription = std::make_unique<Subscription>();
  subscription->id = last_id_;
  subscription->topic = topic;
  subscription->match = match;
  subscription->created = clock_.wall_time();
  Subscription& added = *subscriptions_.insert(last_id_.value, std::move(subscription));
  try {
    index_.add(topic, match, &added, subscriber.value);
  } catch (...) {
    subscriptions_.erase(last_id_.value);
    throw;
  }
  return added;
}

Subscription* Broker::find(wamp::SubscriptionId id) const {
  const auto* found = subscriptions_.find(id.value);
  return found ? found->get() : nullptr;
}

void Broker::remove_subscription(Subscription& subscription) noexcept {
  index_.remove(subscription.topic, subscription.match);
  subscriptions_.erase(subscription.id.value);
}

void Broker::on_subscriber_removed(Subscription& subscription, const Member& member,
                                   Outbox& outbox) noexcept {
  const bool told = !wamp::is_reserved_uri(subscription.topic);
  const auto arguments = [session = member.ref.session.value, id = subscription.id.value] {
    return serializers::Arguments{{session, id}, {}};
  };
  // Who leaves hears nothing of that.
  const wamp::SessionId excluded = member.present ? wamp::SessionId() : member.ref.session;
  if (told) publish_meta("wamp.subscription.on_unsubscribe", arguments, outbox, excluded);
  if (subscription.has_subscribers() || subscription.history) return;
  remove_subscription(subscription);
  if (told) publish_meta("wamp.subscription.on_delete", arguments, outbox, excluded);
}

std::optional<Refusal> Broker::check_count(const Member& subscriber) const {
  const uint32_t most = subscriber.limits().subscriptions_per_session;
  if (subscriber.subscriptions.size() >= most)
    return Refusal{wamp::error_uri::too_many_requests, "this session holds " + std::to_string(most) +
                                                           " subscriptions, the most that it may have"};
  return std::nullopt;
}

std::optional<Refusal> Broker::check_new(const Member& subscriber, std::string_view topic,
                                         wamp::MatchPolicy match) const {
  if (subscriptions_.size() >= limits_.subscriptions)
    return Refusal{wamp::error_uri::too_many_requests, "there are " + std::to_string(limits_.subscriptions) +
                                                           " subscriptions, the most that the realm allows"};
  const ShapeLimits shapes{limits_.wildcard_shapes, subscriber.limits().wildcard_shapes_per_session};
  if (auto text = index_.refusal(topic, match, subscriber.ref.session.value, shapes))
    return Refusal{wamp::error_uri::too_many_requests, *std::move(text)};
  return std::nullopt;
}

std::optional<Refusal> Broker::check_node(const Subscription* subscription, std::string_view node_key) const {
  if (subscription && !subscription->admits_node(node_key))
    return Refusal{wamp::error_uri::too_many_requests, "the subscription has " +
                                                           std::to_string(Subscription::max_nodes) +
                                                           " node keys, the most that it may have"};
  return std::nullopt;
}

void Broker::subscribe(Member& subscriber, const wamp::Subscribe& message, wamp::MatchPolicy match,
                       const SubscribeOptions& options, config::SlowConsumer policy, Outbox& outbox) {
  Subscription* subscription = index_.find(message.topic, match);
  const HeldSubscription* held =
      subscription ? subscriber.subscriptions.find(subscription->id.value) : nullptr;
  const bool moves = held && held->node->key.text != options.node_key;
  KeptFor retained, replay;

  std::optional<Refusal> refusal;
  if (!held) refusal = check_count(subscriber);
  if (!refusal && !subscription) refusal = check_new(subscriber, message.topic, match);
  if (!refusal && !held)
    refusal = check_kept_bytes(subscriber, Subscription::bytes_of(message.topic, options.node_key));
  if (!refusal && (!held || moves)) refusal = check_node(subscription, options.node_key);
  if (!refusal) refusal = find_replay(subscription, options, subscriber, replay);
  if (!refusal && options.get_retained) refusal = find_retained(message, match, subscriber, replay, retained);
  if (refusal) {
    outbox.refuse(subscriber.ref, wamp::Subscribe::type, message.request, refusal->error_uri, refusal->text);
    return;
  }
  const bool created = !subscription;
  if (created) subscription = &add_subscription(message.topic, match, subscriber.ref.session);
  if (moves) subscription->remove_subscriber(subscriber);
  try {
    if (!held || moves) subscription->add_subscriber(subscriber, options.node_key, policy);
  } catch (...) {
    if (!subscription->has_subscribers() && !subscription->history) remove_subscription(*subscription);
    throw;
  }
  outbox.send(subscriber.ref, wamp::Subscribed{message.request, subscription->id});

  send_kept(subscriber, *subscription, std::move(retained), "retained", outbox);
  send_kept(subscriber, *subscription, std::move(replay), "_replayed", outbox);
  if (!held) tell_subscribed(*subscription, subscriber, created, outbox);
}

void Broker::tell_subscribed(const Subscription& subscription, const Member& subscriber, bool created,
                             Outbox& outbox) {
  if (wamp::is_reserved_uri(subscription.topic)) return;
  const uint64_t session = subscriber.ref.session.value;
  if (created)
    publish_meta(
        "wamp.subscription.on_create",
        [&] {
          return serializers::Arguments{{session, subscription.details()}, {}};
        },
        outbox);
  publish_meta(
      "wamp.subscription.on_subscribe",
      [&] {
        return serializers::Arguments{{session, subscription.id.value}, {}};
      },
      outbox);
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
  outbox.send(subscriber.ref, wamp::Unsubscribed{message.request, std::nullopt});
  subscription.remove_subscriber(subscriber);
  on_subscriber_removed(subscription, subscriber, outbox);
}

wamp::Result<void> Broker::publish(Member& publisher, const wamp::Publish& message,
                                   const RoutedPayload& payload, const PublishOptions& options,
                                   const Grant& grant, RememberedPublish* remembered, Outbox& outbox) {
  if (!options.payload_passthru.empty() &&
      !publisher.features.has_payload_passthru_mode(wamp::Role::publisher))
    return wamp::ProtocolError{"PUBLISH.Options.ppt_scheme: HELLO did not announce payload_passthru_mode"};
  const wamp::PublicationId publication(ids_.next());
  const wamp::Dict details = publication_details(publisher, options, grant);
  Answer answer = Answer::now;
  if (options.retain || !histories_.empty()) {
    answer = keep({publisher, message, payload, options, details, publication}, outbox);
    if (answer == Answer::refused) return {};
  }
  if (options.acknowledge && answer == Answer::now)
    outbox.send(publisher.ref, wamp::Published{message.request, publication});

  const wamp::SessionId excluded = options.exclude_me ? publisher.ref.session : wamp::SessionId();
  match(message.topic, remembered, [&](const Subscription& subscription) {
    const wamp::Event event{
        subscription.id, publication, event_details(subscription.match, message.topic, details), {}};
    send_to_subscribers(subscription, options.resource_key, event, payload, excluded, options.filter, outbox);
  });
  return {};
}

template <class Visit>
void Broker::match(std::string_view topic, RememberedPublish* remembered, const Visit& visit) {
  constexpr size_t most_remembered = 64;
  if (!remembered || remembered->uri.empty()) return index_.match_all(topic, visit);
  RememberedPublish& known = *remembered;
  assert(known.uri == topic);
  if (known.index_version != index_.version()) {
    known.index_version = 0;
    known.subscriptions.clear();
    index_.match_all(topic, [&known](Subscription& one) { known.subscriptions.push_back(&one); });
    if (known.subscriptions.size() > most_remembered) {
      transport::give_back(known.subscriptions);
      return index_.match_all(topic, visit);
    }
    known.index_version = index_.version();
  }
  for (const Subscription* subscription : known.subscriptions) visit(*subscription);
}

void Broker::revoke(Subscription& subscription, Member& subscriber, const std::string& reason,
                    Outbox& outbox) {
  subscription.prepare_removal(subscriber);  // else it may be told that it is none and stay one
  if (subscriber.features.subscriber_subscription_revocation) {
    wamp::Dict details{{"subscription", subscription.id.value}};
    if (!reason.empty()) details.append("reason", reason);
    outbox.send(subscriber.ref, wamp::Unsubscribed{{}, std::move(details)});
  }
  subscription.remove_subscriber(subscriber);
  on_subscriber_removed(subscription, subscriber, outbox);
}

void Broker::send_meta(const Subscription& subscription, std::string_view topic,
                       wamp::PublicationId publication, const RoutedPayload& payload,
                       wamp::SessionId excluded, Outbox& outbox) {
  wamp::Event event{subscription.id, publication, {}, {}};
  if (subscription.match != wamp::MatchPolicy::exact) event.details.append("topic", topic);
  send_to_subscribers(subscription, {}, event, payload, excluded, nullptr, outbox);
}

bool Broker::remove_some(Member& member, uint64_t& from, Outbox& outbox) {
  return work_.take_some(member.subscriptions, from, [&](const HeldSubscription& held) {
    Subscription& subscription = *held.subscription;
    subscription.remove_subscriber(member);
    on_subscriber_removed(subscription, member, outbox);
  });
}

}  // namespace router::broker
