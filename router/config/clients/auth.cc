#include "router/config/clients/auth.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "crypto/crypto.h"
#include "router/config/clients/token_keys.h"
#include "router/config/wording.h"
#include "text/hex.h"
#include "transport/http/http_text.h"

namespace router::config {
namespace {

constexpr int64_t max_iterations = 100'000'000;
constexpr int64_t max_keylen = 1024;
constexpr int64_t max_memory_kib = int64_t{4} * 1024 * 1024;
constexpr int64_t max_timeout_ms = 60'000;
constexpr int64_t max_leeway_s = 3600;
constexpr int64_t min_cookie = 6, max_cookie = 64;  // characters, as Crossbar has it
constexpr uint32_t good_cookie = 16;                // shorter ones can be guessed
constexpr int64_t ten_years_s = int64_t{10} * 365 * 24 * 3600;
constexpr size_t sha1_size = 20;

std::string read_role(const Setting& setting, const RoleNames& roles) {
  const std::string& role = setting.some_string();
  if (!roles.contains(role) && setting.source().are_roles_known)
    setting.fail("no realm has a role " + in_quotes(role) +
                 did_you_mean(role, Words(roles.begin(), roles.end())));
  return role;
}

double read_double(const Setting& setting) {
  const std::string& digits = setting.node().text;
  double value = 0;
  if (std::from_chars(digits.data(), digits.data() + digits.size(), value).ec != std::errc())
    setting.fail("expected a number that a double can hold");
  return value;
}

// "extra" as it goes to the client.
wamp::Value value_of(const Setting& setting) {
  const JsonNode& node = setting.node();
  switch (node.kind) {
    case JsonKind::null:
      return {};
    case JsonKind::boolean:
      return node.boolean;
    case JsonKind::string:
      return node.text;
    case JsonKind::number:
      return node.text.find_first_of(".eE") == std::string::npos
                 ? wamp::Value(setting.integer(INT64_MIN, INT64_MAX))
                 : wamp::Value(read_double(setting));
    case JsonKind::array: {
      wamp::List list;
      for (const Setting& element : setting.elements()) list.push_back(value_of(element));
      return list;
    }
    case JsonKind::object: {
      wamp::Dict dict;
      for (const Setting& member : setting.members()) dict.append(member.key(), value_of(member));
      return dict;
    }
  }
  return {};
}

// Octets in hexadecimal.
std::string read_hex(const Setting& setting, size_t size) {
  auto bytes = text::from_hex(setting.secret());
  if (!bytes || (size > 0 && bytes->size() != size))
    setting.fail("expected " + (size > 0 ? std::to_string(size) + " octets" : std::string("octets")) +
                 " in hexadecimal");
  return *std::move(bytes);
}

void read_ticket(const Setting& setting, Principal& principal) {
  principal.secret = setting.require("ticket").secret();
}

void read_wampcra(const Setting& setting, Principal& principal) {
  setting.required("secret", [&](const Setting& secret) { principal.secret = secret.secret(); });
  setting.given("salt", [&](const Setting& salt) { principal.salt = salt.secret(); });
  read_integer(setting, "iterations", principal.iterations, 1, max_iterations);
  read_integer(setting, "keylen", principal.keylen, 1, max_keylen);
}

void read_scram(const Setting& setting, Principal& principal) {
  setting.required("salt", [&](const Setting& salt) { principal.salt = read_hex(salt, 0); });
  setting.required("stored-key",
                   [&](const Setting& key) { principal.stored_key = read_hex(key, crypto::sha256_size); });
  setting.required("server-key",
                   [&](const Setting& key) { principal.server_key = read_hex(key, crypto::sha256_size); });
  setting.required("iterations", [&](const Setting& iterations) {
    principal.iterations = static_cast<uint32_t>(iterations.integer(1, max_iterations));
  });
  principal.kdf = setting.require("kdf").choice({"pbkdf2", "argon2id-13", "argon2id13"}) == "pbkdf2"
                      ? Kdf::pbkdf2
                      : Kdf::argon2id13;
  if (principal.kdf == Kdf::argon2id13)
    principal.memory = static_cast<uint32_t>(setting.require("memory").integer(1, max_memory_kib));
}

void read_cryptosign(const Setting& setting, Principal& principal) {
  Setting::for_each(setting.require("authorized_keys").some_elements(), [&](const Setting& key) {
    principal.public_keys.push_back(read_hex(key, crypto::ed25519_key_size));
  });
}

// "ab:cd:..." or "ABCD..." as "AB:CD:...".
std::string normalized_fingerprint(const Setting& setting, size_t size) {
  std::string digits = setting.some_string(), result;
  std::erase(digits, ':');
  const auto bytes = text::from_hex(digits);
  if (!bytes || bytes->size() != size)
    setting.fail("expected " + std::to_string(size) + " octets such as \"B6:E5:E6:...\"");
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && i % 2 == 0) result += ':';
    result += static_cast<char>(std::toupper(static_cast<unsigned char>(digits[i])));
  }
  return result;
}

void read_tls(const Setting& setting, Principal& principal) {
  if (const auto sha1 = setting.find("certificate-sha1"))
    principal.fingerprints.push_back(normalized_fingerprint(*sha1, sha1_size));
  if (const auto sha256 = setting.find("certificate-sha256"))
    principal.fingerprints.push_back(normalized_fingerprint(*sha256, crypto::sha256_size));
  if (principal.fingerprints.empty()) setting.fail("expected \"certificate-sha256\" or \"certificate-sha1\"");
}

// How the principals of a method are written.
struct MethodRules {
  std::string_view name;
  Words credentials;                                     // their keys, beside those that all principals have
  void (*read_credentials)(const Setting&, Principal&);  // null: the method has no principals
};

const std::vector<MethodRules> all_methods = {
    {"ticket", {"ticket"}, read_ticket},
    {"wampcra", {"secret", "salt", "iterations", "keylen"}, read_wampcra},
    {"scram", {"salt", "iterations", "memory", "kdf", "stored-key", "server-key"}, read_scram},
    {"cryptosign", {"authorized_keys"}, read_cryptosign},
    {"tls", {"certificate-sha1", "certificate-sha256"}, read_tls},
    {"anonymous", {}, nullptr},
    {"jwt", {}, nullptr},
    {"cookie", {}, nullptr},
};

Words names_of_methods() {
  Words names;
  for (const MethodRules& rules : all_methods) names.push_back(rules.name);
  return names;
}

// What all principals have.
void read_common(const Setting& setting, const RoleNames& roles, Principal& principal) {
  setting.given("role", [&](const Setting& role) { principal.role = read_role(role, roles); });
  setting.given("realm", [&](const Setting& realm) { principal.realm = realm.some_string(); });
  setting.given("authid", [&](const Setting& authid) { principal.authid = authid.some_string(); });
  setting.given("extra", [&](const Setting& extra) {
    extra.members();
    principal.extra = *value_of(extra).get<wamp::Dict>();
  });
}

Principal read_principal(const Setting& setting, const MethodRules& rules, const RoleNames& roles) {
  Keys keys{.known = {"role", "realm", "authid", "extra"}};
  keys.known.insert(keys.known.end(), rules.credentials.begin(), rules.credentials.end());
  setting.check_keys(keys);
  Principal principal;
  read_common(setting, roles, principal);
  setting.reads([&] { setting.require("role"); });
  setting.reads([&] { rules.read_credentials(setting, principal); });
  return principal;
}

Authenticator read_authenticator(const Setting& setting) {
  Authenticator authenticator;
  setting.required("authenticator",
                   [&](const Setting& procedure) { authenticator.procedure = procedure.some_string(); });
  setting.given("authenticator-realm",
                [&](const Setting& realm) { authenticator.realm = realm.some_string(); });
  read_integer(setting, "timeout_ms", authenticator.timeout_ms, 1, max_timeout_ms);
  return authenticator;
}

TokenRules read_token_rules(const Setting& setting) {
  TokenRules rules;
  setting.reads([&] { rules.keys = read_token_keys(setting); });
  setting.given("issuer", [&](const Setting& issuer) { rules.issuer = issuer.some_string(); });
  setting.given("audience", [&](const Setting& audience) { rules.audience = audience.some_string(); });
  read_integer(setting, "leeway_s", rules.leeway_s, 0, max_leeway_s);
  read_boolean(setting, "require_expiry", rules.require_expiry);
  setting.given("claims", [&](const Setting& claims) {
    claims.check_keys({.known = {"authid", "role", "realm"}});
    claims.given("authid", [&](const Setting& name) { rules.authid_claim = name.some_string(); });
    claims.given("role", [&](const Setting& name) { rules.role_claim = name.some_string(); });
    claims.given("realm", [&](const Setting& name) { rules.realm_claim = name.some_string(); });
  });
  return rules;
}

// The keys of a method itself.
Keys keys_of(const MethodRules& rules, bool is_dynamic) {
  Keys keys{.known = {"type"}};
  const auto add = [&keys](const Words& words) {
    keys.known.insert(keys.known.end(), words.begin(), words.end());
  };
  if (is_dynamic) {
    add({"authenticator", "authenticator-realm", "timeout_ms", "default-role"});
    keys.ignored.push_back("authenticator-role");
  } else if (rules.read_credentials) {
    add({"principals"});
    if (rules.name == "wampcra") add({"users"});
    if (rules.name == "cryptosign") keys.unsupported.push_back("trustroots");
  }
  if (rules.name == "anonymous" && !is_dynamic) add({"role", "realm", "authid", "extra"});
  if (rules.name == "jwt")
    add({"keys", "jwks", "issuer", "audience", "claims", "leeway_s", "require_expiry", "default-role"});
  return keys;
}

void read_principals(const Setting& setting, const MethodRules& rules, const RoleNames& roles,
                     AuthMethod& method) {
  auto principals = setting.find("principals");
  // What Crossbar calls them for this method.
  if (!principals && rules.name == "wampcra") principals = setting.find("users");
  if (!principals) setting.require("principals");
  Setting::for_each(principals->members(), [&](const Setting& member) {
    method.principals.emplace(member.key(), read_principal(member, rules, roles));
  });
}

bool is_dynamic(const Setting& setting, const MethodRules& rules) {
  const auto type = setting.find("type");
  // Crossbar's examples leave it out for these two.
  if (!type && (rules.name == "anonymous" || rules.name == "cookie")) return false;
  if (rules.name == "cookie") return setting.require("type").choice({"static"}) == "dynamic";
  return setting.require("type").choice({"static", "dynamic"}, {"function"}) == "dynamic";
}

// Made of chance, and of no credential: what is made up with it is told to strangers, who could try passwords
// on it. The same as long as the program runs, as the principals that there are stay the same, too.
std::string decoy_key(std::string_view method) {
  static const std::string chance = crypto::random_bytes(crypto::sha256_size);
  return crypto::hmac_sha256(chance, method);
}

AuthMethod read_method(const Setting& setting, const MethodRules& rules, const RoleNames& roles) {
  const bool dynamic = is_dynamic(setting, rules);
  setting.check_keys(keys_of(rules, dynamic));
  AuthMethod method;
  setting.given("default-role", [&](const Setting& role) { method.default_role = read_role(role, roles); });
  if (rules.name == "jwt") method.token = read_token_rules(setting);
  if (dynamic) {
    method.authenticator = read_authenticator(setting);
  } else if (rules.read_credentials) {
    read_principals(setting, rules, roles, method);
  } else if (rules.name == "anonymous") {
    Principal everybody{.role = "anonymous"};
    read_common(setting, roles, everybody);
    if (!roles.contains(everybody.role) && setting.source().are_roles_known)
      setting.fail("no realm has a role " + in_quotes(everybody.role));
    method.principals.emplace("", std::move(everybody));
  }
  method.decoy_key = decoy_key(rules.name);
  return method;
}

// `what`, which the setting asks for, is taken from secure cookies only.
void make_secure(const Setting& setting, std::string_view what, CookieTracking& tracking) {
  if (tracking.secure == false)
    setting.notice("browsers take no such cookie, as " + in_quotes(what) + " is for one that is \"secure\"");
  else
    tracking.secure = true;
}

// How browsers are told to keep it.
void read_attributes(const Setting& cookie, CookieTracking& tracking) {
  cookie.given("secure", [&](const Setting& secure) { tracking.secure = secure.boolean(); });
  read_boolean(cookie, "http_strict", tracking.http_only);
  for (const std::string_view prefix : {"__Host-", "__Secure-"})
    if (tracking.name.starts_with(prefix)) make_secure(cookie.require("name"), prefix, tracking);
  cookie.given("same_site", [&](const Setting& same_site) {
    tracking.same_site = same_site.choice({"Strict", "Lax", "None"});
    if (tracking.same_site == "None") make_secure(same_site, "None", tracking);
  });
}

}  // namespace

AuthMethods anonymous_as(std::string_view role) {
  AuthMethod method;
  method.principals.emplace("", Principal{.role = std::string(role)});
  return {{"anonymous", std::move(method)}};
}

AuthMethods read_auth(const Setting& auth, const RoleNames& roles) {
  auth.check_keys({.known = names_of_methods(), .unsupported = {"anonymous-proxy", "cryptosign-proxy"}});
  AuthMethods methods;
  for (const MethodRules& rules : all_methods)
    auth.given(rules.name, [&](const Setting& setting) {
      methods.emplace(rules.name, read_method(setting, rules, roles));
    });
  if (methods.empty()) auth.notice("nobody gets in: no way to authenticate is given");
  return methods;
}

CookieTracking read_cookie(const Setting& cookie) {
  cookie.check_keys({.known = {"name", "length", "max_age", "max_cookies", "max_cookies_per_authid", "store",
                               "secure", "http_strict", "same_site"}});
  CookieTracking tracking;
  cookie.given("name", [&](const Setting& name) {
    tracking.name = name.some_string();
    if (!std::all_of(tracking.name.begin(), tracking.name.end(), transport::is_token_character))
      name.fail("expected letters, digits and any of !#$%&'*+-.^_`|~");
  });
  read_integer(cookie, "length", tracking.length, min_cookie, max_cookie);
  if (tracking.length < good_cookie) {
    cookie.require("length").notice("so short a cookie can be guessed: it has " +
                                    std::to_string(good_cookie));
    tracking.length = good_cookie;
  }
  read_integer(cookie, "max_age", tracking.max_age_s, 1, ten_years_s);
  read_integer(cookie, "max_cookies", tracking.max_cookies, 1, UINT32_MAX);
  read_integer(cookie, "max_cookies_per_authid", tracking.max_cookies_per_authid, 1, UINT32_MAX);
  cookie.given("store", [](const Setting& store) {
    const bool in_memory = store.require("type").choice({"memory", "file", "database"}) == "memory";
    if (!in_memory) store.leave_out("cookies are kept in memory: a restart forgets them");
  });
  read_attributes(cookie, tracking);
  return tracking;
}

}  // namespace router::config
