// What a realm's lock guards: its members, its broker, its dealer, and where their messages go.
//
// Pure, like broker and dealer. Owned by the Realm, which outlives the members' sessions; the configuration,
// the authorizer and the clock outlive it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "router/broker/broker.h"
#include "router/clock.h"
#include "router/config/config.h"
#include "router/counters.h"
#include "router/dealer/dealer.h"
#include "router/id_source.h"
#include "router/members.h"
#include "router/outbox.h"

namespace router {

struct RealmState {
  RealmState(const config::Realm& configuration, const Authorizer& roles, std::vector<Mailbox*> mailboxes,
             uint64_t seed, const Clock& time, std::shared_ptr<const broker::KeptBytes> kept);

  // The configuration's limits are other ones now.
  void follow_limits();
  // The member is one from now on, and those who want to know are told.
  Member& add_member(std::unique_ptr<Member> member);
  // Everything that the member held is gone afterwards, its testaments are published, and those who want to
  // know are told. The Member itself stays until its session lets go of it.
  void remove_member(Member& member);
  // Removes it, and its session says GOODBYE.
  void kill(Member& member, std::string_view reason, const std::optional<std::string>& message);
  // The same, and nobody is told ("wamp.session.kill_all").
  void kill_quietly(Member& member, std::string_view reason, const std::optional<std::string>& message);

  const config::Realm& config;
  const Authorizer& authorizer;
  const Clock& clock;
  IdSource ids;
  Outbox outbox;
  RealmCounters counters;
  Members members;
  broker::Broker broker;
  dealer::Dealer dealer;

 private:
  void send_goodbye(const Member& member, std::string_view reason, const std::optional<std::string>& message);
  // On whichever thread removes the member: uses nothing of its session's.
  void publish_testaments(Member& member);
};

// What the session meta API tells of a session.
wamp::Dict session_details(const SessionRef& ref, const Identity& identity, const wamp::Dict* extra);

}  // namespace router
