#include "router/member/request_check.h"

#include "router/base/clock.h"
#include "router/base/log.h"
#include "router/base/reserved_uri.h"
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
  const std::string who = decision.rule ? "the rule at " + decision.rule->place + " decides"
                                        : std::string(wording_of_no_rule(decision.uri));
  if (match == wamp::MatchPolicy::exact) return who;
  return "on " + in_quotes(decision.uri) + ", a part of it, " + who;
}

// `what` was refused to the session, and why.
void log_once(std::string_view realm, Seat& seat, Action action, std::string_view uri,
              const std::string& what, const std::string& why) {
  if (!seat.denials.add(action, uri)) return;
  seat.branch.denials.add({SystemClock().wall_time(), seat.ref.session.value, seat.identity->authid,
                           seat.identity->authrole, seat.identity->peer, action, std::string(uri), why});
  log::warning(log::Kind::denial,
               "session " + std::to_string(seat.ref.session.value) + ": " + what + ": " + why +
                   (seat.denials.is_full() ? "; further denials of this session are not logged" : ""),
               {{"event", "denial"},
                {"session", seat.ref.session.value},
                {"realm", realm},
                {"authid", seat.identity->authid},
                {"authrole", seat.identity->authrole},
                {"peer", seat.identity->peer},
                {"action", router::name(action)},
                {"uri", uri},
                {"reason", why}});
}

Refusal denied(std::string_view realm, Seat& seat, Action action, std::string_view uri,
               wamp::MatchPolicy match) {
  const std::string what =
      "role " + in_quotes(seat.identity->authrole) + " may not " + wording(action, uri, match);
  log_once(realm, seat, action, uri, what, decided_by(*seat.permissions, action, uri, match));
  return {wamp::error_uri::not_authorized, what};
}

Refusal undecided(std::string_view realm, Seat& seat, Action action, std::string_view uri,
                  const std::string& failure) {
  const std::string what = "whether role \"" + seat.identity->authrole + "\" may " +
                           std::string(router::name(action)) + " \"" + std::string(uri) +
                           "\" could not be found out";
  log_once(realm, seat, action, uri, what,
           in_quotes(seat.permissions->verdicts()->authorizer().procedure) + ": " + failure);
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

std::optional<Refusal> check_uri(const config::Realm& config, const Seat& seat, Action action,
                                 std::string_view uri, wamp::MatchPolicy match) {
  using namespace wamp::error_uri;
  const auto too_much = [](size_t is, const char* what, uint32_t most) {
    return Refusal{invalid_uri, "the URI has " + std::to_string(is) + " " + what + ", at most " +
                                    std::to_string(most) + " are allowed"};
  };
  if (uri.size() > seat.limits().uri_length) return too_much(uri.size(), "bytes", seat.limits().uri_length);
  if (const size_t components = wamp::component_count(uri); components > seat.limits().uri_components)
    return too_much(components, "components", seat.limits().uri_components);
  if (!wamp::is_valid_uri(uri, config.uri_check, match))
    return Refusal{invalid_uri, "\"" + std::string(uri) + "\" is not a valid URI for match policy \"" +
                                    std::string(wamp::name(match)) + "\""};
  if ((action == Action::register_ || action == Action::publish) && is_reserved_uri(uri))
    return Refusal{invalid_uri, "URIs that begin with \"wamp.\" or \"wampd.\" are reserved"};
  return std::nullopt;
}

std::optional<Refusal> check_request(const config::Realm& config, Seat& seat, Action action,
                                     std::string_view uri, wamp::MatchPolicy match, Grant& grant) {
  if (auto refusal = check_uri(config, seat, action, uri, match)) return refusal;
  if (seat.permissions->verdicts()) {
    const Verdict* const verdict = seat.verdicts.find(action);
    if (!verdict) return undecided(config.name, seat, action, uri, "it was not asked");
    if (!verdict->failure.empty()) return undecided(config.name, seat, action, uri, verdict->failure);
    grant = verdict->grant;
  } else {
    grant = seat.permissions->authorize(action, uri, match);
  }
  if (!grant.allowed) return denied(config.name, seat, action, uri, match);
  if (grant.slow_call_ms == Grant::as_realm) grant.slow_call_ms = seat.limits().slow_call_ms;
  return std::nullopt;
}

std::optional<Refusal> check_kept_bytes(const MemberFacts& member, const config::SessionLimits& limits,
                                        size_t more) {
  const uint64_t most = limits.kept_bytes_per_session;
  if (member.unseen || member.kept_bytes() + more <= most) return std::nullopt;
  return Refusal{wamp::error_uri::too_many_requests,
                 "for this session " + std::to_string(member.kept_bytes()) +
                     " bytes are kept, and no more than " + std::to_string(most) + " may be"};
}

}  // namespace router
