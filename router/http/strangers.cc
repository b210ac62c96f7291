#include "router/http/strangers.h"

#include <string>
#include <variant>

#include "crypto/crypto.h"
#include "router/auth/login_history.h"
#include "router/auth/proofs/token.h"
#include "router/http/client/credentials.h"
#include "router/http/forms/api_form.h"
#include "wamp/error_uris.h"

namespace router::http {
namespace {

// Nothing: only the login can tell.
std::optional<bool> are_right(const Credentials& credentials, const config::ApiPath& path, WallTime now) {
  if (credentials.secret.empty()) return true;  // whoever that is
  const config::AuthMethod& method = path.auth.find(credentials.method)->second;
  if (method.token)
    return std::holds_alternative<auth::Claims>(auth::read_token(credentials.secret, *method.token, now));
  if (method.authenticator) return std::nullopt;
  const auto principal = method.principals.find(credentials.authid);
  return principal != method.principals.end() &&
         crypto::equal_secrets(principal->second.secret, credentials.secret);
}

}  // namespace

transport::HttpResponse nobody_asks() {
  return problem(wamp::error_uri::authentication_required,
                 "expected \"Authorization: Bearer\" and a token of this path");
}

std::optional<transport::HttpResponse> refuse_stranger(const Entrance& entrance, const config::ApiPath& path,
                                                       const transport::HttpRequest& request,
                                                       size_t body_size) {
  const auto credentials = credentials_of(request, path);
  if (!credentials) return nobody_asks();
  const config::TransportLimits& limits = entrance.transport.limits;
  if (body_size <= limits.max_bytes_before_welcome) return std::nullopt;
  // From here on the answer tells whether a ticket is right: so this is as good as a login, and counts as
  // one.
  const bool can_be_guessed = credentials->method == "ticket";
  const auth::LoginAttempt attempt{credentials->authid, request.peer_address, {}};
  const SteadyTime now = entrance.clock.now();
  if (can_be_guessed && entrance.logins->locked_out(attempt, limits, now))
    return problem(wamp::error_uri::too_many_requests, "too many failed logins");
  const auto right = are_right(*credentials, path, entrance.clock.wall_time());
  if (right && *right) return std::nullopt;
  if (!right)
    return problem(wamp::error_uri::payload_size_exceeded,
                   "a body of more than " + std::to_string(limits.max_bytes_before_welcome) +
                       " bytes, of somebody who has not come in yet: see \"max_bytes_before_welcome\"");
  if (can_be_guessed) entrance.logins->fail(attempt, limits, now);
  return problem(wamp::error_uri::authentication_failed, "the ticket or token of the request is not valid");
}

}  // namespace router::http
