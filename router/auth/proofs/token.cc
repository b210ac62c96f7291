#include "router/auth/proofs/token.h"

#include <algorithm>
#include <memory>

#include <cjose/cjose.h>

#include "crypto/crypto.h"
#include "serializers/serializer.h"
#include "text/base64.h"
#include "transport/memory/freed_by.h"
#include "wamp/attributes.h"

namespace router::auth {
namespace {

constexpr size_t max_token = 16 * 1024;  // bytes

using Jws = transport::Freed<cjose_jws_t, cjose_jws_release>;
using Jwk = transport::Freed<cjose_jwk_t, cjose_jwk_release>;

// "RS256" may be verified by RSA keys only, and so on: a public key must never be taken for a shared secret.
bool fits(std::string_view algorithm, cjose_jwk_kty_t kind) {
  if (algorithm.starts_with("HS")) return kind == CJOSE_JWK_KTY_OCT;
  if (algorithm.starts_with("ES")) return kind == CJOSE_JWK_KTY_EC;
  return (algorithm.starts_with("RS") || algorithm.starts_with("PS")) && kind == CJOSE_JWK_KTY_RSA;
}

std::string header(const Jws& jws, const char* name) {
  const char* text = cjose_header_get(cjose_jws_get_protected(jws.get()), name, nullptr);
  return text ? text : "";
}

// All of it: cjose tells values of some kinds only.
std::optional<wamp::Dict> header_of(std::string_view token) {
  const auto text = text::from_base64url(token.substr(0, token.find('.')));
  if (!text) return std::nullopt;
  auto value = serializers::decode_json(*text);
  auto* header = value ? value->get<wamp::Dict>() : nullptr;
  return header ? std::optional(std::move(*header)) : std::nullopt;
}

bool is_signed_by(const Jws& jws, const std::string& json_key) {
  const Jwk key(cjose_jwk_import(json_key.data(), json_key.size(), nullptr));
  if (!key || !fits(header(jws, CJOSE_HDR_ALG), cjose_jwk_get_kty(key.get(), nullptr))) return false;
  const char* key_id = cjose_jwk_get_kid(key.get(), nullptr);
  const std::string wanted = header(jws, CJOSE_HDR_KID);
  if (key_id && !wanted.empty() && wanted != key_id) return false;
  return cjose_jws_verify(jws.get(), key.get(), nullptr);
}

// NumericDate: seconds, perhaps with a fraction.
std::optional<WallTime> time_of(const wamp::Value* value) {
  if (!value) return std::nullopt;
  constexpr double max_seconds = 9e9;  // what the system clock can count, in nanoseconds
  const auto* whole = value->get<int64_t>();
  const auto* fraction = value->get<double>();
  if (!whole && !fraction) return WallTime();  // not a time: long ago
  const double seconds = whole ? static_cast<double>(*whole) : *fraction;
  return WallTime(std::chrono::seconds(static_cast<int64_t>(std::clamp(seconds, 0.0, max_seconds))));
}

bool names_audience(const wamp::Value* value, const std::string& wanted) {
  if (!value) return false;
  if (const auto* list = value->get<wamp::List>())
    return std::find(list->begin(), list->end(), wamp::Value(wanted)) != list->end();
  return *value == wamp::Value(wanted);
}

std::string text_of(const wamp::Dict& claims, const std::string& name) {
  const wamp::Value* value = claims.find(name);
  const auto* text = value ? value->get<std::string>() : nullptr;
  return text ? *text : "";
}

std::variant<Claims, std::string> check_claims(wamp::Dict all, const config::TokenRules& rules,
                                               WallTime now) {
  const auto leeway = std::chrono::seconds(rules.leeway_s);
  Claims claims;
  claims.expires = time_of(all.find("exp"));
  if (!claims.expires && rules.require_expiry) return "the token does not say when it expires (\"exp\")";
  if (claims.expires && *claims.expires + leeway <= now) return "the token has expired";
  if (const auto begin = time_of(all.find("nbf")); begin && *begin - leeway > now)
    return "the token is not valid yet";
  if (!rules.issuer.empty() && text_of(all, "iss") != rules.issuer) return "the token has another issuer";
  if (!rules.audience.empty() && !names_audience(all.find("aud"), rules.audience))
    return "the token is for another audience";
  claims.authid = text_of(all, rules.authid_claim);
  if (claims.authid.empty()) return "the token has no claim \"" + rules.authid_claim + "\"";
  claims.role = text_of(all, rules.role_claim);
  claims.realm = text_of(all, rules.realm_claim);
  claims.all = std::move(all);
  return claims;
}

bool is_base64url(std::string_view text) {
  const auto belongs = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !text.empty() && text.size() % 4 != 1 && std::all_of(text.begin(), text.end(), belongs);
}

// Header, claims and signature (RFC 7515, 3.1). cjose asserts what it should refuse.
bool is_compact(std::string_view token) {
  for (int part = 1; part < 3; ++part) {
    const size_t dot = token.find('.');
    if (dot == token.npos || !is_base64url(token.substr(0, dot))) return false;
    token.remove_prefix(dot + 1);
  }
  return is_base64url(token);
}

}  // namespace

std::variant<Claims, std::string> read_token(std::string_view token, const config::TokenRules& rules,
                                             WallTime now) {
  if (token.size() > max_token) return "the token is longer than " + std::to_string(max_token) + " bytes";
  if (!is_compact(token)) return "not a signed token in compact form";
  const Jws jws(cjose_jws_import(token.data(), token.size(), nullptr));
  if (!jws) return "not a signed token in compact form";
  const bool is_signed = std::any_of(rules.keys.begin(), rules.keys.end(),
                                     [&jws](const std::string& key) { return is_signed_by(jws, key); });
  if (!is_signed) return "the token is signed by none of the keys";
  const auto header = header_of(token);
  if (!header) return "the token's header is no JSON object";
  // None is known, so there is none that a token may demand (RFC 7515, 4.1.11).
  if (header->find("crit")) return "the token demands extensions (\"crit\"), and none is known";
  uint8_t* bytes = nullptr;
  size_t size = 0;
  if (!cjose_jws_get_plaintext(jws.get(), &bytes, &size, nullptr)) return "the token is empty";
  auto value = serializers::decode_json({reinterpret_cast<const char*>(bytes), size});
  auto* all = value ? value->get<wamp::Dict>() : nullptr;
  if (!all) return "the token's claims are no JSON object";
  return check_claims(std::move(*all), rules, now);
}

}  // namespace router::auth
