#include "router/member/request_check.h"

#include "router/base/log.h"
#include "router/config/wording.h"
#include "wamp/attributes.h"
#include "wamp/error_uris.h"

namespace router {

namespace {

using config::in_quotes;

// Why a session may not do that, for the log.
std::string decided_by(const RolePermissions& permissions, Action action, std::string_view uri,
                       wamp::MatchPolicy match) {
  if (permissions.verdicts()) return in_quotes(permissions.verdicts()->authorizer().procedure) + " says so";
  const auto decision = permissions.decide(action, uri, match);
  const std::string who =
      decision.rule ? "the rule at " + decision.rule->place + " decides" : "no rule matches";
  if (match == wamp::MatchPolicy::exact) return who;
  return "on " + in_quotes(decision.uri) + ", a part of it, " + who;
}

// `what` was refused to the member, and why.
void log_once(std::string_view realm, Member& member, Action action, std::string_view uri,
              const std::string& what, const std::string& why) {
  if (!member.denials.add(action, uri)) return;
  log::warning(log::Kind::denial,
               "session " + std::to_string(member.ref.session.value) + ": " + what + ": " + why +
                   (member.denials.is_full() ? "; further denials of this session are not logged" : ""),
               {{"event", "denial"},
                {"session", member.ref.session.value},
                {"realm", realm},
                {"authid", member.identity.authid},
                {"authrole", member.identity.authrole},
                {"peer", member.identity.peer},
                {"action", router::name(action)},
                {"uri", uri},
                {"reason", why}});
}

Refusal denied(std::string_view realm, Member& member, Action action, std::string_view uri,
               wamp::MatchPolicy match) {
  const std::string what =
      "role " + in_quotes(member.identity.authrole) + " may not " + wording(action, uri, match);
  log_once(realm, member, action, uri, what, decided_by(*member.permissions, action, uri, match));
  return {wamp::error_uri::not_authorized, what};
}

Refusal undecided(std::string_view realm, Member& member, Action action, std::string_view uri,
                  const std::string& failure) {
  const std::string what = "whether role \"" + member.identity.authrole + "\" may " +
                           std::string(router::name(action)) + " \"" + std::string(uri) +
                           "\" could not be found out";
  log_once(realm, member, action, uri, what,
           in_quotes(member.permissions->verdicts()->authorizer().procedure) + ": " + failure);
  return {wamp::error_uri::authorization_failed, what};
}

}  // namespace

wamp::Result<wamp::MatchPolicy> requested_match(const wamp::Dict& options, std::string_view where) {
  if (options.empty()) return wamp::MatchPolicy::exact;
  wamp::Attributes attributes(options, where);
  const std::string_view match = attributes.string("match").value_or("exact");
  if (attributes.error()) return *attributes.error();
  const auto policy = wamp::match_policy(match);
  if (!policy)
    return wamp::ProtocolError{std::string(where) + ".match: expected exact, prefix or wildcard", true};
  return *policy;
}

std::optional<Refusal> check_uri(const config::Realm& config, const Member& member, Action action,
                                 std::string_view uri, wamp::MatchPolicy match) {
  using namespace wamp::error_uri;
  const auto too_much = [](size_t is, const char* what, uint32_t most) {
    return Refusal{invalid_uri, "the URI has " + std::to_string(is) + " " + what + ", at most " +
                                    std::to_string(most) + " are allowed"};
  };
  if (uri.size() > member.limits().uri_length)
    return too_much(uri.size(), "bytes", member.limits().uri_length);
  if (const size_t components = wamp::component_count(uri); components > member.limits().uri_components)
    return too_much(components, "components", member.limits().uri_components);
  if (!wamp::is_valid_uri(uri, config.uri_check, match))
    return Refusal{invalid_uri, "\"" + std::string(uri) + "\" is not a valid URI for match policy \"" +
                                    std::string(wamp::name(match)) + "\""};
  if ((action == Action::register_ || action == Action::publish) && wamp::is_reserved_uri(uri))
    return Refusal{invalid_uri, "URIs that begin with \"wamp.\" are reserved"};
  return std::nullopt;
}

std::optional<Refusal> check_request(const config::Realm& config, Member& member, Action action,
                                     std::string_view uri, wamp::MatchPolicy match, Grant& grant) {
  if (auto refusal = check_uri(config, member, action, uri, match)) return refusal;
  if (member.permissions->verdicts()) {
    const auto& verdict = member.verdicts[static_cast<size_t>(action)];
    if (!verdict) return undecided(config.name, member, action, uri, "it was not asked");
    if (!verdict->failure.empty()) return undecided(config.name, member, action, uri, verdict->failure);
    grant = verdict->grant;
  } else {
    grant = member.permissions->authorize(action, uri, match);
  }
  if (!grant.allowed) return denied(config.name, member, action, uri, match);
  return std::nullopt;
}

std::optional<Refusal> check_kept_bytes(const Member& member, size_t more) {
  const uint64_t most = member.limits().kept_bytes_per_session;
  if (member.unseen || member.kept_bytes() + more <= most) return std::nullopt;
  return Refusal{wamp::error_uri::too_many_requests,
                 "for this session " + std::to_string(member.kept_bytes()) +
                     " bytes are kept, and no more than " + std::to_string(most) + " may be"};
}

}  // namespace router
