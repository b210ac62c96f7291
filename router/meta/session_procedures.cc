#include <algorithm>

#include "router/meta/call_arguments.h"
#include "router/meta/procedures.h"
#include "wamp/error_uris.h"
#include "wamp/uri.h"

// "Session Meta API".
namespace router::meta {
namespace session {
namespace {

using serializers::Arguments;

Refusal no_such_session(uint64_t id) {
  return {wamp::error_uri::no_such_session,
          "there is no other session " + std::to_string(id) + " in this realm"};
}

// The sessions whose role is in the optional first argument.
Answer filtered(RealmState& realm, const Arguments& arguments, wamp::Value (*answer)(wamp::List sessions)) {
  CallArguments read(arguments);
  const auto roles = read.optional_strings(0, "filter_authroles");
  if (read.refusal()) return *read.refusal();
  wamp::List sessions;
  realm.members.for_each([&](const Member& member) {
    if (!roles || std::find(roles->begin(), roles->end(), member.identity.authrole) != roles->end())
      sessions.emplace_back(member.ref.session.value);
  });
  return Arguments{{answer(std::move(sessions))}, {}};
}

Answer count(RealmState& realm, Member&, const Arguments& arguments) {
  return filtered(realm, arguments,
                  [](wamp::List sessions) { return wamp::Value(uint64_t{sessions.size()}); });
}

Answer list(RealmState& realm, Member&, const Arguments& arguments) {
  return filtered(realm, arguments, [](wamp::List sessions) { return wamp::Value(std::move(sessions)); });
}

Answer get(RealmState& realm, Member&, const Arguments& arguments) {
  CallArguments read(arguments);
  const uint64_t id = read.id(0, "session");
  if (read.refusal()) return *read.refusal();
  const Member* member = realm.members.find(wamp::SessionId(id));
  if (!member) return no_such_session(id);
  return Arguments{{session_details(*member)}, {}};
}

// How to end sessions, from the keyword arguments.
struct Farewell {
  std::string reason{wamp::close_uri::killed};
  std::optional<std::string> message;
};

Farewell farewell(CallArguments& read, std::optional<Refusal>& refusal) {
  Farewell chosen;
  if (const std::string* reason = read.optional_string("reason")) chosen.reason = *reason;
  if (const std::string* message = read.optional_string("message")) chosen.message = *message;
  refusal = read.refusal();
  if (!refusal && !wamp::is_valid_uri(chosen.reason, wamp::UriRule::loose))
    refusal = Refusal{wamp::error_uri::invalid_uri, "reason: not a valid URI"};
  return chosen;
}

Answer kill(RealmState& realm, Member& caller, const Arguments& arguments) {
  CallArguments read(arguments);
  std::optional<Refusal> refusal;
  const uint64_t id = read.id(0, "session");
  const Farewell goodbye = farewell(read, refusal);
  if (refusal) return *refusal;
  Member* member = realm.members.find(wamp::SessionId(id));
  if (!member || member == &caller) return no_such_session(id);
  realm.kill(*member, goodbye.reason, goodbye.message);
  return Arguments{};
}

// All but the caller whose attribute is the first argument. Null: the refusal says why.
std::optional<wamp::List> kill_by(RealmState& realm, const Member& caller, const Arguments& arguments,
                                  std::string_view what, std::string Identity::*attribute,
                                  std::optional<Refusal>& refusal) {
  CallArguments read(arguments);
  const std::string wanted = read.string(0, what);
  const Farewell goodbye = farewell(read, refusal);
  if (refusal) return std::nullopt;
  std::vector<Member*> chosen;
  realm.members.for_each([&](Member& member) {
    if (&member != &caller && member.identity.*attribute == wanted) chosen.push_back(&member);
  });
  wamp::List killed;
  for (Member* member : chosen) {
    killed.emplace_back(member->ref.session.value);
    realm.kill(*member, goodbye.reason, goodbye.message);
  }
  return killed;
}

Answer kill_by_authid(RealmState& realm, Member& caller, const Arguments& arguments) {
  std::optional<Refusal> refusal;
  auto killed = kill_by(realm, caller, arguments, "authid", &Identity::authid, refusal);
  if (!killed) return *refusal;
  return Arguments{{std::move(*killed)}, {}};
}

Answer kill_by_authrole(RealmState& realm, Member& caller, const Arguments& arguments) {
  std::optional<Refusal> refusal;
  const auto killed = kill_by(realm, caller, arguments, "authrole", &Identity::authrole, refusal);
  if (!killed) return *refusal;
  return Arguments{{uint64_t{killed->size()}}, {}};
}

Answer kill_all(RealmState& realm, Member& caller, const Arguments& arguments) {
  CallArguments read(arguments);
  std::optional<Refusal> refusal;
  const Farewell goodbye = farewell(read, refusal);
  if (refusal) return *refusal;
  return Arguments{{uint64_t{realm.kill_all_but(caller, goodbye.reason, goodbye.message)}}, {}};
}

wamp::Dict without(const wamp::Dict& dict, const wamp::Dict& keys) {
  wamp::Dict rest;
  for (const wamp::DictEntry& entry : dict)
    if (!keys.find(entry.key)) rest.append(entry.key, entry.value);
  return rest;
}

// Ours, after a router that has it: adds details to a session, or takes one away with null. Who a session is
// cannot be changed.
Answer modify_details(RealmState& realm, Member&, const Arguments& arguments) {
  constexpr size_t max_extra_details = 100;
  CallArguments read(arguments);
  const uint64_t id = read.id(0, "session");
  const wamp::Dict delta = read.dict(1, "details");
  if (read.refusal()) return *read.refusal();
  Member* member = realm.members.find(wamp::SessionId(id));
  if (!member) return no_such_session(id);
  for (const std::string_view fixed :
       {"session", "authid", "authrole", "authmethod", "authprovider", "transport"})
    if (delta.find(fixed))
      return Refusal{wamp::error_uri::invalid_argument,
                     "details: \"" + std::string(fixed) + "\" cannot be changed"};
  wamp::Dict changed = member->extra ? without(*member->extra, delta) : wamp::Dict();
  for (const wamp::DictEntry& entry : delta)
    if (!entry.value.is_null()) changed.set(entry.key, entry.value);
  if (changed.size() > max_extra_details)
    return Refusal{wamp::error_uri::too_many_requests,
                   "a session may have " + std::to_string(max_extra_details) + " details added"};
  member->extra = std::make_shared<const wamp::Dict>(std::move(changed));
  realm.outbox.order(member->ref, SessionOrder::Kind::know_details, member->extra);
  return Arguments{};
}

constexpr Procedure procedures[] = {
    {"wamp.session.count", count},
    {"wamp.session.list", list},
    {"wamp.session.get", get},
    {"wamp.session.kill", kill},
    {"wamp.session.kill_by_authid", kill_by_authid},
    {"wamp.session.kill_by_authrole", kill_by_authrole},
    {"wamp.session.kill_all", kill_all},
    {"wamp.session.modify_details", modify_details},
};

}  // namespace
}  // namespace session

std::span<const Procedure> session_procedures() {
  return session::procedures;
}

}  // namespace router::meta
