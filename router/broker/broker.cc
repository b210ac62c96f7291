#include "router/broker/broker.h"

#include <algorithm>
#include <cassert>
#include <optional>
#include <string>
#include <utility>

#include "router/base/reserved_uri.h"
#include "wamp/error_uris.h"

namespace router::broker {

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
      histories_(add_histories(config.store.event_history)),
      history_index_(index_of(histories_)),
      retained_(config.limits.retained_events, config.limits.retained_bytes,
                transport::Charge(account_, holding::retained_events), kept_),
      store_(std::move(store.store)) {
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
  const bool told = !is_reserved_uri(subscription.topic);
  const auto arguments = [session = member.ref.session.value, id = subscription.id.value] {
    return serializers::Arguments{{session, id}, {}};
  };
  // Who leaves hears nothing of that.
  const wamp::SessionId excluded = member.present() ? wamp::SessionId() : member.ref.session;
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

bool Broker::subscribe(Member& subscriber, const wamp::Subscribe& message, wamp::MatchPolicy match,
                       const SubscribeOptions& options, config::SlowConsumer policy, Outbox& outbox) {
  const Fate fate =
      awaited_ ? wait_for_neighbours(subscriber, message, match, options, policy, outbox) : Fate::undecided;
  if (fate == Fate::undecided) subscribe_now(subscriber, message, match, options, policy, outbox);
  return fate == Fate::waits;
}

void Broker::subscribe_now(Member& subscriber, const wamp::Subscribe& message, wamp::MatchPolicy match,
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
    refusal = check_kept_bytes(subscriber, subscriber.limits(),
                               Subscription::bytes_of(message.topic, options.node_key));
  if (!refusal && (!held || moves)) refusal = check_node(subscription, options.node_key);
  if (!refusal) refusal = find_replay(subscription, options, subscriber, replay);
  if (!refusal && options.get_retained) refusal = find_retained(message, match, subscriber, replay, retained);
  if (refusal) {
    outbox.refuse(subscriber.ref, wamp::Subscribe::type, message.request, *std::move(refusal));
    return;
  }
  const bool created = !subscription;
  if (created) subscription = &add_subscription(message.topic, match, subscriber.ref.session);
  try {
    Together answer;
    std::optional<Subscription::Joining> joining;
    if (!held || moves) joining = subscription->prepare_to_add(subscriber, options.node_key, policy);
    answer.mail.emplace_back(
        Delivery(subscriber.ref, wamp::Subscribed{message.request, subscription->id}, RoutedPayload()));
    add_kept(subscriber, *subscription, joining, std::move(retained), "retained", answer);
    add_kept(subscriber, *subscription, joining, std::move(replay), "_replayed", answer);
    answer_subscriber(*subscription, subscriber, std::move(joining), std::move(answer), outbox);
  } catch (...) {
    if (!subscription->has_subscribers() && !subscription->history) remove_subscription(*subscription);
    throw;
  }
  if (!held) tell_subscribed(*subscription, subscriber, created, outbox);
}

void Broker::answer_subscriber(Subscription& subscription, Member& subscriber,
                               std::optional<Subscription::Joining>&& joining, Together&& answer,
                               Outbox& outbox) {
  if (joining) {
    const bool was_last = joining->leave && subscription.is_last_of_its_worker(subscriber);
    if (was_last || subscription.is_first_of_its_worker(*joining))
      generations_.changing(subscription.topic, subscription.match);
    if (joining->leave) answer.mail.emplace_back(*joining->leave);
    answer.mail.emplace_back(std::move(joining->join));
  }
  outbox.send_together(subscriber.ref.worker, std::move(answer));
  if (joining) subscription.add_subscriber(subscriber, std::move(*joining));
}

void Broker::tell_subscribed(const Subscription& subscription, const Member& subscriber, bool created,
                             Outbox& outbox) {
  if (is_reserved_uri(subscription.topic)) return;
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
                  {wamp::error_uri::no_such_subscription,
                   "this session does not hold subscription " + std::to_string(message.subscription.value)});
    return;
  }
  remove_subscriber(*held->subscription, subscriber, wamp::Unsubscribed{message.request, std::nullopt},
                    outbox);
}

void Broker::remove_subscriber(Subscription& subscription, Member& member,
                               std::optional<wamp::Unsubscribed>&& told, Outbox& outbox) {
  if (subscription.is_last_of_its_worker(member))
    generations_.changing(subscription.topic, subscription.match);
  const LeaveAudience leave = subscription.leave_of(member);
  if (told) {
    Together answer;
    answer.mail.reserve(2);
    answer.mail.emplace_back(leave);
    answer.mail.emplace_back(Delivery(member.ref, *std::move(told), RoutedPayload()));
    outbox.send_together(member.ref.worker, std::move(answer));
  } else {
    outbox.leave_audience(member.ref.worker, leave);
  }
  subscription.remove_subscriber(member);
  if (awaited_) settle({subscription.topic, subscription.match});
  on_subscriber_removed(subscription, member, outbox);
}

void Broker::revoke(Subscription& subscription, Member& subscriber, const std::string& reason,
                    Outbox& outbox) {
  std::optional<wamp::Unsubscribed> told;
  if (subscriber.features.subscriber_subscription_revocation) {
    wamp::Dict details{{"subscription", subscription.id.value}};
    if (!reason.empty()) details.append("reason", reason);
    told = wamp::Unsubscribed{{}, std::move(details)};
  }
  remove_subscriber(subscription, subscriber, std::move(told), outbox);
}

std::vector<Leg> Broker::find_legs(std::string_view topic) const {
  std::vector<Leg> legs;
  match(topic, [&legs](const Subscription& subscription) { append_legs(subscription, legs); });
  return legs;
}

StampedRoute<TopicRoute> Broker::find_route(std::string_view topic) const {
  TopicRoute found{find_legs(topic), false};
  history_index_->match_all(topic, [&found](const Subscription&) { found.is_kept = true; });
  StampedRoute<TopicRoute> route{nullptr, generations_.stamp(topic)};
  if (!found.is_empty()) route.route = std::make_shared<const TopicRoute>(std::move(found));
  return route;
}

Broker::Answer Broker::publish(const Publication& publication, const TopicRoute* route, Outbox& outbox) {
  const PublishOptions& options = publication.options;
  Answer answer = Answer::now;
  if (options.retain || (route && route->is_kept)) answer = keep(publication, outbox);
  if (answer == Answer::refused) return answer;
  if (options.acknowledge && answer == Answer::now) publication.acknowledge(outbox);
  publication.send(route, outbox);
  return answer;
}

void Broker::send_meta(std::string_view topic, const RoutedPayload& payload, wamp::SessionId excluded,
                       const std::vector<Leg>& legs, Outbox& outbox) {
  static const wamp::Dict no_details;
  static const std::shared_ptr<const EventFilter> no_filter;
  static const RoutingKey no_key;
  send_events({wamp::PublicationId(ids_.next()), topic, no_details, payload, excluded, no_filter, no_key},
              legs, outbox);
}

bool Broker::publish_exactly(std::string_view topic, const RoutedPayload& payload, Outbox& outbox) {
  const Subscription* const subscription = find(topic, wamp::MatchPolicy::exact);
  if (!subscription || !subscription->has_subscribers()) return false;
  std::vector<Leg> legs;
  append_legs(*subscription, legs);
  send_meta(topic, payload, {}, legs, outbox);
  return true;
}

bool Broker::remove_some(Member& member, uint64_t& from, Outbox& outbox) {
  while (awaited_ && forget_one_in_line(member.ref.session))
    if (!work_.take_steps()) return false;
  return work_.take_some(member.subscriptions, from, [&](const HeldSubscription& held) {
    remove_subscriber(*held.subscription, member, std::nullopt, outbox);
  });
}

}  // namespace router::broker
