// A router to log in to, and what clients that log in say: for the tests of admission.
#pragma once

#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "router/config/file/config_file.h"
#include "tests/router/support/session_wires.h"
#include "tests/support/login_client.h"

namespace router {

inline constexpr auto denied =
    R"([3,{"message":"the authentication was denied"},"wamp.error.authentication_denied"])";

inline const std::string joes_key = "4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510";
inline const std::string jims_key = "d511fe78e23934b3dadb52fcd022974b80bd92bccc7c5cf404e46cc0a8a2f5cd";
inline const std::string scram_salt = "0123456789abcdef";
inline const std::string token_secret = "a secret of the issuer, long enough";

inline std::string hello(const std::string& details, const std::string& realm = "realm1") {
  return "[1,\"" + realm + R"(",{"roles":{"caller":{},"callee":{},"publisher":{},"subscriber":{}})" +
         (details.empty() ? "" : ",") + details + "}]";
}

inline std::string authenticate(const std::string& signature, const std::string& extra = "{}") {
  return "[5,\"" + signature + "\"," + extra + "]";
}

inline constexpr auto tickets = R"("ticket": {"type": "static", "principals": {
    "joe": {"ticket": "secret!!!", "role": "user"},
    "jim": {"ticket": "other", "role": "admin", "realm": "realm2", "authid": "James", "extra": {"n": [1, 2.5, null]}}}})";
inline constexpr auto joe_by_ticket = R"("authmethods":["ticket"],"authid":"joe")";

inline constexpr auto client_nonce = "egVDf3DMJh0SBmkFIh7sSg==";
inline const std::string scram_hello =
    R"("authmethods":["wamp-scram"],"authid":"us=er,1","authextra":{"nonce":"egVDf3DMJh0SBmkFIh7sSg=="})";

// What both ends sign, as RFC 5802 has it.
inline std::string auth_message(const std::string& challenge, const std::string& name,
                                const std::string& header = "biws") {
  const std::string nonce = test_support::json_string(challenge, "nonce");
  return "n=" + name + ",r=" + client_nonce + ",r=" + nonce +
         ",s=" + test_support::json_string(challenge, "salt") + ",i=4096,c=" + header + ",r=" + nonce;
}

inline std::string cryptosign_hello(const std::string& key,
                                    const std::string& authid = "\"authid\":\"joe\",") {
  return authid + R"("authmethods":["cryptosign"],"authextra":{"pubkey":")" +
         test_support::cryptosign_public_key(key) + "\"}";
}

// A router whose transport has this "auth", and realms realm1 and realm2 with the roles user, admin and
// anonymous.
class AdmissionTest : public testing::Test {
 protected:
  static config::Config with_auth(const std::string& auth, const std::string& more = "") {
    const std::string role = R"(, "permissions": [{"uri": "", "match": "prefix", "allow":
        {"call": true, "register": true, "publish": true, "subscribe": true}}]})";
    const std::string roles =
        R"({"name": "user")" + role + R"(,{"name": "admin")" + role + R"(,{"name": "anonymous")" + role;
    return config::parse_config(
        R"({"realms": [{"name": "realm1", "roles": [)" + roles + R"(]}, {"name": "realm2", "roles": [)" +
            roles +
            R"(]}], "transports": [{"type": "websocket", "endpoint": {"type": "tcp", "port": 1},
                                       "auth": {)" +
            auth + "}" + more + "}]}",
        "test", ".");
  }

  void open(const std::string& auth, const std::string& more = "") { router_.emplace(with_auth(auth, more)); }
  Wire& connect(const std::string& address = "192.0.2.1:1000", Arrival arrival = {}) {
    return router_->connect(serializers::Format::json, std::move(arrival), address);
  }
  std::string challenge_of(Wire& wire, const std::string& details) { return says(wire, hello(details)); }

  std::optional<SessionHarness> router_;
};

}  // namespace router
