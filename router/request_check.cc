#include "router/request_check.h"

#include "wamp/error_uris.h"

namespace router {

std::optional<Refusal> check_request(const config::Realm& config, const Member& member, Action action,
                                     std::string_view uri, wamp::MatchPolicy match, Grant& grant) {
  using namespace wamp::error_uri;
  if (uri.size() > config.limits.uri_length)
    return Refusal{invalid_uri, "the URI has " + std::to_string(uri.size()) + " bytes, the realm allows " +
                                    std::to_string(config.limits.uri_length)};
  if (!wamp::is_valid_uri(uri, config.uri_check, match))
    return Refusal{invalid_uri, "\"" + std::string(uri) + "\" is not a valid URI for match policy \"" +
                                    std::string(wamp::name(match)) + "\""};
  if ((action == Action::register_ || action == Action::publish) && wamp::is_reserved_uri(uri))
    return Refusal{invalid_uri, "URIs that begin with \"wamp.\" are reserved"};
  grant = member.permissions.authorize(action, uri);
  if (!grant.allowed)
    return Refusal{not_authorized, "role \"" + member.identity.authrole + "\" may not " +
                                       std::string(router::name(action)) + " \"" + std::string(uri) + "\""};
  return std::nullopt;
}

}  // namespace router
