#include "router/request_check.h"

#include "router/log.h"
#include "wamp/error_uris.h"

namespace router {

namespace {

Refusal denied(Member& member, Action action, std::string_view uri) {
  const std::string what = "role \"" + member.identity.authrole + "\" may not " +
                           std::string(router::name(action)) + " \"" + std::string(uri) + "\"";
  if (member.denials.add(action, uri)) {
    const config::Permission* rule = member.permissions->deciding_rule(uri);
    log::warning("session " + std::to_string(member.ref.session.value) + ": " + what + ": " +
                 (rule ? "the rule at " + rule->place + " decides" : "no rule matches") +
                 (member.denials.is_full() ? "; further denials of this session are not logged" : ""));
  }
  return {wamp::error_uri::not_authorized, what};
}

}  // namespace

std::optional<Refusal> check_request(const config::Realm& config, Member& member, Action action,
                                     std::string_view uri, wamp::MatchPolicy match, Grant& grant) {
  using namespace wamp::error_uri;
  if (uri.size() > member.max_uri_length)
    return Refusal{invalid_uri, "the URI has " + std::to_string(uri.size()) + " bytes, the realm allows " +
                                    std::to_string(member.max_uri_length)};
  if (!wamp::is_valid_uri(uri, config.uri_check, match))
    return Refusal{invalid_uri, "\"" + std::string(uri) + "\" is not a valid URI for match policy \"" +
                                    std::string(wamp::name(match)) + "\""};
  if ((action == Action::register_ || action == Action::publish) && wamp::is_reserved_uri(uri))
    return Refusal{invalid_uri, "URIs that begin with \"wamp.\" are reserved"};
  grant = member.permissions->authorize(action, uri);
  if (!grant.allowed) return denied(member, action, uri);
  return std::nullopt;
}

}  // namespace router
