// How clients of a transport prove who they are, and what they become: "auth" of the configuration, as plain
// data.
//
// Immutable once loaded. Secrets are in here: nothing of it is ever written to a log.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "wamp/value.h"

namespace router::config {

// How a SCRAM client makes its key of its password.
enum class Kdf : uint8_t { pbkdf2, argon2id13 };

// Somebody who may come in, and what proves it.
struct Principal {
  std::string role = {};
  std::string realm = {};   // the only one; empty: any that has the role
  std::string authid = {};  // what the session is called; empty: as it called itself
  wamp::Dict extra = {};    // for WELCOME.Details.authextra

  // ticket: the ticket. wampcra: the key of the signature, which is the password or, if there is a salt,
  // base64 of what PBKDF2 makes of it.
  std::string secret = {};
  std::string salt = {};  // wampcra: text; scram: bytes
  uint32_t iterations = 1000;
  uint32_t keylen = 32;  // bytes
  Kdf kdf = Kdf::argon2id13;
  uint32_t memory = 0;                           // KiB; argon2id only
  std::string stored_key = {}, server_key = {};  // scram, 32 bytes each
  std::vector<std::string> public_keys = {};     // cryptosign, 32 bytes each
  std::vector<std::string> fingerprints = {};    // tls: of certificates, "AB:CD:...", SHA-1 or SHA-256

  bool operator==(const Principal&) const = default;
};

// A procedure that knows the principals: (realm, authid, details) → role, or a dictionary with the members of
// a Principal.
struct Authenticator {
  std::string procedure;
  std::string realm;  // where it is registered; empty: the one the client wants to join
  uint32_t timeout_ms = 4000;

  bool operator==(const Authenticator&) const = default;
};

// What a token must say (RFC 7519), and who may sign it.
struct TokenRules {
  std::vector<std::string> keys;  // each a JSON Web Key (RFC 7517)
  std::string issuer, audience;   // empty: any
  std::string authid_claim = "sub", role_claim = "role", realm_claim = "realm";
  uint32_t leeway_s = 30;      // by which clocks may differ
  bool require_expiry = true;  // a token without "exp" is refused

  bool operator==(const TokenRules&) const = default;
};

struct AuthMethod {
  std::map<std::string, Principal, std::less<>> principals;  // by authid; of "anonymous" the one under ""
  std::optional<Authenticator> authenticator;                // if there is one, it knows the principals
  std::string default_role;         // of principals that the authenticator or token gives none
  std::optional<TokenRules> token;  // jwt only
  std::string decoy_key;            // behind the principals that are made up for unknown authids

  bool operator==(const AuthMethod&) const = default;
};

// By the names of Crossbar: anonymous, ticket, wampcra, scram, cryptosign, tls, cookie, jwt.
using AuthMethods = std::map<std::string, AuthMethod, std::less<>>;

// "cookie" of a WebSocket path: clients that come back are known by a cookie.
struct CookieTracking {
  std::string name = "cbtid";
  uint32_t length = 24;        // characters of chance
  uint32_t max_age_s = 86400;  // since the login
  // Of those who have logged in; above it the oldest logins are forgotten.
  uint32_t max_cookies = 100000;
  uint32_t max_cookies_per_authid = 100;
  // Attributes of RFC 6265 that it is handed out with.
  std::optional<bool> secure = std::nullopt;  // none: if the client has come over TLS
  bool http_only = true;
  std::string same_site = "Lax";  // or "Strict" or "None"

  bool operator==(const CookieTracking&) const = default;
};

}  // namespace router::config
