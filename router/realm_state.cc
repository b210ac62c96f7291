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
             std::move(kept)),
      dealer(dealer_limits(configuration.limits), ids, time, counters, broker) {}

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

void RealmState::remove_member(Member& member) {
  members.remove(member);
  if (member.unseen) return dealer.remove_member(member, outbox);
  broker.remove_member(member, outbox);
  dealer.remove_member(member, outbox);
  publish_testaments(member);
  broker.publish_meta("wamp.session.on_leave",
                      {{member.ref.session.value, member.identity.authid, member.identity.authrole}, {}},
                      outbox);
}

void RealmState::publish_testaments(Member& member) {
  // Sessions are not resumed, so both ends of one come at once ("Session Testament").
  for (auto* testaments : {&member.detached_testaments, &member.destroyed_testaments}) {
    for (Testament& testament : std::exchange(*testaments, {})) {
      wamp::Publish message;
      message.topic = testament.topic;
      // Its options were checked when it was made.
      const auto published = broker.publish(member, message, testament.payload, *testament.options,
                                            testament.grant, nullptr, outbox);
      assert(published);
      static_cast<void>(published);
    }
  }
}

void RealmState::send_goodbye(const Member& member, std::string_view reason,
                              const std::optional<std::string>& message) {
  wamp::Goodbye goodbye;
  if (message) goodbye.details.append("message", *message);
  goodbye.reason = reason;
  outbox.send(member.ref, std::move(goodbye));
}

void RealmState::kill(Member& member, std::string_view reason, const std::optional<std::string>& message) {
  remove_member(member);
  send_goodbye(member, reason, message);
}

void RealmState::kill_quietly(Member& member, std::string_view reason,
                              const std::optional<std::string>& message) {
  members.remove(member);
  broker.remove_member(member, outbox);
  dealer.remove_member(member, outbox);
  send_goodbye(member, reason, message);
}

}  // namespace router
