// Every way to prove who one is, over every transport and serializer; and how a refusal is told.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/crypto.h"
#include "router/config/file/config_file.h"
#include "serializers/serializer.h"
#include "tests/client/client_fixture.h"
#include "tests/end_to_end/server_fixture.h"
#include "tests/support/certificates.h"
#include "tests/support/login_client.h"
#include "text/hex.h"

namespace client {
namespace {

using router::RunningServer;
using serializers::Format;
using testing::HasSubstr;
using Use = router::CertificateWish::Use;

const std::string key_of_device = "4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510";
const std::string salt = "0123456789abcdef";

std::string scram_principal(const std::string& name, const std::string& kdf, const std::string& salted) {
  const std::string client_key = crypto::hmac_sha256(salted, "Client Key");
  return "\"" + name + R"(": {"role": "user", "iterations": 2, "memory": 64, "kdf": ")" + kdf +
         R"(", "salt": ")" + text::to_hex(salt) + R"(", "stored-key": ")" +
         text::to_hex(crypto::sha256(client_key)) + R"(", "server-key": ")" +
         text::to_hex(crypto::hmac_sha256(salted, "Server Key")) + "\"}";
}

// A router that knows all methods, over TCP, TLS and a Unix domain socket.
class ARouterWithAllMethods {
 public:
  ARouterWithAllMethods() : server_((certificates.make("joe", Use::client), config())) {}

  std::string url(const std::string& scheme) {
    const std::string path = scheme[0] == 'w' ? "/ws" : "";
    if (scheme.ends_with("+unix")) return scheme + "://" + socket() + (path.empty() ? "" : ":" + path);
    const bool tls = scheme == "wss" || scheme == "rss";
    return scheme + "://localhost:" + std::to_string(server_.server().port(tls ? 1 : 0)) + path;
  }

  test_support::Certificates certificates;

 private:
  std::string socket() const { return certificates.folder().file("socket"); }

  router::config::Config config() const {
    const std::string auth =
        R"("auth": {
      "anonymous": {"type": "static", "role": "user"},
      "ticket": {"type": "static", "principals": {"tick": {"ticket": "secret", "role": "user"}}},
      "wampcra": {"type": "static", "users": {"cra": {"secret": "secret", "role": "user"},
        "salted": {"secret": ")" +
        test_support::derive_wampcra("secret", "salt123", 100, 16) +
        R"(", "salt": "salt123", "iterations": 100, "keylen": 16, "role": "user"}}},
      "scram": {"type": "static", "principals": {)" +
        scram_principal("pb,kdf=2", "pbkdf2", crypto::pbkdf2_sha256("secret", salt, 2, 32)) + "," +
        scram_principal("argon", "argon2id13", *crypto::argon2id13("secret", salt, 2, 64, 32)) +
        R"(}},
      "cryptosign": {"type": "static", "principals": {"device": {"role": "user", "authorized_keys": [")" +
        test_support::cryptosign_public_key(key_of_device) + R"("]}}},
      "tls": {"type": "static", "principals": {"joe": {"role": "user", "certificate-sha256": ")" +
        test_support::fingerprint_of(certificates.certificate("joe")) + R"("}}},
      "cookie": {},
      "jwt": {"type": "static", "keys": ["issuers secret"], "default-role": "user"}})";
    const auto transport = [&](const std::string& endpoint) {
      return R"({"type": "universal", "rawsocket": {}, "web": {"paths": {"ws": {"type": "websocket", "cookie": {}}}},
                 "endpoint": {)" +
             endpoint + "}, " + auth + "}";
    };
    return router::config::parse_config(
        R"({"workers": 2, "realms": [{"name": "realm1", "roles": [{"name": "user", "permissions": [
          {"uri": "", "match": "prefix", "allow": {"call": true}}]}]}], "transports": [)" +
            transport(R"("type": "tcp", "interface": "0.0.0.0", "port": 0)") + "," +
            transport(
                R"("type": "tcp", "interface": "0.0.0.0", "port": 0, "tls": {"certificate": "localhost.pem",
              "key": "localhost.key", "ca_certificates": ["ca.pem"], "client_certificate": "optional"})") +
            "," + transport(R"("type": "unix", "path": ")" + socket() + "\"") + "]}",
        "logins", certificates.folder().file(""));
  }

  RunningServer server_;
};

struct Method {
  std::string name;  // as WELCOME has it
  std::string authid;
  Login login;
};

Login with(const std::string& method, const std::string& authid, std::string Login::*secret,
           const std::string& value, const std::string& channel_binding = "") {
  Login login;
  login.methods = {method};
  login.authid = authid;
  login.*secret = value;
  login.channel_binding = channel_binding;
  return login;
}

std::vector<Method> methods_over(const std::string& scheme) {
  const std::string token =
      test_support::sign_token(R"({"sub":"bearer","exp":4000000000})", "issuers secret");
  std::vector<Method> methods = {
      {"ticket", "tick", with("ticket", "tick", &Login::ticket, "secret")},
      {"wampcra", "cra", with("wampcra", "cra", &Login::password, "secret")},
      {"wampcra", "salted", with("wampcra", "salted", &Login::password, "secret")},
      {"wamp-scram", "pb,kdf=2", with("wamp-scram", "pb,kdf=2", &Login::password, "secret")},
      {"wamp-scram", "argon", with("wamp-scram", "argon", &Login::password, "secret")},
      {"scram", "argon", with("scram", "argon", &Login::password, "secret")},
      {"cryptosign", "device", with("cryptosign", "device", &Login::private_key, key_of_device)},
      {"jwt", "bearer", with("jwt", "", &Login::token, token)},
  };
  if (scheme == "wss" || scheme == "rss") {
    methods.push_back({"tls", "joe", {.methods = {"tls"}}});
    methods.push_back(
        {"wamp-scram", "argon", with("wamp-scram", "argon", &Login::password, "secret", "tls-exporter")});
    for (const char* const binding : {"tls-exporter", "tls-unique"})
      methods.push_back({"cryptosign", "device",
                         with("cryptosign", "device", &Login::private_key, key_of_device, binding)});
  }
  return methods;
}

class LoginsOver : public testing::TestWithParam<std::string> {
 protected:
  Options options(const Login& login, const std::string& scheme = GetParam()) {
    Options options;
    options.url = router.url(scheme);
    options.login = login;
    options.tls.authorities = router.certificates.ca();
    if (!login.methods.empty() && login.methods.front() == "tls") {
      options.tls.certificate = router.certificates.certificate("joe");
      options.tls.key = router.certificates.key("joe");
    }
    return options;
  }

  ARouterWithAllMethods router;
  ClientLoop loop;
};

TEST_P(LoginsOver, EachMethodOpensInEachSerializer) {
  for (const Method& method : methods_over(GetParam()))
    for (const Format format : serializers::all_formats) {
      Options its_options = options(method.login);
      its_options.serializers = {format};
      Visitor visitor(loop, its_options);
      loop.until([&] { return visitor.joined || visitor.end; });
      ASSERT_TRUE(visitor.joined) << method.name << " " << method.authid << " " << visitor.end->text;
      EXPECT_EQ(visitor.joined->authmethod, method.name);
      EXPECT_EQ(visitor.joined->authid, method.authid);
      EXPECT_EQ(visitor.joined->authrole, "user");
      EXPECT_EQ(visitor.joined->serializer, format);
      for (const std::string& message : visitor.heard_and_said)
        EXPECT_THAT(message, Not(HasSubstr("secret")));
    }
}

TEST_P(LoginsOver, WhatCanBeProvedIsOfferedByItself) {
  Visitor anonymous(loop, options({}));
  EXPECT_EQ(anonymous.joins().joined->authmethod, "anonymous");
  Login login;
  login.authid = "argon";
  login.password = "secret";
  Visitor visitor(loop, options(login));
  EXPECT_EQ(visitor.joins().joined->authmethod, "wamp-scram");
  if (GetParam() != "wss" && GetParam() != "rss") return;
  login.ticket = "secret";
  login.channel_binding = "tls-exporter";
  Visitor bound(loop, options(login));
  bound.joins();
  EXPECT_THAT(bound.heard_and_said.front(), HasSubstr(R"("authmethods":["wamp-scram"])"));
}

TEST_P(LoginsOver, AWrongSecretIsARefusedLogin) {
  for (const Login& login :
       {with("ticket", "tick", &Login::ticket, "wrong"), with("wampcra", "cra", &Login::password, "wrong"),
        with("wamp-scram", "argon", &Login::password, "wrong"),
        with("cryptosign", "device", &Login::private_key, std::string(64, '1'))}) {
    Visitor visitor(loop, options(login));
    EXPECT_EQ(visitor.ends().kind, EndKind::login_refused) << login.methods.front();
    EXPECT_EQ(visitor.end->reason, "wamp.error.authentication_denied");
    EXPECT_FALSE(visitor.end->may_retry());
  }
  Visitor nobody(loop, options(with("ticket", "", &Login::ticket, "secret")));
  EXPECT_EQ(nobody.ends().kind, EndKind::login_refused);
  EXPECT_EQ(nobody.end->reason, "wamp.error.no_such_principal");
}

TEST_P(LoginsOver, ACookieOpensForWhoHasLoggedInBefore) {
  if (GetParam()[0] != 'w') return;
  Visitor first(loop, options(with("ticket", "tick", &Login::ticket, "secret")));
  ASSERT_THAT(first.joins().joined->cookie, HasSubstr("="));
  Visitor second(loop, options(with("cookie", "", &Login::cookie, first.joined->cookie)));
  EXPECT_EQ(second.joins().joined->authid, "tick");
  EXPECT_EQ(second.joined->authmethod, "cookie");
}

INSTANTIATE_TEST_SUITE_P(Scheme, LoginsOver, testing::Values("ws", "wss", "rs", "rss", "ws+unix", "rs+unix"),
                         [](const auto& scheme) {
                           std::string name = scheme.param;
                           std::replace(name.begin(), name.end(), '+', '_');
                           return name;
                         });

// ---- what cannot be right is told at once

TEST(WrongOptions, AreToldWhenTheSessionIsMade) {
  Loop loop;
  const auto wrong = [&](const std::function<void(Options&)>& change) -> std::string {
    Options options;
    change(options);
    try {
      const Session session(loop, options, {});
    } catch (const std::exception& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(wrong([](Options& o) { o.url = "http://host/"; }), HasSubstr("is no URL of a WAMP server"));
  EXPECT_THAT(wrong([](Options& o) { o.url = "ws://host/a b"; }), HasSubstr("spaces"));
  EXPECT_THAT(wrong([](Options& o) { o.serializers = {}; }), HasSubstr("no serializer"));
  EXPECT_THAT(wrong([](Options& o) { o.login.methods = {"magic"}; }),
              HasSubstr("no authentication method \"magic\""));
  EXPECT_THAT(wrong([](Options& o) { o.login.methods = {"ticket"}; }), HasSubstr("needs a ticket"));
  EXPECT_THAT(wrong([](Options& o) { o.login.private_key = "abc"; }), HasSubstr("32 octets in hexadecimal"));
  EXPECT_THAT(wrong([](Options& o) { o.login.cookie = "a=b\r\nEvil: yes"; }), HasSubstr("cookie"));
  EXPECT_THAT(wrong([](Options& o) { o.http_headers = {{"X", "a\nb"}}; }), HasSubstr("cannot be sent"));
  EXPECT_THAT(wrong([](Options& o) {
                o.url = "wss://host/";
                o.tls.authorities = "/no/such/file";
              }),
              HasSubstr("/no/such/file"));
}

}  // namespace
}  // namespace client
