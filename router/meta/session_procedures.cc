#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "router/member/event_filter.h"
#include "router/memory/value_bytes.h"
#include "router/meta/call_arguments.h"
#include "router/meta/id_lists.h"
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

// The ids of the sessions whose role is in the optional first argument.
template <class Result>
Reading filtered(const Asked& asked, Result result) {
  CallArguments read(asked.arguments);
  auto names = read.optional_strings(0, "filter_authroles");
  if (read.refusal()) return *read.refusal();
  std::optional<SortedSet<std::string>> roles;
  if (names) roles.emplace(std::move(*names));
  return [roles = std::move(roles), result, from = uint64_t{0}, ids = Ids()](RealmState& realm,
                                                                             Member&) mutable -> Answer {
    from = realm.members.visit_some(from, [&](const Member& member) {
      if (!roles || roles->contains(member.identity->authrole)) ids.push_back(member.ref.session.value);
    });
    if (from != 0) return Unfinished();
    return result(std::move(ids));
  };
}

Reading count(const Asked& asked) {
  return filtered(asked, [](const Ids& ids) -> Answer { return Arguments{{uint64_t{ids.size()}}, {}}; });
}

Reading list(const Asked& asked) {
  return filtered(asked, [](Ids ids) { return list_of(std::move(ids)); });
}

Reading get(const Asked& asked) {
  CallArguments read(asked.arguments);
  const uint64_t id = read.id(0, "session");
  if (read.refusal()) return *read.refusal();
  return [id](RealmState& realm, Member&) -> Answer {
    const Member* member = realm.members.find(wamp::SessionId(id));
    if (!member) return no_such_session(id);
    return LargeResult([ref = member->ref, identity = member->identity, extra = member->extra] {
      return Arguments{{session_details(ref, *identity, extra.get())}, {}};
    });
  };
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

Reading kill(const Asked& asked) {
  CallArguments read(asked.arguments);
  std::optional<Refusal> refusal;
  const uint64_t id = read.id(0, "session");
  const Farewell goodbye = farewell(read, refusal);
  if (refusal) return *refusal;
  return [id, goodbye](RealmState& realm, Member& caller) -> Answer {
    Member* member = realm.members.find(wamp::SessionId(id));
    if (!member || member == &caller) return no_such_session(id);
    realm.kill(*member, goodbye.reason, goodbye.message);
    return Arguments{};
  };
}

// kill(realm, member) for all that are chosen but the caller; then the ids of the killed.
template <class IsChosen, class Kill, class Result>
Request kill_some(IsChosen is_chosen, Kill kill_one, Result result) {
  return [is_chosen, kill_one, result, from = uint64_t{0}, killed = Ids()](RealmState& realm,
                                                                           Member& caller) mutable -> Answer {
    std::vector<Member*> chosen;
    from = realm.members.visit_some(from, [&](Member& member) {
      if (&member != &caller && is_chosen(member)) chosen.push_back(&member);
    });
    for (Member* member : chosen) {
      killed.push_back(member->ref.session.value);
      kill_one(realm, *member);
    }
    if (from != 0) return Unfinished();
    return result(std::move(killed));
  };
}

Answer number_of(const Ids& killed) {
  return Arguments{{uint64_t{killed.size()}}, {}};
}

// Those whose attribute is the first argument.
template <class Result>
Reading kill_by(const Asked& asked, std::string_view what, std::string Identity::*attribute, Result result) {
  CallArguments read(asked.arguments);
  std::optional<Refusal> refusal;
  const std::string wanted = read.string(0, what);
  const Farewell goodbye = farewell(read, refusal);
  if (refusal) return *refusal;
  return kill_some(
      [wanted, attribute](const Member& member) { return (*member.identity).*attribute == wanted; },
      [goodbye](RealmState& realm, Member& member) { realm.kill(member, goodbye.reason, goodbye.message); },
      result);
}

Reading kill_by_authid(const Asked& asked) {
  return kill_by(asked, "authid", &Identity::authid, [](Ids killed) { return list_of(std::move(killed)); });
}

Reading kill_by_authrole(const Asked& asked) {
  return kill_by(asked, "authrole", &Identity::authrole, number_of);
}

Reading kill_all(const Asked& asked) {
  CallArguments read(asked.arguments);
  std::optional<Refusal> refusal;
  const Farewell goodbye = farewell(read, refusal);
  if (refusal) return *refusal;
  return kill_some([](const Member&) { return true; },
                   [goodbye](RealmState& realm, Member& member) {
                     realm.kill_quietly(member, goodbye.reason, goodbye.message);
                   },
                   number_of);
}

// What a session is given beside its identity, and what is taken from it. In dictionaries by key: a client
// chooses how many there are.
struct Changes {
  std::map<std::string, wamp::Value> given;
  std::set<std::string> taken;

  explicit Changes(const wamp::Dict& delta) {
    for (const wamp::DictEntry& entry : delta) {
      if (!entry.value.is_null())
        given[entry.key] = entry.value;
      else
        taken.insert(entry.key);
    }
    for (const auto& [key, value] : given) taken.erase(key);
  }
  bool concern(const std::string& key) const { return given.contains(key) || taken.contains(key); }
  // What comes of it.
  wamp::Dict made_to(const wamp::Dict* present) const {
    wamp::Dict next;
    if (present)
      for (const wamp::DictEntry& entry : *present)
        if (!concern(entry.key)) next.append(entry.key, entry.value);
    for (const auto& [key, value] : given) next.append(key, value);
    return next;
  }
};

Answer change_details(RealmState& realm, Member& member, const Changes& changes) {
  const config::SessionLimits& limits = member.limits();
  const auto too_many = [&limits] {
    return Refusal{wamp::error_uri::too_many_requests,
                   "a session may have " + std::to_string(limits.added_details) + " details added"};
  };
  if (changes.given.size() > limits.added_details) return too_many();
  wamp::Dict next = changes.made_to(member.extra.get());
  if (next.size() > limits.added_details) return too_many();
  if (wamp::byte_size(next) > limits.options_bytes)
    return Refusal{wamp::error_uri::too_many_requests, "the details added to a session may have " +
                                                           std::to_string(limits.options_bytes) + " bytes"};
  const size_t bytes = allocated(next);
  if (auto full = check_kept_bytes(member, limits, bytes)) return *full;
  member.extra = std::make_shared<const wamp::Dict>(std::move(next));
  member.extra_charge.set(bytes);
  realm.outbox.order(member.ref, SessionOrder::Kind::know_details, member.extra);
  return Arguments{};
}

// Ours, after a router that has it: adds details to a session, or takes one away with null. Who a session is
// cannot be changed.
Reading modify_details(const Asked& asked) {
  CallArguments read(asked.arguments);
  const uint64_t id = read.id(0, "session");
  const Changes changes(read.dict(1, "details"));
  if (read.refusal()) return *read.refusal();
  for (const std::string fixed : {"session", "authid", "authrole", "authmethod", "authprovider", "transport"})
    if (changes.concern(fixed))
      return Refusal{wamp::error_uri::invalid_argument, "details: \"" + fixed + "\" cannot be changed"};
  return [id, changes](RealmState& realm, Member&) -> Answer {
    Member* member = realm.members.find(wamp::SessionId(id));
    if (!member) return no_such_session(id);
    return change_details(realm, *member, changes);
  };
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
