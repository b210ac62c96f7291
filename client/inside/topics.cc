#include "client/inside/topics.h"

#include <utility>

#include "wamp/attributes.h"

namespace client {

bool Topics::publish(std::string_view topic, const Payload& payload, const wamp::Dict& options,
                     Session::OnPublished done) {
  const wamp::RequestId request = outlet_.next_request();
  wamp::Publish message{request, options, topic, {}};
  if (done) message.options.set("acknowledge", true);
  auto error = outlet_.send_request(message, payload);
  if (done && error) fail_later(std::move(done), std::move(*error));
  if (error) return false;
  if (done) waiting_.emplace(request.value, std::move(done));
  return true;
}

void Topics::subscribe(std::string_view topic, Session::OnEvent on_event, const wamp::Dict& options,
                       Session::OnSubscribed done) {
  const wamp::RequestId request = outlet_.next_request();
  Subscribing waiting{std::string(topic), std::make_shared<const Session::OnEvent>(std::move(on_event)),
                      std::move(done)};
  if (auto error = outlet_.send_request(wamp::Subscribe{request, options, topic}))
    return fail_later(std::move(waiting), std::move(*error));
  waiting_.emplace(request.value, std::move(waiting));
}

void Topics::unsubscribe(wamp::SubscriptionId subscription, Session::OnDone done) {
  const wamp::RequestId request = outlet_.next_request();
  subscriptions_.erase(subscription.value);
  if (auto error = outlet_.send_request(wamp::Unsubscribe{request, subscription}))
    return fail_later(std::move(done), std::move(*error));
  // Once more, as a SUBSCRIBE of the same topic may have been on the way.
  waiting_.emplace(request.value, [this, subscription, done = std::move(done)](const Error* error) {
    if (!error) subscriptions_.erase(subscription.value);
    if (done) done(error);
  });
}

template <class Kind>
std::optional<Kind> Topics::take(wamp::RequestId request) {
  const auto found = waiting_.find(request.value);
  if (found == waiting_.end() || !std::holds_alternative<Kind>(found->second)) return std::nullopt;
  std::optional<Kind> taken(std::move(std::get<Kind>(found->second)));
  waiting_.erase(found);
  return taken;
}

void Topics::on_published(const wamp::Published& message) {
  if (const auto done = take<Session::OnPublished>(message.request)) (*done)(message.publication, nullptr);
}

void Topics::on_subscribed(const wamp::Subscribed& message) {
  auto waiting = take<Subscribing>(message.request);
  if (!waiting) return;
  Subscription& subscription = subscriptions_[message.subscription.value];
  subscription.topic = std::move(waiting->topic);
  subscription.handlers.push_back(std::move(waiting->on_event));
  if (waiting->done) waiting->done(message.subscription, nullptr);
}

void Topics::on_unsubscribed(const wamp::Unsubscribed& message) {
  if (const auto done = take<Session::OnDone>(message.request); done && *done) (*done)(nullptr);
}

void Topics::on_event(wamp::Event& message, Payload payload) {
  const auto found = subscriptions_.find(message.subscription.value);
  if (found == subscriptions_.end()) return;
  Event event;
  event.subscription = message.subscription;
  event.publication = message.publication;
  event.topic =
      wamp::Attributes(message.details, "EVENT.Details").string("topic").value_or(found->second.topic);
  event.details = std::move(message.details);
  event.payload = std::move(payload);
  // They may subscribe and unsubscribe.
  const std::vector<Handler> handlers = found->second.handlers;
  for (const Handler& handler : handlers)
    if (*handler && subscriptions_.contains(event.subscription.value)) (*handler)(event);
}

void Topics::fail(const Waiting& waiting, const Error& error) {
  if (const auto* const published = std::get_if<Session::OnPublished>(&waiting))
    return (*published)({}, &error);
  if (const auto* const subscribing = std::get_if<Subscribing>(&waiting)) {
    if (subscribing->done) subscribing->done({}, &error);
    return;
  }
  if (const auto& done = std::get<Session::OnDone>(waiting)) done(&error);
}

void Topics::fail_later(Waiting waiting, Error error) {
  outlet_.later([waiting = std::move(waiting), error = std::move(error)] { fail(waiting, error); });
}

void Topics::on_error(wamp::RequestId request, const Error& error) {
  if (const auto failed = waiting_.extract(request.value); !failed.empty()) fail(failed.mapped(), error);
}

void Topics::fail_all(const Error& error) {
  while (!waiting_.empty()) on_error(wamp::RequestId(waiting_.begin()->first), error);
  subscriptions_.clear();
}

}  // namespace client
