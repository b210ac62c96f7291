#include "router/realm_state.h"

#include <algorithm>
#include <utility>

#include "router/broker/sqlite_store.h"
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
      outbox.refuse(request.to, wamp::Publish::type, request.request, wamp::error_uri::unavailable,
                    "the event was delivered, but could not be stored");
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

RealmState::RealmState(const config::Realm& configuration, const Authorizer& roles,
                       std::vector<Mailbox*> mailboxes, uint64_t seed, const Clock& time,
                       std::shared_ptr<const broker::KeptBytes> kept)
    : config(configuration),
      authorizer(roles),
      clock(time),
      ids(seed),
      outbox(std::move(mailboxes)),
      broker(configuration, ids, time, broker::open_store(configuration, time, answer_publishers(outbox)),
             work, std::move(kept)),
      dealer(dealer_limits(configuration.limits), ids, time, counters, broker, work) {}

void RealmState::follow_limits() {
  broker.set_limits(config.limits);
  dealer.set_limits(dealer_limits(config.limits));
}

Member& RealmState::add_member(std::unique_ptr<Member> joined) {
  Member& member = members.add(std::move(joined));
  broker.publish_meta("wamp.session.on_join", {{session_details(member.ref, member.identity, nullptr)}, {}},
                      outbox);
  return member;
}

void RealmState::begin_removal(Member& member, Removal removal, std::optional<wamp::Goodbye> farewell) {
  members.remove(member);
  if (farewell) outbox.send(member.ref, *std::move(farewell));
  work.add([this, &member, removal = std::move(removal)]() mutable { return remove_some(member, removal); });
}

bool RealmState::remove_some(Member& member, Removal& removal) {
  if (!broker.remove_some(member, removal.from, outbox) || !dealer.remove_some(member, removal.from, outbox))
    return false;
  if (removal.is_told && !member.unseen) {
    if (!publish_testaments(member, removal)) return false;
    broker.publish_meta("wamp.session.on_leave",
                        {{member.ref.session.value, member.identity.authid, member.identity.authrole}, {}},
                        outbox);
  }
  member.gone = true;
  if (member.let_go) members.destroy(member);
  return true;
}

bool RealmState::publish_testaments(Member& member, Removal& removal) {
  constexpr size_t steps_each = 10;
  // Sessions are not resumed, so both ends of one come at once ("Session Testament").
  const size_t detached = member.detached_testaments.size();
  const size_t all = detached + member.destroyed_testaments.size();
  for (; removal.testaments < all; ++removal.testaments) {
    if (!work.take_steps(steps_each)) return false;
    const size_t at = removal.testaments;
    const Testament testament = std::move(at < detached ? member.detached_testaments[at]
                                                        : member.destroyed_testaments[at - detached]);
    wamp::Publish message;
    message.topic = testament.topic;
    // Its options were checked when it was made.
    const auto published = broker.publish(member, message, testament.payload, *testament.options,
                                          testament.grant, nullptr, outbox);
    assert(published);
    static_cast<void>(published);
  }
  return true;
}

void RealmState::let_go(Member& member) {
  member.let_go = true;
  if (member.gone) members.destroy(member);
}

void RealmState::kill(Member& member, std::string_view reason, const std::optional<std::string>& message) {
  begin_removal(member, {true}, goodbye(reason, message));
}

void RealmState::kill_quietly(Member& member, std::string_view reason,
                              const std::optional<std::string>& message) {
  begin_removal(member, {false}, goodbye(reason, message));
}

void RealmState::do_due() {
  if (std::exchange(is_doing_due_, true)) return;
  work.add([this] {
    is_doing_due_ = !do_some_due();
    return !is_doing_due_;
  });
}

bool RealmState::do_some_due() {
  const SteadyTime now = clock.now();
  if (!dealer.end_late_calls(now, outbox)) return false;
  while (work.take_steps()) {
    Member* const silent = dealer.take_silent_holder(now);
    if (!silent) return true;
    if (silent->present && !dealer.has_answered(*silent))
      kill(*silent, wamp::close_uri::killed, "no sign of life, and another session wants a procedure");
  }
  return false;
}

}  // namespace router
