#include "router/realm/realm.h"

#include <cassert>
#include <chrono>
#include <thread>
#include <utility>

#include "router/base/log.h"
#include "transport/memory/has_memory_for.h"
#include "wamp/error_uris.h"

namespace router {
namespace {

std::vector<std::unique_ptr<Branch>> make_branches(size_t count, uint64_t seed,
                                                   const std::shared_ptr<transport::Account>& account) {
  std::vector<std::unique_ptr<Branch>> branches;
  for (size_t i = 0; i < count; ++i) branches.push_back(std::make_unique<Branch>(seed + 1 + i, account));
  return branches;
}

std::vector<std::unique_ptr<dealer::CallTable>> make_call_tables(size_t count, const Clock& clock) {
  std::vector<std::unique_ptr<dealer::CallTable>> tables;
  for (size_t i = 0; i < count; ++i) tables.push_back(std::make_unique<dealer::CallTable>(clock));
  return tables;
}

}  // namespace

Realm::Realm(const config::Realm& config, std::vector<Mailbox*> mailboxes, uint64_t seed, const Clock& clock,
             std::shared_ptr<const broker::KeptBytes> kept)
    : config_(config),
      branches_(make_branches(mailboxes.size(), seed, kept->account())),
      calls_(make_call_tables(mailboxes.size(), clock)),
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
  give_party(*member, last_invocation);
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
  give_party(*member, {});
  return Joined(&state_.add_unseen(std::move(member)), Leave{this});
}

void Realm::give_party(Member& member, wamp::RequestId last_invocation) {
  const dealer::Place place{member,        *calls_[member.ref.worker],
                            state_.outbox, state_.clock,
                            *this,         state_.dealer.registrations().routes(),
                            draining_};
  member.party = std::make_shared<dealer::Party>(place, last_invocation);
}

void Realm::ask(Member& unseen, const wamp::Call& question, RoutedPayload&& payload) {
  Grant allowed;
  allowed.allowed = true;
  const auto options = dealer::call_options(question.options, SIZE_MAX);
  assert(options);
  const auto asked = of_present(
      unseen, [&] { return unseen.party->caller.call(question, *options, std::move(payload), allowed); });
  assert(asked);
  static_cast<void>(asked);
}

void Realm::leave(Member& member) noexcept {
  turn([&] {
    if (member.present()) state_.remove_member(member);
  });
  calls_[member.ref.worker]->end(member.party->end);
}

void Realm::on_calls_ended(Member& member) noexcept {
  const Lock lock(mutex_);
  state_.let_go(member);
}

void Realm::run_due_calls(uint32_t worker) {
  calls_[worker]->run_due();
  // No session of this thread has filled another worker's mailbox with that.
  static_cast<void>(Mailbox::take_overfilled());
}

// ---- what the ends of calls ask

StampedRoute<dealer::ProcedureRoute> Realm::find_route(std::string_view procedure) {
  const Lock lock(mutex_);
  dealer::Registrations& registrations = state_.dealer.registrations();
  dealer::Registration* const found = registrations.match(procedure);
  return {found ? found->route() : nullptr, registrations.routes().stamp(procedure)};
}

std::shared_ptr<const dealer::ProcedureRoute> Realm::route_of(wamp::RegistrationId registration) {
  const Lock lock(mutex_);
  dealer::Registration* const found = state_.dealer.registrations().find(registration);
  return found && !found->callees.empty() ? found->route() : nullptr;
}

Realm::Wait Realm::wait_for_callee(const std::shared_ptr<dealer::WaitingCall>& call) {
  Wait wait{};
  turn([&] { wait = state_.dealer.wait_for_callee(call, state_.outbox); });
  return wait;
}

void Realm::stop_waiting(dealer::WaitingCall& call) noexcept {
  turn([&] { state_.dealer.stop_waiting(call); });
}

void Realm::give_to_waiting(wamp::RegistrationId registration) noexcept {
  turn([&] { state_.dealer.give_to_waiting(registration); });
}

bool Realm::is_awaited_by_others(const Member& callee, const std::set<wamp::SessionId>& receivers) {
  const Lock lock(mutex_);
  return state_.dealer.is_awaited_by_others(callee, receivers);
}

std::optional<Delivery> Realm::take(Member& member, Fenced&& fenced) {
  turn([&] {
    if (member.present()) state_.dealer.on_fenced(fenced, state_.outbox);
  });
  return std::optional<Delivery>(std::in_place, member.ref, std::move(fenced.unregistered), RoutedPayload());
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
  // It is none of the fault of the session whose request this was.
  if (!transport::has_memory_for([this] { do_leftover_work(); }))
    ring_at(state_.clock.now() + LeftoverWork::pause_without_memory);
}

void Realm::do_leftover_work() {
  const SteadyTime end = state_.clock.now() + LeftoverWork::most_at_a_time;
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
  wamp::Result<void> result;
  turn([&] {
    if (member.present()) result = request();
  });
  return result;
}

template <class F>
wamp::Result<void> Realm::of_present(Member& member, F request) {
  if (!member.present()) return {};
  wamp::Result<void> result = request();
  calls_[member.ref.worker]->ring_in_time();
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
  for (const auto& calls : calls_) {
    calls->ring_at = nullptr;
    calls->end_rest();
  }
  do_leftover_work();
  state_.broker.close();
}

void Realm::on_alive(Member& member) {
  turn([&] {
    if (member.present()) state_.dealer.on_alive(member, state_.outbox);
  });
}

void Realm::on_takes_calls(CalleeState& callee) noexcept {
  turn([&] { state_.dealer.on_takes_calls(callee); });
}

template <class Remembered>
std::optional<Refusal> Realm::check_remembered(Member& member, Remembered& remembered, Action action,
                                               std::string_view uri) const {
  if (remembered.uri == uri && !uri.empty()) return std::nullopt;
  Grant grant;
  auto refusal = check_request(config_, member, action, uri, wamp::MatchPolicy::exact, grant);
  if (refusal) return refusal;
  remembered = {};
  remembered.grant = grant;
  // What an authorizer has said is kept elsewhere, and not for ever.
  if (!member.permissions->verdicts()) remembered.uri = uri;
  return std::nullopt;
}

bool Realm::may_ask(const Member& member, Action action, std::string_view uri,
                    wamp::MatchPolicy match) const {
  return !check_uri(config_, member, action, uri, match);
}

wamp::Result<void> Realm::refuse(Member& member, wamp::MessageType type, wamp::RequestId request,
                                 const Refusal& refusal) {
  if (member.present()) state_.outbox.refuse(member.ref, type, request, refusal.error_uri, refusal.text);
  return {};
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
  return of_present(member, [&] {
    return member.party->caller.call(message, options ? **options : no_options, std::move(payload),
                                     member.call_grant.grant);
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
  if (member.party->caller.refuse_id_in_use(message.request)) return {};
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
  if (member.present())
    state_.outbox.send(member.ref, wamp::CallResult{message.request, {}, {}}, std::move(result));
  return {};
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
  return of_present(member, [&] {
    return member.party->caller.continue_call(message, std::move(payload), config_.sequential_request_ids);
  });
}

wamp::Result<void> Realm::handle(Member& member, const wamp::Cancel& message) {
  return of_present(member, [&] { return member.party->caller.cancel(message); });
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
  return of_present(member, [&] { return member.party->callee.yield(message, std::move(payload)); });
}

wamp::Result<void> Realm::handle(Member& member, const wamp::Error& message, RoutedPayload&& payload) {
  return of_present(member, [&] { return member.party->callee.error(message, std::move(payload)); });
}

Realm::Counts Realm::counts() const {
  uint64_t calls = 0;
  for (const auto& table : calls_) calls += table->in_flight.value();
  const Lock lock(mutex_);
  return {state_.members.size(), state_.broker.subscription_count(), state_.dealer.registrations().size(),
          calls, state_.broker.retained_count()};
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

}  // namespace router
