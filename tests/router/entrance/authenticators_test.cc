// Logins that a procedure decides: what it is asked, what it may answer, and what happens when it does not.
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/crypto.h"
#include "tests/router/support/admission_fixture.h"
#include "text/hex.h"

namespace router {
namespace {

using std::chrono::milliseconds;
using test_support::json_string;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using text::to_hex;

// A back end on another connection that answers as a test says.
class DynamicTest : public AdmissionTest {
 protected:
  void open_dynamic(const std::string& method, const std::string& more = "") {
    open("\"" + method +
         R"(": {"type": "dynamic", "authenticator": "com.auth", "authenticator-realm": "realm2",
            "timeout_ms": 1000)" +
         more + R"(}, "cryptosign": {"type": "static", "principals": {"backend":
            {"role": "admin", "authorized_keys": [")" +
         test_support::cryptosign_public_key(joes_key) + "\"]}}}");
  }
  Wire& start_backend() {
    Wire& backend = connect("192.0.2.9:1");
    backend.receives(hello(cryptosign_hello(joes_key, ""), "realm2"));
    backend.receives(
        authenticate(test_support::sign_cryptosign(joes_key, json_string(backend.sent(), "challenge"))));
    backend.receives(R"([64,1,{},"com.auth"])");
    backend.sent();
    return backend;
  }
  static std::string request_of(const std::string& invocation) {
    return invocation.substr(4, invocation.find(',', 4) - 4);
  }
  // The back end answers its one invocation; returns what it was asked.
  static std::string answers(Wire& backend, const std::string& result) {
    const std::string asked = backend.sent();
    backend.receives("[70," + request_of(asked) + ",{},[" + result + "]]");
    return asked;
  }
  static std::string fails(Wire& backend, const std::string& uri) {
    const std::string asked = backend.sent();
    backend.receives("[8,68," + request_of(asked) + ",{},\"" + uri + R"(",["so it is"]])");
    return asked;
  }
};

TEST_F(DynamicTest, AnAuthenticatorIsAskedForTheTicket) {
  open_dynamic("ticket");
  Wire& backend = start_backend();
  Wire& joe = connect();
  EXPECT_EQ(challenge_of(joe, R"("authmethods":["ticket"],"authid":"joe","authextra":{"a":1})"),
            R"([4,"ticket",{}])");
  EXPECT_EQ(says(joe, authenticate("secret!!!")), "");
  const std::string asked = answers(backend, R"({"role":"user","authid":"Joseph","extra":{"x":"y"}})");
  EXPECT_THAT(asked, HasSubstr(R"(["realm1","joe",{"ticket":"secret!!!","session":)"));
  EXPECT_THAT(asked, HasSubstr(R"("authmethod":"ticket","authextra":{"a":1},"transport":)"));
  const std::string welcome = joe.sent();
  EXPECT_THAT(
      welcome,
      HasSubstr(
          R"("realm":"realm1","authid":"Joseph","authrole":"user","authmethod":"ticket","authprovider":"dynamic")"));
  EXPECT_THAT(welcome, HasSubstr(R"("authextra":{"x":"y"})"));
}

TEST_F(DynamicTest, AnAuthenticatorNamesTheRealmOfAClientThatSaysNull) {
  open_dynamic("ticket");
  Wire& backend = start_backend();
  for (const std::string realm : {"null", "\"\""}) {
    Wire& joe = connect();
    joe.receives("[1," + realm + R"(,{"roles":{"caller":{}},"authmethods":["ticket"],"authid":"joe"}])");
    EXPECT_EQ(joe.sent(), R"([4,"ticket",{}])");
    joe.receives(authenticate("1"));
    EXPECT_THAT(answers(backend, R"({"role":"user","realm":"realm2"})"), HasSubstr(R"(["","joe",{)"));
    EXPECT_THAT(joe.sent(), HasSubstr(R"("realm":"realm2")"));
  }
}

TEST_F(DynamicTest, AnAuthenticatorMaySayTheRoleOnlyOrRedirectToAnotherRealm) {
  open_dynamic("ticket");
  Wire& backend = start_backend();
  Wire& joe = connect();
  challenge_of(joe, joe_by_ticket);
  joe.receives(authenticate("1"));
  answers(backend, R"("admin")");
  EXPECT_THAT(joe.sent(), HasSubstr(R"("realm":"realm1","authid":"joe","authrole":"admin")"));
  Wire& jim = connect();
  challenge_of(jim, R"("authmethods":["ticket"],"authid":"jim")");
  jim.receives(authenticate("1"));
  answers(backend, R"({"role":"user","realm":"realm2"})");
  EXPECT_THAT(jim.sent(), HasSubstr(R"("realm":"realm2","authid":"jim")"));
}

TEST_F(DynamicTest, AnAuthenticatorThatFailsLetsNobodyIn) {
  open_dynamic("ticket");
  Wire& backend = start_backend();
  const auto login = [&]() -> Wire& {
    Wire& joe = connect();
    challenge_of(joe, joe_by_ticket);
    joe.receives(authenticate("secret!!!"));
    return joe;
  };
  Wire& unknown = login();
  fails(backend, "com.example.no_such_user");
  EXPECT_EQ(unknown.sent(), denied);
  for (const char* nonsense : {"17", "null", "{}", R"({"role":17})", R"({"role":"root"})", "[]", ""}) {
    Wire& wire = login();
    answers(backend, nonsense);
    EXPECT_THAT(wire.sent(), StartsWith("[3,")) << nonsense;
  }
  Wire& slow = login();
  EXPECT_EQ(slow.sent(), "");
  router_->passes(milliseconds(1000));
  EXPECT_THAT(slow.sent(), HasSubstr("wamp.error.authentication_failed"));
  Wire& orphan = login();
  backend.breaks();
  EXPECT_THAT(orphan.sent(), HasSubstr("wamp.error.authentication_failed"));
  Wire& late = login();
  EXPECT_THAT(late.sent(), HasSubstr("wamp.error.authentication_failed"));
}

TEST_F(DynamicTest, WhoGoesWhileTheAuthenticatorThinksIsForgotten) {
  open_dynamic("ticket");
  Wire& backend = start_backend();
  Wire& joe = connect();
  challenge_of(joe, joe_by_ticket);
  joe.receives(authenticate("secret!!!"));
  EXPECT_EQ(router_->realm("realm2").counts().calls, 1u);
  joe.breaks();
  EXPECT_EQ(router_->realm("realm2").counts().calls, 0u);
  answers(backend, R"("user")");
  EXPECT_EQ(router_->realm("realm1").counts().members, 0u);
  EXPECT_FALSE(backend.closed());
}

TEST_F(DynamicTest, TheRoutersQuestionsAreNoSessionsThatAnybodySees) {
  open_dynamic("ticket");
  Wire& backend = start_backend();
  Wire& joe = connect();
  challenge_of(joe, joe_by_ticket);
  joe.receives(authenticate("secret!!!"));
  EXPECT_EQ(router_->realm("realm2").counts().members, 1u);
  EXPECT_EQ(router_->realm("realm1").counts().members, 0u);
  answers(backend, R"("user")");
  EXPECT_EQ(router_->realm("realm1").counts().members, 1u);
}

TEST_F(DynamicTest, AnAuthenticatorTellsTheSecretOfWampCra) {
  open_dynamic("wampcra");
  Wire& backend = start_backend();
  Wire& joe = connect();
  EXPECT_EQ(challenge_of(joe, R"("authmethods":["wampcra"],"authid":"joe")"), "");
  EXPECT_THAT(answers(backend, R"({"secret":"secret2","role":"user"})"), Not(HasSubstr("secret2")));
  const std::string challenge = joe.sent();
  EXPECT_THAT(
      says(joe, authenticate(test_support::sign_wampcra("secret2", json_string(challenge, "challenge")))),
      HasSubstr(R"("authid":"joe","authrole":"user","authmethod":"wampcra","authprovider":"dynamic")"));

  Wire& nobody = connect();
  nobody.receives(hello(R"("authmethods":["wampcra"],"authid":"nobody")"));
  fails(backend, "com.example.no_such_user");
  const std::string made_up = nobody.sent();
  EXPECT_THAT(made_up, StartsWith(R"([4,"wampcra",{"challenge":)"));
  EXPECT_EQ(says(nobody, authenticate(test_support::sign_wampcra("", json_string(made_up, "challenge")))),
            denied);
}

TEST_F(DynamicTest, AnAuthenticatorTellsTheKeysOfScram) {
  open_dynamic("scram");
  Wire& backend = start_backend();
  Wire& user = connect();
  user.receives(hello(scram_hello));
  const auto keys = test_support::scram_keys("pencil", scram_salt, 4096);
  answers(backend, R"({"role":"user","kdf":"pbkdf2","iterations":4096,"salt":")" + to_hex(scram_salt) +
                       R"(","stored-key":")" + to_hex(keys.stored_key) + R"(","server-key":")" +
                       to_hex(keys.server_key) + "\"}");
  const std::string challenge = user.sent();
  EXPECT_THAT(says(user, authenticate(test_support::scram_proof(keys, auth_message(challenge, "us=3Der=2C1")),
                                      R"({"nonce":")" + json_string(challenge, "nonce") + "\"}")),
              StartsWith("[2,"));
}

TEST_F(DynamicTest, AnAuthenticatorIsAskedAboutAnonymousClients) {
  open_dynamic("anonymous");
  Wire& backend = start_backend();
  Wire& guest = connect();
  EXPECT_EQ(challenge_of(guest, ""), "");
  answers(backend, R"({"role":"anonymous","authid":"guest-7"})");
  EXPECT_THAT(
      guest.sent(),
      HasSubstr(
          R"("authid":"guest-7","authrole":"anonymous","authmethod":"anonymous","authprovider":"dynamic")"));
}

TEST_F(DynamicTest, AnAuthenticatorIsShownACertificate) {
  open_dynamic("tls");
  Wire& backend = start_backend();
  Wire& joe = connect();
  transport::ClientCertificate certificate;
  certificate.common_name = "joe";
  certificate.sha256 = "AB:CD";
  joe.shows(certificate);
  EXPECT_EQ(challenge_of(joe, R"("authmethods":["tls"])"), "");
  EXPECT_THAT(answers(backend, R"({"role":"user","authid":"joe"})"),
              HasSubstr(R"("client_cert":{"cn":"joe","sha1":"","sha256":"AB:CD")"));
  EXPECT_THAT(joe.sent(),
              HasSubstr(R"("authid":"joe","authrole":"user","authmethod":"tls","authprovider":"dynamic")"));
  Wire& nobody = connect();
  EXPECT_THAT(challenge_of(nobody, R"("authmethods":["tls"])"),
              HasSubstr("wamp.error.no_matching_auth_method"));
}

TEST_F(DynamicTest, AnAuthenticatorTellsTheKeyOfCryptosign) {
  open(R"("cryptosign": {"type": "dynamic", "authenticator": "com.auth", "authenticator-realm": "realm2"},
          "anonymous": {"type": "static", "role": "admin"})");
  Wire& backend = connect();
  backend.receives(hello("", "realm2"));
  backend.receives(R"([64,1,{},"com.auth"])");
  backend.sent();
  const auto log_in = [&](const std::string& key, const std::string& answer) {
    Wire& wire = connect("192.0.2." + std::to_string(answer.size()) + ":1");
    wire.receives(hello(cryptosign_hello(key)));
    EXPECT_THAT(answers(backend, answer), HasSubstr(R"("authextra":{"pubkey":)"));
    const std::string challenge = wire.sent();
    return says(wire, authenticate(test_support::sign_cryptosign(key, json_string(challenge, "challenge"))));
  };
  const std::string joes = test_support::cryptosign_public_key(joes_key);
  EXPECT_THAT(log_in(joes_key, R"({"role":"user","pubkey":")" + joes + "\"}"),
              HasSubstr(R"("authmethod":"cryptosign")"));
  EXPECT_THAT(log_in(joes_key, R"({"role":"user","authorized_keys":[")" + joes + "\"]}"), StartsWith("[2,"));
  EXPECT_EQ(log_in(jims_key, R"({"pubkey":")" + joes + R"(","role":"user"})"), denied);
  // It has seen the key that the client shows, and has said yes.
  EXPECT_THAT(log_in(jims_key, R"("user")"), StartsWith("[2,"));
}

TEST_F(DynamicTest, AnAuthenticatorSeesTheClaimsOfATokenThatIsValid) {
  open_dynamic("jwt", R"(, "keys": [")" + token_secret + "\"]");
  Wire& backend = start_backend();
  Wire& joe = connect();
  challenge_of(joe, R"("authmethods":["jwt"])");
  joe.receives(
      authenticate(test_support::sign_token(R"({"sub":"joe","team":"red","exp":1000000060})", token_secret)));
  EXPECT_THAT(answers(backend, R"("user")"),
              HasSubstr(R"("claims":{"sub":"joe","team":"red","exp":1000000060})"));
  EXPECT_THAT(joe.sent(), HasSubstr(R"("authid":"joe","authrole":"user")"));
  Wire& forger = connect();
  challenge_of(forger, R"("authmethods":["jwt"])");
  EXPECT_EQ(says(forger, authenticate(test_support::sign_token(R"({"sub":"joe","exp":1000000060})",
                                                               "not that secret, another one"))),
            denied);
  EXPECT_EQ(backend.sent(), "");
}

TEST_F(DynamicTest, ManyTicketsThatAreAskedAboutAtOnceAreNoWayAround) {
  open_dynamic("ticket");
  Wire& backend = start_backend();
  std::vector<Wire*> guessers;
  for (int i = 0; i < 11; ++i) {
    guessers.push_back(&connect("203.0.113.5:1"));
    challenge_of(*guessers.back(), joe_by_ticket);
    guessers.back()->receives(authenticate("guess" + std::to_string(i)));
  }
  std::istringstream questions(backend.sent());
  for (std::string question; std::getline(questions, question);)
    backend.receives(question.find("guess10") == question.npos
                         ? "[8,68," + request_of(question) + ",{},\"com.example.wrong\"]"
                         : "[70," + request_of(question) + ",{},[\"user\"]]");
  EXPECT_EQ(guessers.front()->sent(), denied);
  EXPECT_THAT(guessers.back()->sent(), HasSubstr("wamp.error.too_many_requests"));
}

}  // namespace
}  // namespace router
