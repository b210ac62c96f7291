#include "router/realm.h"

#include <cassert>
#include <utility>

#include "router/meta/procedures.h"
#include "transport/alarm.h"
#include "wamp/error_uris.h"

namespace router {
namespace {

bool wants_acknowledgement(const wamp::Publish& message) {
  const wamp::Value* acknowledge = message.options.find("acknowledge");
  const bool* wanted = acknowledge ? acknowledge->get<bool>() : nullptr;
  return wanted && *wanted;
}

}  // namespace

Realm::Realm(const config::Realm& config, std::vector<Mailbox*> mailboxes, uint64_t seed, const Clock& clock)
    : config_(config),
      authorizer_(config.roles, config.limits),
      state_(config_, authorizer_, std::move(mailboxes), seed, clock) {}

bool Realm::has_role(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  return authorizer_.role(name) != nullptr;
}

void Realm::set_rules(Member& member) const {
  auto permissions = authorizer_.role(member.identity.authrole);
  member.permissions = permissions ? std::move(permissions) : authorizer_.nobody();
  member.rules_version = rules_version_.load(std::memory_order_relaxed);
}

void Realm::follow_new_rules(Member& member) {
  const std::lock_guard lock(mutex_);
  set_rules(member);
  member.call_grant = {};
  member.publish_grant = {};
  member.denials = {};
}

std::vector<std::string> Realm::configure(const config::Realm& next) {
  const std::lock_guard lock(mutex_);
  authorizer_ = Authorizer(next.roles, next.limits);
  config_.limits = next.limits;
  state_.follow_limits();
  rules_version_.fetch_add(1, std::memory_order_release);
  std::vector<std::string> unchanged;
  if (next.store != config_.store) unchanged.emplace_back("store");
  if (next.uri_check != config_.uri_check) unchanged.emplace_back("uri_check");
  if (next.sequential_request_ids != config_.sequential_request_ids) unchanged.emplace_back("request_ids");
  return unchanged;
}

std::variant<Member*, Refusal> Realm::join(const SessionRef& session, Identity identity,
                                           const wamp::ClientFeatures& features, size_t room_for_calls) {
  auto member = std::make_unique<Member>(session, std::move(identity), features, nullptr, room_for_calls);
  const std::lock_guard lock(mutex_);
  set_rules(*member);
  // That the id is taken is as likely as being struck by a comet; the client tries again.
  if (state_.members.size() >= config_.limits.sessions || !state_.members.is_free(session.session))
    return Refusal{wamp::error_uri::too_many_requests, "realm \"" + config_.name + "\" is full"};
  if (const uint32_t most = member->limits().sessions_per_authid;
      state_.members.count_of(member->identity.authid) >= most)
    return Refusal{wamp::error_uri::too_many_requests, "\"" + member->identity.authid + "\" has " +
                                                           std::to_string(most) + " sessions in realm \"" +
                                                           config_.name + "\", the most that it may have"};
  return &state_.add_member(std::move(member));
}

Member& Realm::join_unseen(const SessionRef& session) {
  static const Identity router{"wampd", "trusted", "local", "router"};
  const std::lock_guard lock(mutex_);
  auto member = std::make_unique<Member>(session, router, wamp::ClientFeatures(), authorizer_.nobody(), 0);
  member->unseen = true;
  return state_.members.add_unseen(std::move(member));
}

void Realm::ask(Member& unseen, const wamp::Call& question, RoutedPayload&& payload) {
  Grant allowed;
  allowed.allowed = true;
  const auto asked = locked(unseen, [&] {
    return state_.dealer.call(unseen, question, std::move(payload), allowed, state_.outbox);
  });
  assert(asked);
  static_cast<void>(asked);
}

void Realm::leave(Member& member) {
  const std::lock_guard lock(mutex_);
  if (member.present) state_.remove_member(member);
  state_.members.destroy(member);
}

SteadyTime Realm::earlier_deadline() {
  const SteadyTime next = state_.dealer.next_deadline();
  if (next >= timer_) return SteadyTime::max();
  timer_ = next;
  return next;
}

template <class F>
wamp::Result<void> Realm::locked(Member& member, F request) {
  std::unique_lock lock(mutex_);
  if (!member.present) return {};
  wamp::Result<void> result = request();
  const SteadyTime ring_at = earlier_deadline();
  lock.unlock();
  if (ring_at != SteadyTime::max() && ring_at_) ring_at_(ring_at);
  return result;
}

void Realm::run_due() {
  std::unique_lock lock(mutex_);
  for (Member* silent : state_.dealer.expire(state_.outbox))
    state_.kill(*silent, wamp::close_uri::killed, "no sign of life, and another session wants a procedure");
  timer_ = SteadyTime::max();
  const SteadyTime ring_at = earlier_deadline();
  lock.unlock();
  if (ring_at != SteadyTime::max() && ring_at_) ring_at_(ring_at);
}

void Realm::on_alive(Member& member) {
  const std::lock_guard lock(mutex_);
  if (member.present) state_.dealer.on_alive(member, state_.outbox);
}

void Realm::on_unclogged(Member& member) {
  const std::lock_guard lock(mutex_);
  if (member.present) state_.dealer.on_unclogged(member, state_.outbox);
}

void Realm::on_room(Member& member, size_t bytes) {
  const std::lock_guard lock(mutex_);
  if (member.present) state_.dealer.on_room(member, bytes, state_.outbox);
}

bool Realm::on_untaken(Member& member, const wamp::Message& part, bool too_much) {
  const std::lock_guard lock(mutex_);
  return member.present && state_.dealer.on_untaken(member, part, too_much, state_.outbox);
}

void Realm::on_taken(Member& member) {
  const std::lock_guard lock(mutex_);
  if (member.present) state_.dealer.on_taken(member, state_.outbox);
}

void Realm::begin_drain() {
  const std::lock_guard lock(mutex_);
  state_.dealer.begin_drain();
}

bool Realm::is_busy(const Member& member) const {
  const std::lock_guard lock(mutex_);
  return member.calls.size() > 0 || member.invocations.size() > 0;
}

std::optional<Refusal> Realm::check_remembered(Member& member, RememberedGrant& remembered, Action action,
                                               std::string_view uri) const {
  if (remembered.uri == uri && !uri.empty()) return std::nullopt;
  Grant grant;
  auto refusal = check_request(config_, member, action, uri, wamp::MatchPolicy::exact, grant);
  // What an authorizer has said is kept elsewhere, and not for ever.
  if (!refusal) remembered = {member.permissions->verdicts() ? "" : std::string(uri), grant, 0};
  return refusal;
}

bool Realm::may_ask(const Member& member, Action action, std::string_view uri,
                    wamp::MatchPolicy match) const {
  return !check_uri(config_, member, action, uri, match);
}

wamp::Result<void> Realm::refuse(Member& member, wamp::MessageType type, wamp::RequestId request,
                                 const Refusal& refusal) {
  return locked(member, [&]() -> wamp::Result<void> {
    state_.outbox.refuse(member.ref, type, request, refusal.error_uri, refusal.text);
    return {};
  });
}

wamp::Result<void> Realm::deny(Member& member, Action action, wamp::MessageType type, wamp::RequestId request,
                               const Refusal& refusal) {
  return locked(member, [&]() -> wamp::Result<void> {
    state_.counters.denials.add(router::name(action), refusal.error_uri);
    state_.outbox.refuse(member.ref, type, request, refusal.error_uri, refusal.text);
    return {};
  });
}

wamp::Result<void> Realm::handle(Member& member, const wamp::Publish& message, const RoutedPayload& payload) {
  follow_rules(member);
  if (const auto refusal = check_remembered(member, member.publish_grant, Action::publish, message.topic)) {
    // Without acknowledgement the publisher waits for no answer, and clients take one for a protocol
    // violation.
    if (wants_acknowledgement(message))
      return deny(member, Action::publish, wamp::Publish::type, message.request, *refusal);
    const std::lock_guard lock(mutex_);
    state_.counters.denials.add(router::name(Action::publish), refusal->error_uri);
    return {};
  }
  return locked(member, [&] {
    RememberedPublish& known = member.publish_grant;
    return state_.broker.publish(member, message, payload, known.grant, &known, state_.outbox);
  });
}

wamp::Result<void> Realm::handle(Member& member, const wamp::Subscribe& message) {
  const auto match = requested_match(message.options, "SUBSCRIBE.Options");
  if (!match) return match.error();
  follow_rules(member);
  Grant grant;
  if (const auto refusal = check_request(config_, member, Action::subscribe, message.topic, *match, grant))
    return deny(member, Action::subscribe, wamp::Subscribe::type, message.request, *refusal);
  const auto policy = grant.slow_consumer.value_or(member.permissions->slow_consumer());
  return locked(member,
                [&] { return state_.broker.subscribe(member, message, *match, policy, state_.outbox); });
}

wamp::Result<void> Realm::handle(Member& member, const wamp::Unsubscribe& message) {
  return locked(member, [&]() -> wamp::Result<void> {
    state_.broker.unsubscribe(member, message, state_.outbox);
    return {};
  });
}

wamp::Result<void> Realm::handle(Member& member, const wamp::Call& message, RoutedPayload&& payload) {
  follow_rules(member);
  if (const auto refusal = check_remembered(member, member.call_grant, Action::call, message.procedure))
    return deny(member, Action::call, wamp::Call::type, message.request, *refusal);
  // A registered pattern as broad as "" must not catch what is reserved for the router.
  if (wamp::is_reserved_uri(message.procedure)) return call_router(member, message, payload);
  return locked(member, [&] {
    return state_.dealer.call(member, message, std::move(payload), member.call_grant.grant, state_.outbox);
  });
}

wamp::Result<void> Realm::call_router(Member& member, const wamp::Call& message,
                                      const RoutedPayload& payload) {
  const meta::Procedure* procedure = meta::find_procedure(message.procedure);
  if (!procedure)
    return refuse(member, wamp::Call::type, message.request,
                  {wamp::error_uri::no_such_procedure,
                   "the router has no procedure " + std::string(message.procedure)});
  const auto arguments =
      serializers::decode_arguments(payload.format, {payload.bytes(), payload.count}, member.value_limits());
  if (!arguments)
    return refuse(member, wamp::Call::type, message.request,
                  {wamp::error_uri::invalid_argument,
                   "the arguments of " + std::string(procedure->uri) + ": " + arguments.error().message});
  meta::Answer answer;
  auto answered = locked(member, [&]() -> wamp::Result<void> {
    answer = procedure->call(state_, member, *arguments);
    if (const auto* refusal = std::get_if<Refusal>(&answer))
      state_.outbox.refuse(member.ref, wamp::Call::type, message.request, refusal->error_uri, refusal->text);
    else if (const auto* result = std::get_if<serializers::Arguments>(&answer))
      state_.outbox.send(member.ref, wamp::CallResult{message.request, {}, {}}, make_payload(*result));
    return {};
  });
  const auto* make_result = std::get_if<meta::LargeResult>(&answer);
  if (!make_result) return answered;
  RoutedPayload large = make_payload((*make_result)());
  return locked(member, [&]() -> wamp::Result<void> {
    state_.outbox.send(member.ref, wamp::CallResult{message.request, {}, {}}, std::move(large));
    return {};
  });
}

wamp::Result<void> Realm::continue_call(Member& member, const wamp::Call& message, RoutedPayload&& payload) {
  return locked(member, [&] {
    return state_.dealer.continue_call(member, message, std::move(payload), state_.outbox);
  });
}

wamp::Result<void> Realm::handle(Member& member, const wamp::Cancel& message) {
  return locked(member, [&] { return state_.dealer.cancel(member, message, state_.outbox); });
}

wamp::Result<void> Realm::handle(Member& member, const wamp::Register& message) {
  const auto match = requested_match(message.options, "REGISTER.Options");
  if (!match) return match.error();
  follow_rules(member);
  Grant grant;
  if (const auto refusal =
          check_request(config_, member, Action::register_, message.procedure, *match, grant))
    return deny(member, Action::register_, wamp::Register::type, message.request, *refusal);
  return locked(member, [&] {
    return state_.dealer.register_procedure(member, message, *match, grant, state_.outbox);
  });
}

wamp::Result<void> Realm::handle(Member& member, const wamp::Unregister& message) {
  return locked(member, [&]() -> wamp::Result<void> {
    state_.dealer.unregister(member, message, state_.outbox);
    return {};
  });
}

wamp::Result<void> Realm::handle(Member& member, const wamp::Yield& message, RoutedPayload&& payload) {
  return locked(member,
                [&] { return state_.dealer.yield(member, message, std::move(payload), state_.outbox); });
}

wamp::Result<void> Realm::handle(Member& member, const wamp::Error& message, RoutedPayload&& payload) {
  return locked(member,
                [&] { return state_.dealer.error(member, message, std::move(payload), state_.outbox); });
}

Realm::Counts Realm::counts() const {
  const std::lock_guard lock(mutex_);
  return {state_.members.size(), state_.broker.subscription_count(), state_.dealer.registrations().size(),
          state_.dealer.call_count(), state_.broker.retained_count()};
}

bool Realm::keeps_events() const {
  if (config_.store.type != config::Store::Type::memory || !config_.store.event_history.empty()) return true;
  const std::lock_guard lock(mutex_);
  return state_.broker.retained_count() > 0;
}

void keep_time_on(transport::Loop& loop, const std::shared_ptr<Realm>& realm) {
  const auto alarm = std::make_shared<transport::Alarm>(loop, [weak = std::weak_ptr(realm)] {
    if (const auto alive = weak.lock()) alive->run_due();
  });
  realm->set_timer([alarm](SteadyTime time) { alarm->ring_by(time); });
}

}  // namespace router
