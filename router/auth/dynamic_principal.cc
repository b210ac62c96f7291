#include "router/auth/dynamic_principal.h"

#include <algorithm>

#include "crypto/crypto.h"
#include "text/hex.h"
#include "wamp/attributes.h"

namespace router::auth {

using namespace crypto;

namespace {

constexpr uint64_t max_iterations = 100'000'000;
constexpr uint64_t max_keylen = 1024;

// A key in hexadecimal; empty if it is not one.
std::string key(std::optional<std::string_view> hex) {
  return hex ? text::from_hex(*hex).value_or("") : "";
}

void read_text(wamp::Attributes& attributes, std::string_view name, std::string& target) {
  if (const auto text = attributes.string(name)) target = *text;
}

void read_number(wamp::Attributes& attributes, std::string_view name, uint64_t max, uint32_t& target) {
  if (const auto number = attributes.integer(name)) target = static_cast<uint32_t>(std::min(*number, max));
}

void read_credentials(wamp::Attributes& attributes, const std::string& method, config::Principal& principal) {
  read_text(attributes, "secret", principal.secret);
  read_text(attributes, "salt", principal.salt);
  read_number(attributes, "iterations", max_iterations, principal.iterations);
  read_number(attributes, "keylen", max_keylen, principal.keylen);
  read_number(attributes, "memory", UINT32_MAX, principal.memory);
  if (method == "scram") principal.salt = key(principal.salt);
  if (attributes.string("kdf").value_or("") == "pbkdf2") principal.kdf = config::Kdf::pbkdf2;
  principal.stored_key = key(attributes.string("stored-key"));
  principal.server_key = key(attributes.string("server-key"));
  if (const auto one = attributes.string("pubkey")) principal.public_keys.push_back(key(one));
  if (const auto* keys = attributes.string_list("authorized_keys"))
    for (const wamp::Value& hex : *keys) principal.public_keys.push_back(key(*hex.get<std::string>()));
}

}  // namespace

std::variant<config::Principal, std::string> read_principal(const wamp::Value& answer,
                                                            const std::string& method) {
  config::Principal principal;
  if (const auto* role = answer.get<std::string>()) {
    principal.role = *role;
    return principal;
  }
  const auto* dict = answer.get<wamp::Dict>();
  if (!dict) return "expected a role or a dictionary, got " + std::string(type_name(answer));
  wamp::Attributes attributes(*dict, "principal");
  read_text(attributes, "role", principal.role);
  read_text(attributes, "realm", principal.realm);
  read_text(attributes, "authid", principal.authid);
  if (const auto* extra = attributes.dict("extra")) principal.extra = *extra;
  read_credentials(attributes, method, principal);
  if (attributes.error()) return attributes.error()->message;
  if (method == "wampcra" && principal.secret.empty()) return "the principal has no \"secret\"";
  if (method == "scram" &&
      (principal.stored_key.size() != sha256_size || principal.server_key.size() != sha256_size))
    return "expected \"stored-key\" and \"server-key\" of 32 octets in hexadecimal";
  return principal;
}

}  // namespace router::auth
