// Logins over real sockets: cookies, certificates, channel binding, and many wrong guesses.
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/crypto.h"
#include "router/config/file/config_file.h"
#include "tests/end_to_end/program.h"
#include "tests/end_to_end/server_fixture.h"
#include "tests/support/certificates.h"
#include "tests/support/json_wire.h"
#include "tests/support/login_client.h"
#include "tests/support/temporary_folder.h"

namespace router {
namespace {

using serializers::Format;
using test_support::Certificates;
using test_support::json_string;
using test_support::RawClient;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string private_key = "4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510";

std::string hello(const std::string& details) {
  return R"([1,"realm1",{"roles":{"caller":{},"callee":{},"publisher":{},"subscriber":{}},)" + details + "}]";
}

class Logins : public testing::TestWithParam<int> {
 protected:
  config::Config config(const std::string& auth, const std::string& transport = "",
                        const std::string& endpoint = "", const std::string& path = "") const {
    const std::string text =
        R"({"workers": 2, "realms": [{"name": "realm1", "roles": [{"name": "user", "permissions": [
        {"uri": "", "match": "prefix", "allow": {"call": true, "register": true, "publish": true, "subscribe": true}}]}]}],
      "transports": [{"type": "universal", "rawsocket": {}, "endpoint": {"type": "tcp", "interface": "0.0.0.0", "port": 0)" +
        endpoint + R"(}, "web": {"paths": {"ws": {"type": "websocket")" + path + R"(}}}, "auth": {)" + auth +
        "}" + transport + "}]}";
    return config::parse_config(text, "logins", certificates.folder().file(""));
  }
  std::string tls(const std::string& more = "") const {
    return R"(, "tls": {"certificate": "localhost.pem", "key": "localhost.key")" + more + "}";
  }
  WampClient connect(const RunningServer& server, test_support::TlsClientOptions options,
                     const Speech& speech = Format::json) const {
    RawClient raw(server.port());
    options.version = GetParam();
    options.server_name = "localhost";
    options.ca_file = certificates.ca();
    raw.secure(options);
    return {std::move(raw), speech};
  }
  static std::string says(WampClient& client, const std::string& message) {
    client.says(message);
    return client.hears();
  }

  Certificates certificates;
};

// ---- certificates and channel binding, over TLS 1.2 and 1.3

TEST_P(Logins, ACertificateOpensOverEveryTransport) {
  certificates.make("joe", CertificateWish::Use::client);
  certificates.make("jim", CertificateWish::Use::client);
  // The fingerprint as a client's tools print it: SHA-256 of the DER form.
  const std::string fingerprint = test_support::fingerprint_of(certificates.certificate("joe"));
  RunningServer server(
      config(R"("tls": {"type": "static", "principals": {"joe": {"role": "user", "certificate-sha256": ")" +
                 fingerprint + R"("}}})",
             "", tls(R"(, "ca_certificates": ["ca.pem"], "client_certificate": "optional")")));
  for (const Carrier carrier : {Carrier::websocket, Carrier::rawsocket}) {
    const test_support::TlsClientOptions joes{.certificate = certificates.certificate("joe"),
                                              .key = certificates.key("joe")};
    WampClient joe = connect(server, joes, {Format::msgpack, carrier});
    EXPECT_THAT(says(joe, hello(R"("authmethods":["tls"])")),
                HasSubstr(R"("authid":"joe","authrole":"user","authmethod":"tls")"));
    WampClient other_name = connect(server, joes, {Format::msgpack, carrier});
    EXPECT_THAT(says(other_name, hello(R"("authmethods":["tls"],"authid":"admin")")),
                HasSubstr("wamp.error.authentication_denied"));
    WampClient jim =
        connect(server, {.certificate = certificates.certificate("jim"), .key = certificates.key("jim")},
                {Format::msgpack, carrier});
    EXPECT_THAT(says(jim, hello(R"("authmethods":["tls"])")), HasSubstr("wamp.error.authentication_denied"));
    WampClient nobody = connect(server, {}, {Format::msgpack, carrier});
    EXPECT_THAT(says(nobody, hello(R"("authmethods":["tls"])")),
                HasSubstr("wamp.error.no_matching_auth_method"));
  }
}

class ChannelBinding : public Logins {
 protected:
  config::Config with_cryptosign() const {
    return config(
        R"("cryptosign": {"type": "static", "principals": {"joe": {"role": "user", "authorized_keys": [")" +
            test_support::cryptosign_public_key(private_key) + "\"]}}}",
        "", tls());
  }
  static std::string details(const std::string& binding) {
    return R"("authmethods":["cryptosign"],"authid":"joe","authextra":{"pubkey":")" +
           test_support::cryptosign_public_key(private_key) + R"(","channel_binding":")" + binding + "\"}";
  }
  // What the client knows of the connection.
  static std::string channel_id(WampClient& client, const std::string& binding) {
    return binding == "tls-exporter" ? client.raw().tls().exporter()
                                     : crypto::sha256(client.raw().tls().own_finished());
  }
};

TEST_P(ChannelBinding, ASignatureForThisConnectionOpens) {
  RunningServer server(with_cryptosign());
  for (const std::string binding : {"tls-exporter", "tls-unique"}) {
    WampClient joe = connect(server, {});
    const std::string challenge = says(joe, hello(details(binding)));
    EXPECT_THAT(challenge, HasSubstr("\"channel_binding\":\"" + binding + "\""));
    EXPECT_THAT(says(joe, "[5,\"" +
                              test_support::sign_cryptosign(private_key, json_string(challenge, "challenge"),
                                                            channel_id(joe, binding)) +
                              "\",{}]"),
                StartsWith("[2,"))
        << binding;
  }
}

TEST_P(ChannelBinding, WhoIsInTheMiddleCannotPassOnASignature) {
  RunningServer server(with_cryptosign());
  for (const std::string binding : {"tls-exporter", "tls-unique"}) {
    // The man in the middle has a connection of his own, and a victim who signs for another one; or the
    // victim is made to sign without any.
    WampClient victims = connect(server, {});
    for (const std::string& signed_for : {channel_id(victims, binding), std::string()}) {
      WampClient middle = connect(server, {});
      const std::string challenge = says(middle, hello(details(binding)));
      EXPECT_THAT(says(middle, "[5,\"" +
                                   test_support::sign_cryptosign(
                                       private_key, json_string(challenge, "challenge"), signed_for) +
                                   "\",{}]"),
                  HasSubstr("wamp.error.authentication_denied"))
          << binding;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Version, Logins, testing::Values(12, 13),
                         [](const auto& version) { return "Tls1" + std::to_string(version.param - 10); });
INSTANTIATE_TEST_SUITE_P(Version, ChannelBinding, testing::Values(12, 13),
                         [](const auto& version) { return "Tls1" + std::to_string(version.param - 10); });

// ---- cookies

class PlainLogins : public Logins {};

constexpr auto tickets = R"("ticket": {"type": "static", "principals": {
    "joe": {"ticket": "secret!!!", "role": "user"}, "jim": {"ticket": "other", "role": "user"}}})";

TEST_P(PlainLogins, ABrowserThatComesBackIsKnownByItsCookie) {
  RunningServer server(
      config(std::string(tickets) + R"(, "cookie": {})", "", "", R"(, "cookie": {"name": "id"})"));
  RawClient first(server.port());
  const std::string set_cookie = first.handshake("/ws", "wamp.2.json").header("set-cookie");
  EXPECT_THAT(set_cookie, StartsWith("id="));
  EXPECT_THAT(set_cookie, HasSubstr("; HttpOnly; SameSite=Lax"));
  const std::string cookie = set_cookie.substr(0, set_cookie.find(';'));
  first.send_text(hello(R"("authmethods":["cookie","ticket"],"authid":"joe")"));
  EXPECT_EQ(first.read_message(), R"([4,"ticket",{}])");
  first.send_text(R"([5,"secret!!!",{}])");
  EXPECT_THAT(first.read_message(), StartsWith("[2,"));

  RawClient again(server.port());
  const auto reply = again.handshake("/ws", "wamp.2.json", "Cookie: a=b; " + cookie + "\r\n");
  EXPECT_EQ(reply.header("set-cookie"), "");
  again.send_text(hello(R"("authmethods":["cookie","ticket"])"));
  EXPECT_THAT(again.read_message(), HasSubstr(R"("authid":"joe","authrole":"user","authmethod":"cookie")"));
}

TEST_P(PlainLogins, ABrowsersCookieIsToldToNobodyElse) {
  RunningServer server(config(R"("anonymous": {"role": "user"}, "cookie": {},
      "ticket": {"type": "dynamic", "authenticator": "com.example.authenticate"})",
                              "", "", R"(, "cookie": {})"));
  WampClient others = server.join(Format::json);
  EXPECT_THAT(says(others, R"([32,1,{},"wamp.session.on_join"])"), StartsWith("[33,"));
  EXPECT_THAT(says(others, R"([64,2,{},"com.example.authenticate"])"), StartsWith("[65,"));

  RawClient browser(server.port());
  const std::string set_cookie = browser.handshake("/ws", "wamp.2.json").header("set-cookie");
  const std::string cookie = set_cookie.substr(0, set_cookie.find(';'));
  const std::string secret = cookie.substr(cookie.find('=') + 1);
  browser.send_text(hello(R"("authmethods":["anonymous"])"));
  EXPECT_THAT(browser.read_message(), Not(HasSubstr(secret)));
  const std::string event = others.hears();
  EXPECT_THAT(event, HasSubstr(R"("authid":"anonymous-)"));
  EXPECT_THAT(event, Not(HasSubstr(secret)));

  RawClient again(server.port());
  again.handshake("/ws", "wamp.2.json", "Cookie: session=of-the-application; " + cookie + "\r\n");
  again.send_text(hello(R"("authmethods":["ticket"],"authid":"joe")"));
  EXPECT_THAT(again.read_message(), StartsWith("[4,"));
  again.send_text(R"([5,"a ticket",{}])");
  const std::string question = others.hears();
  EXPECT_THAT(question, HasSubstr(R"("cookie":"session=of-the-application")"));
  EXPECT_THAT(question, HasSubstr(R"("cbtid":")"));
  EXPECT_THAT(question, Not(HasSubstr(secret)));
}

// ---- guessing

TEST_P(PlainLogins, ABruteForceRunIsShutOutWhileOthersLogIn) {
  RunningServer server(config(tickets,
                              R"(, "limits": {"failed_logins_per_authid": 20, "failed_logins_per_address": 30,
                                                        "max_login_delay_ms": 0})",
                              R"(, "trusted_proxies": ["127.0.0.1"])"));
  // Their addresses are those that a proxy tells.
  const auto logs_in = [&](const std::string& address, const std::string& authid, const std::string& ticket) {
    RawClient client(server.port());
    client.handshake("/ws", "wamp.2.json", "X-Forwarded-For: " + address + "\r\n");
    client.send_text(hello(R"("authmethods":["ticket"],"authid":")" + authid + "\""));
    const std::string first = client.read_message();
    if (!first.starts_with("[4,")) return first;
    client.send_text("[5,\"" + ticket + "\",{}]");
    return client.read_message();
  };
  int denied = 0, shut_out = 0;
  for (int i = 0; i < 200; ++i) {
    const std::string answer = logs_in("203.0.113.5", i % 2 == 0 ? "joe" : "nobody" + std::to_string(i),
                                       "guess" + std::to_string(i));
    denied += answer.find("authentication_denied") != answer.npos;
    shut_out += answer.find("too_many_requests") != answer.npos;
  }
  // Fifteen of joe's, until the address had thirty; one of each other authid.
  EXPECT_EQ(denied, 115);
  EXPECT_EQ(shut_out, 85);
  EXPECT_THAT(logs_in("203.0.113.5", "joe", "secret!!!"), HasSubstr("too_many_requests"));
  EXPECT_THAT(logs_in("192.0.2.7", "joe", "secret!!!"), StartsWith("[2,"));
  EXPECT_THAT(logs_in("203.0.113.5", "jim", "other"), StartsWith("[2,"));
}

TEST_P(PlainLogins, TheThirdWrongAnswerComesLaterAndTheConnectionIsClosed) {
  RunningServer server(config(tickets, R"(, "limits": {"max_login_delay_ms": 10})"));
  for (int i = 0; i < 3; ++i) {
    WampClient client = server.connect(Format::json);
    EXPECT_EQ(says(client, hello(R"("authmethods":["ticket"],"authid":"joe")")), R"([4,"ticket",{}])");
    EXPECT_THAT(says(client, R"([5,"guess",{}])"), HasSubstr("wamp.error.authentication_denied"));
    EXPECT_EQ(client.raw().read_frame().close_code(), 1000);
  }
}

TEST_P(PlainLogins, WhoDoesNotAnswerItsChallengeIsClosed) {
  RunningServer server(config(tickets, R"(, "limits": {"handshake_timeout_ms": 100})"));
  WampClient client = server.connect(Format::json);
  EXPECT_EQ(says(client, hello(R"("authmethods":["ticket"],"authid":"joe")")), R"([4,"ticket",{}])");
  EXPECT_EQ(client.raw().read_frame().close_reason(), "no AUTHENTICATE in time");
}

TEST_P(PlainLogins, NothingSecretReachesTheLog) {
  const test_support::TemporaryFolder folder;
  std::ofstream(folder.file("wampd.jsonc"))
      << R"({"realms": [{"name": "realm1", "roles": [{"name": "user", "permissions": []}]}],
    "transports": [{"type": "websocket", "endpoint": {"type": "tcp", "port": 0}, "auth": {
      "ticket": {"type": "static", "principals": {"joe": {"ticket": "hush-hush", "role": "user"}}},
      "jwt": {"type": "static", "keys": ["hush-hush-issuer"], "default-role": "user"}}}]})";
  Program program(folder.file("wampd.jsonc"));
  const auto logs_in = [&](const std::string& method, const std::string& secret) {
    WampClient client(RawClient(program.port()), Format::json);
    says(client, hello(R"("authmethods":[")" + method + R"("],"authid":"joe")"));
    says(client, "[5,\"" + secret + "\",{\"more\":\"hush-hush-more\"}]");
  };
  const std::string token = test_support::sign_token(R"({"sub":"joe","exp":4000000000})", "hush-hush-issuer");
  logs_in("ticket", "hush-hush");
  logs_in("ticket", "hush-hush-wrong");
  logs_in("jwt", token);
  logs_in("jwt", token.substr(0, token.size() - 3));
  program.reload();
  const std::string log = program.log_until("nothing has changed");
  EXPECT_THAT(log, HasSubstr("denied"));
  EXPECT_THAT(log, Not(HasSubstr("hush")));
  EXPECT_THAT(log, Not(HasSubstr(token.substr(0, token.find('.')))));
}

INSTANTIATE_TEST_SUITE_P(Plain, PlainLogins, testing::Values(0));

}  // namespace
}  // namespace router
