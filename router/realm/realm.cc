#include "router/realm/realm.h"

#include <cassert>
#include <chrono>
#include <thread>
#include <utility>

#include "router/base/log.h"
#include "transport/loop/alarm.h"
#include "transport/memory/has_memory_for.h"
#include "wamp/error_uris.h"

namespace router {
namespace {

std::vector<std::unique_ptr<Branch>> make_branches(size_t count, uint64_t seed,
                                                   const std::shared_ptr<transport::Account>& account) {
  std::vector<std::unique_ptr<Branch>> branches;
  for (size_t i = 0; i < count; ++i)
    branches.push_back(std::make_unique<Branch>(seed + 1 + i, transport::Charge(account, holding::routes)));
  return branches;
}

}  // namespace

Realm::Realm(const config::Realm& config, std::vector<Mailbox*> mailboxes, uint64_t seed, const Clock& clock,
             std::shared_ptr<const broker::KeptBytes> kept)
    : config_(config),
      branches_(make_branches(mailboxes.size(), seed, kept->account())),
      authorizer_(config.roles, config.limits),
      state_(config_, authorizer_, std::move(mailboxes), seed, clock, std::move(kept)) {}

bool Realm::has_role(std::string_view name) const {
  const Lock lock(mutex_);
  return authorizer_.role(name) != nullptr;
}

void Realm::set_rules(Member& member) const {
  auto permissions = authorizer_.role(member.identity.authrole);
  member.permissions = permissions ? std::move(permissions) : authorizer_.nobody();
  member.rules_version = rules_version_.load(std::memory_order_relaxed);
}

void Realm::follow_new_rules(Member& member) {
  const Lock lock(mutex_);
  set_rules(member);
  member.call_grant = {};
  member.publish_grant = {};
  member.denials = {};
}

std::vector<std::string> Realm::configure(const config::Realm& next) {
  Authorizer authorizer(next.roles, next.limits);  // the old one ends without the lock
  const Lock lock(mutex_);
  std::swap(authorizer_, authorizer);
  config_.limits = next.limits;
  state_.follow_limits();
  rules_version_.fetch_add(1, std::memory_order_release);
  std::vector<std::string> unchanged;
  if (next.store != config_.store) unchanged.emplace_back("store");
  if (next.uri_check != config_.uri_check) unchanged.emplace_back("uri_check");
  if (next.meta_api != config_.meta_api) unchanged.emplace_back("enable_meta_api");
  if (next.sequential_request_ids != config_.sequential_request_ids) unchanged.emplace_back("request_ids");
  return unchanged;
}

std::variant<Realm::Joined, Refusal> Realm::join(const SessionRef& session, Identity identity,
                                                 const wamp::ClientFeatures& features,
                                                 std::shared_ptr<transport::Account> account,
                                                 size_t room_for_calls, wamp::RequestId last_invocation) {
  auto member = std::make_unique<Member>(*branches_[session.worker], session, std::move(identity), features,
                                         nullptr, std::move(account), room_for_calls);
  member->last_invocation = last_invocation;
  const Lock lock(mutex_);
  set_rules(*member);
  // That the id is taken is as likely as being struck by a comet; the client tries again.
  if (state_.members.size() >= config_.limits.sessions || !state_.members.is_free(session.session))
    return Refusal{wamp::error_uri::too_many_requests, "realm \"" + config_.name + "\" is full"};
  if (const uint32_t most = member->limits().sessions_per_authid;
      state_.members.count_of(member->identity.authid) >= most)
    return Refusal{wamp::error_uri::too_many_requests, "\"" + member->identity.authid + "\" has " +
                                                           std::to_string(most) + " sessions in realm \"" +
                                                           config_.name + "\", the most that it may have"};
  return Joined(&state_.add_member(std::move(member)), Leave{this});
}

Realm::Joined Realm::join_unseen(const SessionRef& session, std::shared_ptr<transport::Account> account) {
  static const Identity router{"wampd", "trusted", "local", "router"};
  const Lock lock(mutex_);
  auto member = std::make_unique<Member>(*branches_[session.worker], session, router, wamp::ClientFeatures(),
                                         authorizer_.nobody(), std::move(account), 0);
  return Joined(&state_.add_unseen(std::move(member)), Leave{this});
}

void Realm::ask(Member& unseen, const wamp::Call& question, RoutedPayload&& payload) {
  Grant allowed;
  allowed.allowed = true;
  const auto options = dealer::call_options(question.options, SIZE_MAX);
  assert(options);
  const auto asked = locked(unseen, [&] {
    return state_.dealer.call(unseen, question, *options, std::move(payload), allowed, state_.outbox);
  });
  assert(asked);
  static_cast<void>(asked);
}

void Realm::leave(Member& member) noexcept {
  turn([&] {
    if (member.present) state_.remove_member(member);
    state_.let_go(member);
  });
}

SteadyTime Realm::earlier_deadline() {
  const SteadyTime next = state_.dealer.next_deadline();
  if (next >= timer_) return SteadyTime::max();
  timer_ = next;
  return next;
}

inline Realm::Rest Realm::rest() {
  if (state_.work.has_left_some()) [[unlikely]]
    return {SteadyTime::max(), true};
  return {earlier_deadline(), false};
}

inline void Realm::follow_up(const Rest& rest) noexcept {
  if (rest.ring_at != SteadyTime::max()) [[unlikely]]
    ring_at(rest.ring_at);
  if (rest.is_work) [[unlikely]]
    begin_leftover_work();
}

void Realm::ring_at(SteadyTime time) noexcept {
  if (!ring_at_ || transport::has_memory_for([&] { ring_at_(time); })) return;
  const Lock lock(mutex_);
  timer_ = SteadyTime::max();
  state_.work.take_over();
}

void Realm::begin_leftover_work() noexcept {
  constexpr auto pause_without_memory = std::chrono::milliseconds(10);
  // It is none of the fault of the session whose request this was.
  if (!transport::has_memory_for([this] { do_leftover_work(); }))
    ring_at(state_.clock.now() + pause_without_memory);
}

void Realm::do_leftover_work() {
  // Longer than this the sessions of the same thread do not wait.
  constexpr auto patience = std::chrono::milliseconds(1);
  const SteadyTime end = state_.clock.now() + patience;
  for (bool is_more = true; is_more;) {
    SteadyTime ring = SteadyTime::max();
    {
      const Lock lock(mutex_);
      if (!state_.work.empty()) state_.work.go_on();
      is_more = !state_.work.empty();
      if (!is_more) ring = earlier_deadline();
    }
    if (ring != SteadyTime::max()) ring_at(ring);
    if (is_more && ring_at_ && state_.clock.now() >= end) return ring_at(end);
    if (is_more) std::this_thread::yield();  // others wait for the lock, and have to wake up first
  }
}

template <class F>
void Realm::turn(F change) {
  Lock lock(mutex_);
  state_.work.begin_turn();
  change();
  const Rest left = rest();
  lock.unlock();
  follow_up(left);
}

template <class F>
wamp::Result<void> Realm::locked(Member& member, F request) {
  Lock lock(mutex_);
  if (!member.present) return {};
  state_.work.begin_turn();
  wamp::Result<void> result = request();
  const Rest left = rest();
  lock.unlock();
  follow_up(left);
  return result;
}

void Realm::run_due() {
  turn([&] {
    timer_ = SteadyTime::max();
    state_.do_due();
    state_.work.take_over();
  });
  // No session of this thread has filled another worker's mailbox with that.
  static_cast<void>(Mailbox::take_overfilled());
}

void Realm::close() {
  ring_at_ = nullptr;
  do_leftover_work();
  state_.broker.close();
}

void Realm::on_alive(Member& member) {
  turn([&] {
    if (member.present) state_.dealer.on_alive(member, state_.outbox);
  });
}

void Realm::on_unclogged(Member& member) {
  turn([&] {
    if (member.present) state_.dealer.on_unclogged(member, state_.outbox);
  });
}

void Realm::on_room(Member& member, size_t bytes) {
  turn([&] {
    if (member.present) state_.dealer.on_room(member, bytes, state_.outbox);
  });
}

bool Realm::on_untaken(Member& member, const wamp::Message& part, bool too_much) {
  bool ended = false;
  turn([&] { ended = member.present && state_.dealer.on_untaken(member, part, too_much, state_.outbox); });
  return ended;
}

void Realm::on_taken(Member& member) {
  turn([&] {
    if (member.present) state_.dealer.on_taken(member, state_.outbox);
  });
}

void Realm::begin_drain() {
  const Lock lock(mutex_);
  state_.dealer.begin_drain();
}

bool Realm::is_busy(const Member& member) const {
  const Lock lock(mutex_);
  return member.calls.size() > 0 || member.invocations.size() > 0;
}

wamp::RequestId Realm::last_owed_invocation(const Member& member) const {
  const Lock lock(mutex_);
  const bool has_answered_all = member.answered_invocations == member.last_invocation.value;
  return has_answered_all ? wamp::RequestId() : member.last_invocation;
}

template <class Remembered>
std::optional<Refusal> Realm::check_remembered(Member& member, Remembered& remembered, Action action,
                                               std::string_view uri) const {
  if (remembered.uri == uri && !uri.empty()) return std::nullopt;
  Grant grant;
  auto refusal = check_request(config_, member, action, uri, wamp::MatchPolicy::exact, grant);
  if (refusal) return refusal;
  // What an authorizer has said is kept elsewhere, and not for ever.
  remembered = {{member.permissions->verdicts() ? "" : std::string(uri), grant, 0}, {}};
  return std::nullopt;
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

wamp::Result<void> Realm::refuse_options(Member& member, wamp::MessageType type, wamp::RequestId request,
                                         const wamp::ProtocolError& error, bool answered) {
  if (!error.is_refusable) return error;
  log::warning(log::Kind::loss, "session " + std::to_string(member.ref.session.value) +
                                    " sends what is refused: " + error.message);
  if (!answered) return {};
  return refuse(member, type, request, {wamp::error_uri::invalid_argument, error.message});
}

wamp::Result<void> Realm::deny(Member& member, Action action, wamp::MessageType type, wamp::RequestId request,
                               const Refusal& refusal) {
  member.branch.counters.denials.add(router::name(action), refusal.error_uri);
  return refuse(member, type, request, refusal);
}

wamp::Result<void> Realm::handle(Member& member, const wamp::Publish& message, const RoutedPayload& payload) {
  follow_rules(member);
  if (const auto refusal = check_remembered(member, member.publish_grant, Action::publish, message.topic)) {
    // Without acknowledgement the publisher waits for no answer, and clients take one for a protocol
    // violation.
    if (wants_acknowledgement(message))
      return deny(member, Action::publish, wamp::Publish::type, message.request, *refusal);
    member.branch.counters.denials.add(router::name(Action::publish), refusal->error_uri);
    return {};
  }
  static const broker::PublishOptions no_options{};
  if (message.options.empty()) return publish(member, message, payload, no_options);
  const auto options = broker::publish_options(message.options, member.limits());
  if (options) return publish(member, message, payload, *options);
  return refuse_options(member, message.type, message.request, options.error(),
                        wants_acknowledgement(message));
}

// A SUBSCRIBE brings what was kept before it, and its subscriber hears what is published after it.
wamp::Result<void> Realm::publish_kept(Member& member, const broker::Publication& publication,
                                       const TopicRoute& found) {
  return locked(member, [&]() -> wamp::Result<void> {
    broker::Broker& broker = state_.broker;
    const bool is_current = broker.generations().is_current(found.stamp);
    const TopicRoute now = is_current ? found : broker.find_route(publication.message.topic);
    broker.publish(publication, now.route.get(), state_.outbox);
    return {};
  });
}

wamp::Result<void> Realm::handle(Member& member, const wamp::Subscribe& message) {
  const auto match = requested_match(message.options, "SUBSCRIBE.Options");
  if (!match) return refuse_options(member, message.type, message.request, match.error());
  follow_rules(member);
  Grant grant;
  if (const auto refusal = check_request(config_, member, Action::subscribe, message.topic, *match, grant))
    return deny(member, Action::subscribe, wamp::Subscribe::type, message.request, *refusal);
  const auto options = broker::subscribe_options(message.options, member.limits());
  if (!options) return refuse_options(member, message.type, message.request, options.error());
  const auto policy = grant.slow_consumer.value_or(member.permissions->slow_consumer());
  return locked(member, [&]() -> wamp::Result<void> {
    state_.broker.subscribe(member, message, *match, *options, policy, state_.outbox);
    return {};
  });
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
  static const dealer::CallOptions no_options{};
  std::optional<wamp::Result<dealer::CallOptions>> options;
  if (!message.options.empty()) {
    options = dealer::call_options(message.options, member.limits().attribute_length);
    if (!*options) return refuse_options(member, message.type, message.request, options->error());
  }
  return locked(member, [&] {
    return state_.dealer.call(member, message, options ? **options : no_options, std::move(payload),
                              member.call_grant.grant, state_.outbox);
  });
}

wamp::Result<void> Realm::call_router(Member& member, const wamp::Call& message,
                                      const RoutedPayload& payload) {
  const meta::Procedure* procedure = has_meta_api() ? meta::find_procedure(message.procedure) : nullptr;
  if (!procedure)
    return refuse(
        member, wamp::Call::type, message.request,
        {wamp::error_uri::no_such_procedure, "the router has no procedure " + std::string(message.procedure) +
                                                 (has_meta_api() ? "" : " in this realm")});
  bool is_in_use = false;
  const auto looked = locked(member, [&]() -> wamp::Result<void> {
    is_in_use = dealer::Dealer::refuse_id_in_use(member, message.request, state_.outbox);
    return {};
  });
  if (!looked || is_in_use) return looked;
  const auto arguments =
      serializers::decode_arguments(payload.format, {payload.bytes(), payload.count}, member.value_limits());
  if (!arguments)
    return refuse(member, wamp::Call::type, message.request,
                  {wamp::error_uri::invalid_argument,
                   "the arguments of " + std::string(procedure->uri) + ": " + arguments.error().message});
  auto request = procedure->read({config_, member, *arguments});
  if (const auto* refusal = std::get_if<Refusal>(&request))
    return refuse(member, wamp::Call::type, message.request, *refusal);
  const meta::Answer answer = carry_out(member, std::get<meta::Request>(request));
  if (const auto* refusal = std::get_if<Refusal>(&answer))
    return refuse(member, wamp::Call::type, message.request, *refusal);
  const auto* make_result = std::get_if<meta::LargeResult>(&answer);
  RoutedPayload result =
      make_payload(make_result ? (*make_result)() : std::get<serializers::Arguments>(answer));
  return locked(member, [&]() -> wamp::Result<void> {
    state_.outbox.send(member.ref, wamp::CallResult{message.request, {}, {}}, std::move(result));
    return {};
  });
}

meta::Answer Realm::carry_out(Member& member, meta::Request& request) {
  for (;;) {
    // What a member that was removed in the meantime gets: nobody is there to read it.
    meta::Answer answer;
    const auto done = locked(member, [&]() -> wamp::Result<void> {
      answer = request(state_, member);
      return {};
    });
    assert(done);
    static_cast<void>(done);
    if (!std::holds_alternative<meta::Unfinished>(answer)) return answer;
    std::this_thread::yield();  // others wait for the lock, and have to wake up first
  }
}

wamp::Result<void> Realm::continue_call(Member& member, const wamp::Call& message, RoutedPayload&& payload) {
  return locked(member, [&] {
    return state_.dealer.continue_call(member, message, std::move(payload), config_.sequential_request_ids,
                                       state_.outbox);
  });
}

wamp::Result<void> Realm::handle(Member& member, const wamp::Cancel& message) {
  return locked(member, [&] { return state_.dealer.cancel(member, message, state_.outbox); });
}

wamp::Result<void> Realm::handle(Member& member, const wamp::Register& message) {
  const auto match = requested_match(message.options, "REGISTER.Options");
  if (!match) return refuse_options(member, message.type, message.request, match.error());
  follow_rules(member);
  Grant grant;
  if (const auto refusal =
          check_request(config_, member, Action::register_, message.procedure, *match, grant))
    return deny(member, Action::register_, wamp::Register::type, message.request, *refusal);
  const auto options = dealer::register_options(message.options);
  if (!options) return refuse_options(member, message.type, message.request, options.error());
  return locked(member, [&]() -> wamp::Result<void> {
    state_.dealer.register_procedure(member, message, *match, *options, grant, state_.outbox);
    return {};
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
  const Lock lock(mutex_);
  return {state_.members.size(), state_.broker.subscription_count(), state_.dealer.registrations().size(),
          state_.dealer.call_count(), state_.broker.retained_count()};
}

bool Realm::keeps_events() const {
  if (config_.store.type != config::Store::Type::memory || !config_.store.event_history.empty()) return true;
  const Lock lock(mutex_);
  return state_.broker.retained_count() > 0;
}

void RealmTotals::add(const Realm& realm) {
  realms.add(realm.counters());
  for (const auto& branch : realm.branches()) branches.add(branch->counters);
}

void keep_time_on(transport::Loop& loop, const std::shared_ptr<Realm>& realm) {
  const auto alarm = std::make_shared<transport::Alarm>(loop, [weak = std::weak_ptr(realm)] {
    if (const auto alive = weak.lock()) alive->run_due();
  });
  realm->set_timer([alarm](SteadyTime time) { alarm->ring_by(time); });
}

}  // namespace router
