#include "router/directory/realm_state.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "router/store/sqlite_store.h"
#include "transport/memory/has_memory_for.h"
#include "wamp/error_uris.h"

namespace router {
namespace {

dealer::DealerLimits dealer_limits(const config::RealmLimits& limits) {
  return {.registrations = limits.registrations,
          .wildcard_shapes = limits.wildcard_shapes,
          .waiting_calls_per_registration = limits.waiting_calls_per_registration,
          .callees_per_registration = limits.callees_per_registration,
          .probe_timeout_ms = limits.probe_timeout_ms};
}

// `outbox` outlives the broker, and with it the store.
broker::SqliteStore::Answer answer_publishers(Outbox& outbox) {
  return [&outbox](const broker::Acknowledgement& request, bool stored) {
    if (stored)
      outbox.send(request.to, wamp::Published{request.request, request.publication});
    else
      outbox.refuse(request.to, wamp::Publish::type, request.request,
                    {wamp::error_uri::unavailable, "the event was delivered, but could not be stored"});
  };
}

wamp::Goodbye goodbye(std::string_view reason, const std::optional<std::string>& message) {
  wamp::Goodbye goodbye;
  if (message) goodbye.details.append("message", *message);
  goodbye.reason = reason;
  return goodbye;
}

}  // namespace

wamp::Dict session_details(const SessionRef& ref, const Identity& identity, const wamp::Dict* extra) {
  wamp::Dict details{{"session", ref.session.value},
                     {"authid", identity.authid},
                     {"authrole", identity.authrole},
                     {"authmethod", identity.authmethod},
                     {"authprovider", identity.authprovider}};
  if (!identity.peer.empty()) details.set("transport", wamp::Dict{{"peer", identity.peer}});
  // modify_details sees to it that none of these is in there.
  if (extra)
    for (const wamp::DictEntry& entry : *extra) details.append(entry.key, entry.value);
  return details;
}

RealmState::RealmState(const config::Realm& config, Outbox& where, uint64_t seed, const Clock& time,
                       transport::Counter& lost, std::shared_ptr<const broker::KeptBytes> kept)
    : authorizer(config.roles, config.limits),
      limits(config.limits),
      outbox(where),
      clock(time),
      ids(seed),
      broker(config, ids, time, broker::open_store(config, time, answer_publishers(where)), work, lost,
             std::move(kept)),
      dealer(dealer_limits(config.limits), ids, time, broker, work) {}

void RealmState::set_limits(const config::RealmLimits& next) {
  limits = next;
  broker.set_limits(limits);
  dealer.set_limits(dealer_limits(limits));
}

void RealmState::set_neighbours(std::shared_ptr<Neighbours> neighbours, std::chrono::milliseconds patience) {
  neighbourhood = std::make_unique<Neighbourhood>(Neighbourhood{std::move(neighbours), patience});
  broker.set_neighbourhood(*neighbourhood);
  dealer.set_neighbourhood(*neighbourhood);
}

void RealmState::stop_waiting() noexcept {
  neighbourhood->is_leaving = true;
  do_due();
}

void RealmState::on_name_granted(const MatchedUriView& procedure, Ticket ticket,
                                 uint64_t incarnation) noexcept {
  transport::has_memory_for([&] { dealer.on_name_granted(procedure, ticket, incarnation); });
}

void RealmState::on_name_refused(const MatchedUriView& procedure, Ticket ticket,
                                 dealer::InvocationPolicy by) noexcept {
  if (transport::has_memory_for([&] { dealer.on_name_refused(procedure, ticket, by, outbox); }))
    do_answered();
}

void RealmState::on_confirmed(Ticket ticket) noexcept {
  neighbourhood->confirmed = std::max(neighbourhood->confirmed, ticket);
  do_answered();
}

void RealmState::do_answered() noexcept {
  if (!std::exchange(is_doing_answered_, true)) work.add(answered_work_);
}

bool RealmState::do_some_answered() {
  if (!broker.decide_some_awaited(outbox) || !dealer.decide_some_of_names(outbox)) return false;
  is_doing_answered_ = false;
  return true;
}

class RealmState::Removal final : public LeftoverWork::Work {
 public:
  Removal(RealmState& state, Member& member) : state_(state), member_(member) {}

 private:
  bool go_on() override;
  bool publish_testaments();

  RealmState& state_;
  Member& member_;
  uint64_t from_ = 0;      // in the table that is emptied
  size_t testaments_ = 0;  // that are published
};

bool RealmState::Removal::go_on() {
  if (!state_.broker.remove_some(member_, from_, state_.outbox) ||
      !state_.dealer.remove_some(member_, from_, state_.outbox))
    return false;
  if (!member_.leaves_quietly && !member_.unseen) {
    if (!publish_testaments()) return false;
    state_.broker.publish_meta(
        "wamp.session.on_leave",
        [this] {
          const Identity& identity = *member_.identity;
          return serializers::Arguments{{member_.ref.session.value, identity.authid, identity.authrole}, {}};
        },
        state_.outbox);
  }
  member_.gone = true;
  if (member_.let_go) state_.members.destroy(member_);
  return true;
}

bool RealmState::Removal::publish_testaments() {
  constexpr size_t steps_each = 10;
  // Sessions are not resumed, so both ends of one come at once ("Session Testament").
  const size_t detached = member_.detached_testaments.size();
  const size_t all = detached + member_.destroyed_testaments.size();
  while (testaments_ < all) {
    if (!state_.work.take_steps(steps_each)) return false;
    const size_t at = testaments_++;
    const Testament testament = std::move(at < detached ? member_.detached_testaments[at]
                                                        : member_.destroyed_testaments[at - detached]);
    state_.broker.publish_if_there_is_memory([&] {
      wamp::Publish message;
      message.topic = testament.topic;
      // Its options were checked when it was made.
      const broker::Publication publication(member_, message, testament.payload, *testament.options,
                                            testament.grant, wamp::PublicationId(state_.ids.next()));
      const auto found = state_.broker.find_route(testament.topic);
      state_.broker.publish(publication, found.route.get(), state_.outbox);
    });
  }
  return true;
}

Member& RealmState::add_member(std::unique_ptr<Member> joined) {
  joined->removal = std::make_unique<Removal>(*this, *joined);
  Member& member = members.add(std::move(joined));
  broker.publish_meta(
      "wamp.session.on_join",
      [&member] {
        return serializers::Arguments{{session_details(member.ref, *member.identity, nullptr)}, {}};
      },
      outbox);
  return member;
}

Member& RealmState::add_unseen(std::unique_ptr<Member> joined) {
  assert(joined->unseen);
  joined->removal = std::make_unique<Removal>(*this, *joined);
  return members.add_unseen(std::move(joined));
}

void RealmState::remove_member(Member& member) noexcept {
  members.remove(member);
  work.add(*member.removal);
}

std::shared_ptr<void> RealmState::let_go(Member& member) noexcept {
  std::shared_ptr<void> seat = std::move(member.seat);
  member.let_go = true;
  if (member.gone) members.destroy(member);
  return seat;
}

void RealmState::kill(Member& member, std::string_view reason, const std::optional<std::string>& message) {
  outbox.send(member.ref, goodbye(reason, message));
  remove_member(member);
}

void RealmState::kill_quietly(Member& member, std::string_view reason,
                              const std::optional<std::string>& message) {
  outbox.send(member.ref, goodbye(reason, message));
  member.leaves_quietly = true;
  remove_member(member);
}

SteadyTime RealmState::earlier_deadline() noexcept {
  const SteadyTime next = std::min(dealer.next_deadline(), broker.next_deadline());
  if (next >= timer_) return SteadyTime::max();
  timer_ = next;
  return next;
}

void RealmState::forget_timer() noexcept {
  timer_ = SteadyTime::max();
  work.take_over();
}

void RealmState::do_due() noexcept {
  if (!std::exchange(is_doing_due_, true)) work.add(due_work_);
}

bool RealmState::do_some_due() {
  const SteadyTime now = clock.now();
  while (work.take_steps()) {
    if (neighbourhood && (broker.end_one_overdue(now, outbox) || dealer.end_one_overdue(now, outbox)))
      continue;
    const auto silent = dealer.silent_holder(now);
    if (!silent.holder) {
      is_doing_due_ = false;
      return true;
    }
    if (silent.holder->present() && !dealer.has_answered(*silent.holder))
      kill(*silent.holder, wamp::close_uri::killed, "no sign of life, and another session wants a procedure");
    dealer.pass(silent);
  }
  return false;
}

}  // namespace router
