#include "router/config/clients/token_keys.h"

#include <algorithm>
#include <array>
#include <utility>

#include "router/config/wording.h"
#include "router/crypto/web_key.h"

namespace router::config {
namespace {

// What a key for signatures consists of (RFC 7518, section 6).
constexpr std::array<std::string_view, 9> members_of_keys = {"kty", "kid", "n", "e",  "crv",
                                                             "x",   "y",   "k", "alg"};

bool is_plain(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c != '"' && c != '\\'; });
}

std::string read_web_key(const Setting& setting) {
  std::string json;
  for (const std::string_view name : members_of_keys) {
    const auto member = setting.find(name);
    if (!member) continue;
    if (!is_plain(member->string())) member->fail("not a part of a JSON Web Key");
    json += (json.empty() ? "{\"" : ",\"") + std::string(name) + "\":\"" + member->string() + "\"";
  }
  if (!setting.find("kty")) setting.require("kty");
  return json + "}";
}

std::string read_key(const Setting& setting) {
  const std::string text = setting.secret();
  if (!text.starts_with("-----BEGIN")) return crypto::web_key_of_secret(text);
  auto key = crypto::web_key_of_pem(text);
  if (!key) setting.fail("expected a public key in PEM: RSA, or EC on P-256, P-384 or P-521");
  return *std::move(key);
}

void read_key_set(const Setting& setting, std::vector<std::string>& keys) {
  Source source = setting.source();
  source.name += ": jwks";
  const JsonNode document = parse_json(setting.secret(), source.name);
  const Setting set(document, source, "jwks");
  for (const Setting& key : set.require("keys").some_elements()) {
    const auto use = key.find("use");
    if (!use || use->string() == "sig") keys.push_back(read_web_key(key));
  }
}

}  // namespace

std::vector<std::string> read_token_keys(const Setting& jwt) {
  std::vector<std::string> keys;
  if (const auto list = jwt.find("keys"))
    for (const Setting& element : list->some_elements()) keys.push_back(read_key(element));
  if (const auto set = jwt.find("jwks")) read_key_set(*set, keys);
  if (keys.empty()) jwt.fail("needs \"keys\" or \"jwks\" that tokens are signed with");
  return keys;
}

}  // namespace router::config
