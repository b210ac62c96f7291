#include "router/realm/realm.h"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <thread>
#include <utility>

#include "router/base/log.h"
#include "router/base/reserved_uri.h"
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

config::Realm without_what_changes(config::Realm config) {
  config.roles.clear();
  config.limits = {};
  return config;
}

std::vector<std::unique_ptr<dealer::CallTable>> make_call_tables(size_t count, const Clock& clock) {
  std::vector<std::unique_ptr<dealer::CallTable>> tables;
  for (size_t i = 0; i < count; ++i) tables.push_back(std::make_unique<dealer::CallTable>(clock));
  return tables;
}

}  // namespace

Realm::Realm(const config::Realm& config, std::vector<Mailbox*> mailboxes, uint64_t seed, const Clock& clock,
             std::shared_ptr<const broker::KeptBytes> kept)
    : config_(without_what_changes(config)),
      clock_(clock),
      outbox_(mailboxes),
      branches_(make_branches(mailboxes.size(), seed, kept->account())),
      calls_(make_call_tables(mailboxes.size(), clock)),
      insight_{config.name, clock, clock.wall_time(), branches_, calls_, {}, {}, {}},
      state_(config, outbox_, seed, clock, counters_.unmade_events, std::move(kept)),
      topics_(state_.broker.generations()),
      procedures_(state_.dealer.registrations().routes()) {}

bool Realm::has_role(std::string_view name) const {
  const Lock lock(mutex_);
  return state_.authorizer.role(name) != nullptr;
}

bool Realm::keeps_history_of(std::string_view topic, std::string_view match) const {
  const auto& kept = config_.store.event_history;
  return std::any_of(kept.begin(), kept.end(), [&](const config::EventHistory& history) {
    return history.uri == topic && wamp::name(history.match) == match;
  });
}

void Realm::set_rules(Seat& seat, Member& member) const {
  auto permissions = state_.authorizer.role(seat.identity->authrole);
  member.permissions = permissions ? std::move(permissions) : state_.authorizer.nobody();
  seat.permissions = member.permissions;
  seat.rules_version = rules_version_.load(std::memory_order_relaxed);
}

void Realm::follow_new_rules(Seat& seat) {
  const Lock lock(mutex_);
  set_rules(seat, state_.members.of(seat));
  seat.call_grant = {};
  seat.publish_grant = {};
  seat.denials = {};
}

std::vector<std::string> Realm::configure(const config::Realm& next) {
  Authorizer authorizer(next.roles, next.limits);  // the old one ends without the lock
  {
    const Lock lock(mutex_);
    std::swap(state_.authorizer, authorizer);
    state_.set_limits(next.limits);
    rules_version_.fetch_add(1, std::memory_order_release);
  }
  sweep_taps();
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
  const MemberFacts facts(session, std::move(identity), features, std::move(account), room_for_calls);
  facts.numbers->joined_us.set(static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(clock_.wall_time().time_since_epoch()).count()));
  const std::shared_ptr<Seat> seat = make_seat(facts, last_invocation);
  auto member = std::make_unique<Member>(facts, nullptr);
  member->seat = seat;
  const SendingLock lock(mutex_);
  set_rules(*seat, *member);
  // That the id is taken is as likely as being struck by a comet; the client tries again.
  if (state_.members.size() >= state_.limits.sessions || !state_.members.is_free(session.session))
    return Refusal{wamp::error_uri::too_many_requests, "realm \"" + config_.name + "\" is full"};
  if (const uint32_t most = member->limits().sessions_per_authid;
      state_.members.count_of(facts.identity->authid) >= most)
    return Refusal{wamp::error_uri::too_many_requests, "\"" + facts.identity->authid + "\" has " +
                                                           std::to_string(most) + " sessions in realm \"" +
                                                           config_.name + "\", the most that it may have"};
  state_.add_member(std::move(member));
  return Joined(seat.get(), Leave{this});
}

Realm::Joined Realm::join_unseen(const SessionRef& session, std::shared_ptr<transport::Account> account) {
  const MemberFacts facts(session, own_identity(), wamp::ClientFeatures(), std::move(account), 0,
                          MemberKind::question);
  return join_unseen(facts, nullptr, {});
}

Realm::Joined Realm::join_unseen(const MemberFacts& facts, std::shared_ptr<const RolePermissions> permissions,
                                 wamp::RequestId last_invocation) {
  const std::shared_ptr<Seat> seat = make_seat(facts, last_invocation);
  auto member = std::make_unique<Member>(facts, nullptr);
  member->seat = seat;
  const SendingLock lock(mutex_);
  if (!permissions) permissions = state_.authorizer.nobody();
  seat->permissions = member->permissions = std::move(permissions);
  state_.add_unseen(std::move(member));
  return Joined(seat.get(), Leave{this});
}

std::shared_ptr<Seat> Realm::make_seat(const MemberFacts& facts, wamp::RequestId last_invocation) {
  auto seat = std::make_shared<Seat>(facts, *branches_[facts.ref.worker]);
  const dealer::Place place{*seat, *calls_[facts.ref.worker], outbox_, clock_, *this, procedures_, draining_};
  seat->party = std::make_shared<dealer::Party>(place, last_invocation);
  return seat;
}

void Realm::ask(Seat& unseen, const wamp::Call& question, RoutedPayload&& payload) {
  Grant allowed;
  allowed.allowed = true;
  const auto options = dealer::call_options(question.options, SIZE_MAX);
  assert(options);
  const auto asked = of_present(
      unseen, [&] { return unseen.party->caller.call(question, *options, std::move(payload), allowed); });
  assert(asked);
  static_cast<void>(asked);
}

void Realm::leave(Seat& seat) noexcept {
  turn([&](RealmState& state) {
    if (seat.present()) state.remove_member(state.members.of(seat));
  });
  if (forget_aside_ && !seat.waiting.empty()) forget_aside_(seat.ref.session);
  calls_[seat.ref.worker]->end(seat.party->end);
}

void Realm::on_calls_ended(Seat& seat) noexcept {
  std::shared_ptr<void> ended;  // without the lock
  const SendingLock lock(mutex_);
  ended = state_.let_go(state_.members.of(seat));
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

StampedRoute<dealer::ProcedureRoute> Realm::find_route_here(std::string_view registered,
                                                            wamp::MatchPolicy match) {
  const Lock lock(mutex_);
  dealer::Registrations& registrations = state_.dealer.registrations();
  dealer::Registration* const found = registrations.find(registered, match);
  return {found && !found->callees.empty() ? found->route_here() : nullptr,
          registrations.routes().stamp(registered)};
}

std::shared_ptr<const dealer::ProcedureRoute> Realm::route_of(wamp::RegistrationId registration,
                                                              bool only_here) {
  const Lock lock(mutex_);
  dealer::Registration* const found = state_.dealer.registrations().find(registration);
  if (!found || !found->has_callees()) return nullptr;
  return only_here ? found->route_here() : found->route();
}

Realm::Wait Realm::wait_for_callee(const std::shared_ptr<dealer::WaitingCall>& call) {
  Wait wait{};
  turn([&](RealmState& state) { wait = state.dealer.wait_for_callee(call, state.outbox); });
  return wait;
}

void Realm::stop_waiting(dealer::WaitingCall& call) noexcept {
  turn([&](RealmState& state) { state.dealer.stop_waiting(call); });
}

void Realm::give_to_waiting(wamp::RegistrationId registration) noexcept {
  turn([&](RealmState& state) { state.dealer.give_to_waiting(registration); });
}

bool Realm::is_awaited_by_others(const Seat& callee, const std::set<wamp::SessionId>& receivers) {
  const Lock lock(mutex_);
  return state_.dealer.is_awaited_by_others(state_.members.of(callee), receivers);
}

void Realm::on_fenced(Seat& seat, const Fenced& fenced) {
  locked(seat, [&](RealmState& state, Member&) { state.dealer.on_fenced(fenced, state.outbox); });
}

Realm::Rest Realm::rest() {
  if (state_.work.has_left_some()) [[unlikely]]
    return {SteadyTime::max(), true};
  return {state_.earlier_deadline(), false};
}

void Realm::follow_up(const Rest& rest) noexcept {
  if (rest.ring_at != SteadyTime::max()) [[unlikely]]
    ring_at(rest.ring_at);
  if (rest.is_work) [[unlikely]]
    begin_leftover_work();
}

void Realm::ring_at(SteadyTime time) noexcept {
  if (!ring_at_ || transport::has_memory_for([&] { ring_at_(time); })) return;
  const Lock lock(mutex_);
  state_.forget_timer();
}

void Realm::begin_leftover_work() noexcept {
  // It is none of the fault of the session whose request this was.
  if (!transport::has_memory_for([this] { do_leftover_work(); }))
    ring_at(clock_.now() + LeftoverWork::pause_without_memory);
}

void Realm::do_leftover_work() {
  const SteadyTime end = clock_.now() + LeftoverWork::most_at_a_time;
  for (bool is_more = true; is_more;) {
    SteadyTime ring = SteadyTime::max();
    {
      const SendingLock lock(mutex_);
      if (!state_.work.empty()) state_.work.go_on();
      is_more = !state_.work.empty();
      if (!is_more) ring = state_.earlier_deadline();
    }
    if (ring != SteadyTime::max()) ring_at(ring);
    if (is_more && ring_at_ && clock_.now() >= end) return ring_at(end);
    if (is_more) std::this_thread::yield();  // others wait for the lock, and have to wake up first
  }
}

template <class F>
wamp::Result<void> Realm::of_present(Seat& seat, F request) {
  return seat.present() ? request() : wamp::Result<void>();
}

void Realm::run_due() {
  turn([](RealmState& state) {
    state.forget_timer();
    state.do_due();
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
  broker::EventStore* store = nullptr;
  {
    const Lock lock(mutex_);
    store = state_.broker.store();
  }
  if (store) store->close();
}

void Realm::on_alive(Seat& seat) {
  locked(seat, [](RealmState& state, Member& holder) { state.dealer.on_alive(holder, state.outbox); });
}

void Realm::on_takes_calls(CalleeState& callee) noexcept {
  turn([&](RealmState& state) { state.dealer.on_takes_calls(callee); });
}

template <class Remembered>
std::optional<Refusal> Realm::check_remembered(Seat& seat, Remembered& remembered, Action action,
                                               std::string_view uri) const {
  if (remembered.uri == uri && !uri.empty()) return std::nullopt;
  Grant grant;
  auto refusal = check_request(config_, seat, action, uri, wamp::MatchPolicy::exact, grant);
  if (refusal) return refusal;
  remembered = {};
  remembered.grant = grant;
  // What an authorizer has said is kept elsewhere, and not for ever.
  if (!seat.permissions->verdicts()) remembered.uri = uri;
  return std::nullopt;
}

bool Realm::may_ask(const Seat& seat, Action action, std::string_view uri, wamp::MatchPolicy match) const {
  return !check_uri(config_, seat, action, uri, match);
}

wamp::Result<void> Realm::refuse(Seat& seat, wamp::MessageType type, wamp::RequestId request,
                                 const Refusal& refusal) {
  if (seat.present()) outbox_.refuse(seat.ref, type, request, refusal);
  return {};
}

wamp::Result<void> Realm::refuse_options(Seat& seat, wamp::MessageType type, wamp::RequestId request,
                                         const wamp::ProtocolError& error, bool answered) {
  if (!error.is_refusable) return error;
  log::warning(log::Kind::loss, "session " + std::to_string(seat.ref.session.value) +
                                    " sends what is refused: " + error.message);
  if (!answered) return {};
  return refuse(seat, type, request, {wamp::error_uri::invalid_argument, error.message});
}

wamp::Result<void> Realm::deny(Seat& seat, Action action, wamp::MessageType type, wamp::RequestId request,
                               const Refusal& refusal) {
  seat.branch.counters.denials.add(router::name(action), refusal.error_uri);
  return refuse(seat, type, request, refusal);
}

wamp::Result<void> Realm::handle(Seat& seat, const wamp::Publish& message, const RoutedPayload& payload) {
  follow_rules(seat);
  if (const auto refusal = check_remembered(seat, seat.publish_grant, Action::publish, message.topic)) {
    count_refused(seat, message.topic);
    // Without acknowledgement the publisher waits for no answer, and clients take one for a protocol
    // violation.
    if (wants_acknowledgement(message))
      return deny(seat, Action::publish, wamp::Publish::type, message.request, *refusal);
    seat.branch.counters.denials.add(router::name(Action::publish), refusal->error_uri);
    return {};
  }
  static const broker::PublishOptions no_options{};
  if (message.options.empty()) return publish(seat, message, payload, no_options);
  const auto options = broker::publish_options(message.options, seat.limits());
  if (options) return publish(seat, message, payload, *options);
  count_refused(seat, message.topic);
  return refuse_options(seat, message.type, message.request, options.error(), wants_acknowledgement(message));
}

// A SUBSCRIBE brings what was kept before it, and its subscriber hears what is published after it.
wamp::Result<void> Realm::publish_kept(Seat& seat, const broker::Publication& publication,
                                       const TopicRoute& found) {
  auto answer = broker::Broker::Answer::now;
  locked(seat, [&](RealmState& state, Member&) {
    broker::Broker& broker = state.broker;
    const bool is_current = broker.generations().is_current(found.stamp);
    const TopicRoute now = is_current ? found : broker.find_route(publication.message.topic);
    answer = broker.publish(publication, now.route.get(), state.outbox);
  });
  if (answer == broker::Broker::Answer::when_stored)
    seat.waiting.add(wamp::Publish::type, publication.message.request);
  if (answer == broker::Broker::Answer::refused) count_refused(seat, publication.message.topic);
  return {};
}

wamp::Result<void> Realm::handle(Seat& seat, const wamp::Subscribe& message) {
  const auto match = requested_match(message.options, "SUBSCRIBE.Options");
  if (!match) return refuse_options(seat, message.type, message.request, match.error());
  follow_rules(seat);
  Grant grant;
  auto refusal = check_request(config_, seat, Action::subscribe, message.topic, *match, grant);
  if (!refusal && is_reserved_uri(message.topic) &&
      !insight_.taps.may_subscribe(message.topic, seat.ref.session))
    refusal = Refusal{wamp::error_uri::not_authorized, "only who has started a tap may subscribe to it"};
  if (refusal) return deny(seat, Action::subscribe, wamp::Subscribe::type, message.request, *refusal);
  const auto options = broker::subscribe_options(message.options, seat.limits());
  if (!options) return refuse_options(seat, message.type, message.request, options.error());
  const auto policy = grant.slow_consumer.value_or(seat.permissions->slow_consumer());
  bool waits = false;
  locked(seat, [&](RealmState& state, Member& subscriber) {
    waits = state.broker.subscribe(subscriber, message, *match, *options, policy, state.outbox);
  });
  if (waits) seat.waiting.add(wamp::Subscribe::type, message.request);
  return {};
}

wamp::Result<void> Realm::handle(Seat& seat, const wamp::Unsubscribe& message) {
  locked(seat, [&](RealmState& state, Member& subscriber) {
    state.broker.unsubscribe(subscriber, message, state.outbox);
  });
  return {};
}

wamp::Result<void> Realm::handle(Seat& seat, const wamp::Call& message, RoutedPayload&& payload) {
  follow_rules(seat);
  if (const auto refusal = check_remembered(seat, seat.call_grant, Action::call, message.procedure))
    return deny(seat, Action::call, wamp::Call::type, message.request, *refusal);
  // A registered pattern as broad as "" must not catch what is reserved for the router.
  if (is_reserved_uri(message.procedure)) return call_router(seat, message, payload);
  const auto call = [&](const dealer::CallOptions& options) {
    return of_present(seat, [&] {
      return seat.party->caller.call(message, options, std::move(payload), seat.call_grant.grant);
    });
  };
  static const dealer::CallOptions no_options{};
  if (message.options.empty()) return call(no_options);
  const auto options = dealer::call_options(message.options, seat.limits().attribute_length);
  return options ? call(*options) : refuse_options(seat, message.type, message.request, options.error());
}

wamp::Result<void> Realm::continue_call(Seat& seat, const wamp::Call& message, RoutedPayload&& payload) {
  return of_present(seat, [&] {
    return seat.party->caller.continue_call(message, std::move(payload), config_.sequential_request_ids);
  });
}

wamp::Result<void> Realm::handle(Seat& seat, const wamp::Cancel& message) {
  return of_present(seat, [&] { return seat.party->caller.cancel(message); });
}

wamp::Result<void> Realm::handle(Seat& seat, const wamp::Register& message) {
  const auto match = requested_match(message.options, "REGISTER.Options");
  if (!match) return refuse_options(seat, message.type, message.request, match.error());
  follow_rules(seat);
  Grant grant;
  if (const auto refusal = check_request(config_, seat, Action::register_, message.procedure, *match, grant))
    return deny(seat, Action::register_, wamp::Register::type, message.request, *refusal);
  const auto options = dealer::register_options(message.options);
  if (!options) return refuse_options(seat, message.type, message.request, options.error());
  bool waits = false;
  locked(seat, [&](RealmState& state, Member& callee) {
    waits = state.dealer.register_procedure(callee, message, *match, *options, grant, state.outbox);
  });
  if (waits) seat.waiting.add(wamp::Register::type, message.request);
  return {};
}

wamp::Result<void> Realm::handle(Seat& seat, const wamp::Unregister& message) {
  locked(seat,
         [&](RealmState& state, Member& callee) { state.dealer.unregister(callee, message, state.outbox); });
  return {};
}

wamp::Result<void> Realm::handle(Seat& seat, const wamp::Yield& message, RoutedPayload&& payload) {
  return of_present(seat, [&] { return seat.party->callee.yield(message, std::move(payload)); });
}

wamp::Result<void> Realm::handle(Seat& seat, const wamp::Error& message, RoutedPayload&& payload) {
  return of_present(seat, [&] { return seat.party->callee.error(message, std::move(payload)); });
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
