// SUBSCRIBEs of a realm in a cluster: they wait until the other nodes know that events are wanted here.
#include <string>
#include <utility>

#include "router/broker/broker.h"
#include "wamp/error_uris.h"

namespace router::broker {

using namespace wamp::error_uri;

Broker::Fate Broker::wait_for_neighbours(Member& subscriber, const wamp::Subscribe& message,
                                         wamp::MatchPolicy match, const SubscribeOptions& options,
                                         config::SlowConsumer policy, Outbox& outbox) {
  const MatchedUriView topic{message.topic, match};
  if (!AwaitedTopics::is_shared(topic)) return Fate::undecided;
  const Subscription* const present = index_.find(topic.uri, topic.match);
  // Nobody overtakes those who wait.
  if (!awaited_->any_for(topic) && present && present->has_subscribers()) return Fate::undecided;

  const auto why_not_wait = [&]() -> std::optional<Refusal> {
    if (awaited_->held().is_leaving()) return Refusal{unavailable, "the router shuts down"};
    const uint32_t most = subscriber.limits().subscriptions_per_session;
    if (subscriber.subscriptions.size() + awaited_->held().count_of(subscriber.ref.session) >= most)
      return Refusal{too_many_requests, "this session holds or waits for " + std::to_string(most) +
                                            " subscriptions, the most that it may have"};
    if (awaited_->held().size() >= Neighbourhood::most_waiting)
      return Refusal{too_many_requests, std::to_string(Neighbourhood::most_waiting) +
                                            " SUBSCRIBEs of this realm wait already for other nodes"};
    if (auto refusal = present ? std::nullopt : check_new(subscriber, topic.uri, topic.match)) return refusal;
    return check_kept_bytes(subscriber, subscriber.limits(), HeldSubscribe::bytes_of(topic.uri, options));
  };
  if (auto refusal = why_not_wait()) {
    outbox.refuse(subscriber.ref, wamp::Subscribe::type, message.request, *std::move(refusal));
    return Fate::answered;
  }
  awaited_->wait(topic,
                 {&subscriber, message.request, options, policy, awaited_->held().deadline(clock_.now()),
                  subscriber.charge(holding::requests, HeldSubscribe::bytes_of(topic.uri, options))});
  return Fate::waits;
}

bool Broker::decide_some_awaited(Outbox& outbox) {
  while (const MatchedUri* const next = awaited_->next_to_decide()) {
    if (!work_.take_steps()) return false;
    decide_one_of(MatchedUri(*next), outbox);
  }
  return true;
}

void Broker::decide_one_of(const MatchedUri& topic, Outbox& outbox) {
  const AwaitedTopics::Held::Number number = awaited_->held().first_for(topic);
  if (number == 0) return settle(topic);
  const HeldSubscribe& held = awaited_->held().at(number);
  if (held.subscriber->present()) {
    const wamp::Subscribe message{held.request, {}, topic.uri};
    subscribe_now(*held.subscriber, message, topic.match, held.options, held.policy, outbox);
  }
  awaited_->take(number);
}

bool Broker::end_one_overdue(SteadyTime now, Outbox& outbox) {
  const AwaitedTopics::Held::Number number = awaited_->held().first_overdue(now);
  if (number == 0) return false;
  const MatchedUri topic = awaited_->held().cause_of(number);
  const HeldSubscribe& held = awaited_->held().at(number);
  if (held.subscriber->present())
    outbox.refuse(held.subscriber->ref, wamp::Subscribe::type, held.request,
                  {unavailable, awaited_->held().why_overdue()});
  awaited_->take(number);
  settle(topic);
  return true;
}

bool Broker::forget_one_in_line(wamp::SessionId subscriber) {
  const auto topic = awaited_->forget_one_of(subscriber);
  if (topic) settle(*topic);
  return topic.has_value();
}

void Broker::settle(const MatchedUriView& topic) noexcept {
  if (!AwaitedTopics::is_shared(topic)) return;
  const Subscription* const present = index_.find(topic.uri, topic.match);
  awaited_->end(topic, present && present->has_subscribers());
}

}  // namespace router::broker
