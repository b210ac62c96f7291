#include "router/http/client/credentials.h"

#include <algorithm>
#include <string_view>

#include "crypto/crypto.h"
#include "serializers/serializer.h"
#include "text/base64.h"
#include "text/hex.h"
#include "transport/http/http_text.h"

namespace router::http {
namespace {

// An authid that no principal has: as any other it is challenged, and refused in the end. Each wrong ticket
// has one of its own, so that each of them counts as a failed login from that address.
std::string nobody(std::string_view ticket) {
  constexpr size_t enough = 8;
  return "-" + text::to_hex(crypto::sha256(ticket)).substr(0, enough);
}

// Of whom this is the ticket; takes as long whoever it is.
std::string owner_of_ticket(const config::AuthMethod& method, std::string_view ticket) {
  std::string owner = nobody(ticket);
  for (const auto& [authid, principal] : method.principals)
    if (crypto::equal_secrets(principal.secret, ticket)) owner = authid;
  return owner;
}

// What stands behind the scheme.
std::optional<std::string_view> value_for(std::string_view scheme, std::string_view header) {
  const size_t space = header.find(' ');
  if (space == header.npos || transport::in_small_letters(std::string(header.substr(0, space))) != scheme)
    return std::nullopt;
  header.remove_prefix(space);
  header.remove_prefix(std::min(header.find_first_not_of(' '), header.size()));
  return header;
}

wamp::Value client_roles() {
  const wamp::Dict caller{{"features", wamp::Dict{{"payload_passthru_mode", true},
                                                  {"progressive_call_results", true},
                                                  {"call_canceling", true},
                                                  {"call_timeout", true}}}};
  const wamp::Dict subscriber{{"features", wamp::Dict{{"pattern_based_subscription", true}}}};
  return wamp::Dict{{"caller", caller},
                    {"publisher", wamp::Dict{{"features", wamp::Dict{{"payload_passthru_mode", true}}}}},
                    {"subscriber", subscriber}};
}

}  // namespace

std::string Credentials::key() const {
  return secret.empty() ? "" : crypto::sha256(method + '\0' + authid + '\0' + secret);
}

std::string Credentials::hello() const {
  wamp::Dict details{{"roles", client_roles()}, {"authmethods", wamp::List{wamp::Value(method)}}};
  if (!authid.empty()) details.set("authid", authid);
  return serializers::encode(serializers::Format::json, wamp::Hello{realm, std::move(details)});
}

std::string Credentials::authenticate() const {
  return serializers::encode(serializers::Format::json, wamp::Authenticate{secret, {}});
}

std::optional<Credentials> credentials_of(const transport::HttpRequest& request,
                                          const config::ApiPath& path) {
  Credentials credentials{path.realm};
  if (!path.role.empty()) return credentials;
  const std::string_view header = request.header("authorization");
  const auto ticket = path.auth.find("ticket");
  if (const auto token = value_for("bearer", header); token && !token->empty()) {
    credentials.secret = *token;
    const bool is_jwt = path.auth.contains("jwt") &&
                        (ticket == path.auth.end() || std::count(token->begin(), token->end(), '.') == 2);
    credentials.method = is_jwt ? "jwt" : "ticket";
    if (!is_jwt && ticket == path.auth.end()) return std::nullopt;
    if (!is_jwt) credentials.authid = owner_of_ticket(ticket->second, *token);
    return credentials;
  }
  if (const auto basic = value_for("basic", header); basic && ticket != path.auth.end()) {
    const auto text = text::decode_base64(*basic);
    const size_t colon = text ? text->find(':') : std::string::npos;
    if (colon == std::string::npos) return std::nullopt;
    credentials.method = "ticket";
    credentials.authid = text->substr(0, colon);
    credentials.secret = text->substr(colon + 1);
    if (credentials.secret.empty()) return std::nullopt;
    return credentials;
  }
  if (!header.empty() || !path.auth.contains("anonymous")) return std::nullopt;
  return credentials;
}

}  // namespace router::http
