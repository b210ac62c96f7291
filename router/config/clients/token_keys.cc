#include "router/config/clients/token_keys.h"

#include <algorithm>
#include <array>
#include <utility>

#include "crypto/web_key.h"
#include "router/config/wording.h"

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
    // As it is: a "$" in it is no variable's.
    const std::string& text = member->node().text;
    if (member->node().kind != JsonKind::string || !is_plain(text))
      member->fail("not a part of a JSON Web Key");
    json += (json.empty() ? "{\"" : ",\"") + std::string(name) + "\":\"" + text + "\"";
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
  source.faults.clear();
  const JsonNode document = parse_json(setting.secret(), source.name);
  const Setting set(document, source, "jwks");
  Setting::for_each(set.require("keys").some_elements(), [&](const Setting& key) {
    const auto use = key.find("use");
    if (!use || use->string() == "sig") keys.push_back(read_web_key(key));
  });
  auto& faults = setting.source().faults;
  faults.insert(faults.end(), source.faults.begin(), source.faults.end());
}

}  // namespace

std::vector<std::string> read_token_keys(const Setting& jwt) {
  std::vector<std::string> keys;
  const bool are_all_good = jwt.given("keys", [&](const Setting& list) {
    Setting::for_each(list.some_elements(),
                      [&](const Setting& element) { keys.push_back(read_key(element)); });
  }) && jwt.given("jwks", [&](const Setting& set) { read_key_set(set, keys); });
  if (keys.empty() && are_all_good) jwt.fail("needs \"keys\" or \"jwks\" that tokens are signed with");
  return keys;
}

}  // namespace router::config
