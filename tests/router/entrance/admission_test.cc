// From HELLO to WELCOME or ABORT, by every method, with clients that know the secret, guess it, steal it or
// lie.
#include "router/entrance/admission.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router/crypto/crypto.h"
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

// ---- ticket

TEST_F(AdmissionTest, ATicketOpens) {
  open(tickets);
  Wire& joe = connect();
  EXPECT_EQ(challenge_of(joe, joe_by_ticket), R"([4,"ticket",{}])");
  const std::string welcome = says(joe, authenticate("secret!!!"));
  EXPECT_THAT(welcome, StartsWith("[2,"));
  EXPECT_THAT(welcome,
              HasSubstr(R"("authid":"joe","authrole":"user","authmethod":"ticket","authprovider":"static")"));
  EXPECT_THAT(welcome, Not(HasSubstr("authextra")));
}

TEST_F(AdmissionTest, AWrongTicketAndAnUnknownAuthidGetTheSameAnswers) {
  open(tickets);
  for (const std::string authid : {"joe", "nobody", ""}) {
    Wire& wire = connect();
    const std::string first = challenge_of(wire, R"("authmethods":["ticket"],"authid":")" + authid + "\"");
    if (authid.empty()) {
      EXPECT_THAT(first, HasSubstr("wamp.error.no_such_principal"));
      continue;
    }
    EXPECT_EQ(first, R"([4,"ticket",{}])");
    EXPECT_EQ(says(wire, authenticate("wrong")), denied) << authid;
    EXPECT_EQ(wire.close_code(), 1000) << authid;
  }
}

TEST_F(AdmissionTest, APrincipalMayHaveItsRealmItsOtherNameAndSomethingExtra) {
  open(tickets);
  Wire& jim = connect();
  jim.receives(hello(R"("authmethods":["ticket"],"authid":"jim")", "realm2"));
  jim.receives(authenticate("other"));
  const std::string welcome = jim.sent();
  EXPECT_THAT(welcome, HasSubstr(R"("realm":"realm2","authid":"James","authrole":"admin")"));
  EXPECT_THAT(welcome, HasSubstr(R"("authextra":{"n":[1,2.5,null]})"));
}

TEST_F(AdmissionTest, NobodyComesIntoAnotherRealmThanHisOwn) {
  open(tickets);
  Wire& jim = connect();
  jim.receives(hello(R"("authmethods":["ticket"],"authid":"jim")", "realm1"));
  jim.sent();
  EXPECT_EQ(says(jim, authenticate("other")), denied);
}

TEST_F(AdmissionTest, WhoNamesNoRealmComesIntoHisOwn) {
  open(tickets);
  Wire& jim = connect();
  jim.receives(hello(R"("authmethods":["ticket"],"authid":"jim")", ""));
  jim.sent();
  EXPECT_THAT(says(jim, authenticate("other")), HasSubstr(R"("realm":"realm2")"));
  Wire& james = connect();
  james.receives(R"([1,null,{"roles":{"caller":{}},"authmethods":["ticket"],"authid":"jim"}])");
  james.sent();
  EXPECT_THAT(says(james, authenticate("other")), HasSubstr(R"("realm":"realm2")"));
  Wire& joe = connect();
  joe.receives(hello(joe_by_ticket, ""));
  joe.sent();
  EXPECT_THAT(says(joe, authenticate("secret!!!")), HasSubstr("wamp.error.no_such_realm"));
}

TEST_F(AdmissionTest, ThereAreNoShortcutsAndNoDetours) {
  open(tickets);
  for (const std::string& message :
       {std::string("[48,1,{},\"a\"]"), hello(joe_by_ticket), std::string(R"([6,{},"wamp.close.normal"])")}) {
    Wire& wire = connect();
    challenge_of(wire, joe_by_ticket);
    EXPECT_THAT(says(wire, message), HasSubstr("wamp.error.protocol_violation")) << message;
  }
  Wire& early = connect();
  EXPECT_THAT(says(early, authenticate("secret!!!")), HasSubstr("wamp.error.protocol_violation"));
  Wire& late = connect();
  challenge_of(late, joe_by_ticket);
  says(late, authenticate("secret!!!"));
  EXPECT_THAT(says(late, authenticate("secret!!!")), HasSubstr("wamp.error.protocol_violation"));
}

TEST_F(AdmissionTest, AClientMayAbortInTheMiddle) {
  open(tickets);
  Wire& wire = connect();
  challenge_of(wire, joe_by_ticket);
  EXPECT_EQ(says(wire, R"([3,{},"wamp.error.cannot_authenticate"])"), "");
  EXPECT_EQ(wire.close_code(), 1000);
}

TEST_F(AdmissionTest, AClientMayVanishInTheMiddle) {
  open(tickets);
  Wire& wire = connect();
  challenge_of(wire, joe_by_ticket);
  wire.breaks();
  Wire& next = connect();
  challenge_of(next, joe_by_ticket);
  EXPECT_THAT(says(next, authenticate("secret!!!")), StartsWith("[2,"));
}

TEST_F(AdmissionTest, AHandlerOfTheSessionBeforeMayAnswerInTheMiddle) {
  open(tickets);
  Wire& wire = connect();
  const auto joins = [&wire] {
    EXPECT_THAT(says(wire, hello(joe_by_ticket)), StartsWith("[4,"));
    EXPECT_THAT(says(wire, authenticate("secret!!!")), StartsWith("[2,"));
  };
  joins();
  wire.receives(R"([64,1,{},"com.slow"])");
  wire.receives(R"([48,2,{},"com.slow"])");
  EXPECT_THAT(wire.sent(), HasSubstr("[68,1,"));
  EXPECT_THAT(says(wire, R"([6,{},"wamp.close.close_realm"])"), StartsWith("[6,"));
  EXPECT_THAT(says(wire, hello(joe_by_ticket)), StartsWith("[4,"));
  EXPECT_EQ(says(wire, R"([70,1,{},["late"]])"), "");
  EXPECT_THAT(says(wire, authenticate("secret!!!")), StartsWith("[2,"));
}

// ---- choosing a method

TEST_F(AdmissionTest, TheClientsFirstMethodThatIsAcceptedCounts) {
  open(std::string(tickets) + R"(, "anonymous": {"type": "static", "role": "anonymous"})");
  Wire& both = connect();
  EXPECT_EQ(challenge_of(both, R"("authmethods":["scram","ticket","anonymous"],"authid":"joe")"),
            R"([4,"ticket",{}])");
  Wire& anonymous = connect();
  EXPECT_THAT(challenge_of(anonymous, R"("authmethods":["anonymous","ticket"],"authid":"joe")"),
              HasSubstr(R"("authmethod":"anonymous")"));
}

TEST_F(AdmissionTest, AnAnonymousClientIsNotWhomItClaimsToBe) {
  open(R"("anonymous": {"type": "static", "role": "anonymous"})");
  Wire& wire = connect();
  const std::string welcome = challenge_of(wire, R"("authid":"admin")");
  EXPECT_THAT(welcome, StartsWith("[2,"));
  EXPECT_THAT(welcome, Not(HasSubstr(R"("authid":"admin")")));
}

TEST_F(AdmissionTest, WhoOffersNothingThatIsAcceptedIsToldWhatIs) {
  open(tickets);
  for (const std::string details : {R"("authmethods":["anonymous"])", R"("authmethods":[])", ""}) {
    Wire& wire = connect();
    const std::string answer = challenge_of(wire, details);
    EXPECT_THAT(answer, HasSubstr("wamp.error.authentication_required")) << details;
    EXPECT_THAT(answer, HasSubstr("ticket")) << details;
  }
  Wire& wire = connect();
  EXPECT_THAT(challenge_of(wire, R"("authmethods":["wampcra","tls","cookie","jwt"],"authid":"joe")"),
              HasSubstr("wamp.error.no_matching_auth_method"));
}

// realm1 is open to anonymous, realm2 to the role "user" only.
config::Config half_open(const std::string& auth) {
  return config::parse_config(
      R"({"realms": [{"name": "realm1", "roles": [{"name": "anonymous", "permissions": []}]},
                     {"name": "realm2", "roles": [{"name": "user", "permissions": []}]}],
          "transports": [{"type": "websocket", "endpoint": {"type": "tcp", "port": 1},
                          "auth": {"anonymous": {"type": "static", "role": "anonymous"})" +
          auth + "}}]}",
      "test", ".");
}

TEST_F(AdmissionTest, ARealmThatIsNotOpenToAnonymousWantsSomethingElse) {
  router_.emplace(
      half_open(R"(, "ticket": {"type": "static", "principals": {"joe": {"ticket": "t", "role": "user"}}})"));
  for (const std::string details : {R"("authmethods":["anonymous"])", R"("authmethods":[])", ""})
    EXPECT_THAT(says(connect(), hello(details, "realm2")),
                AllOf(StartsWith("[3,"), HasSubstr("\\\"ticket\\\""),
                      HasSubstr("realm \\\"realm2\\\" has no role for \\\"anonymous\\\""),
                      HasSubstr("wamp.error.authentication_required")))
        << details;
  EXPECT_THAT(says(connect(), hello(R"("authmethods":["anonymous","jwt"])", "realm2")),
              HasSubstr("wamp.error.no_matching_auth_method"));
  EXPECT_THAT(says(connect(), hello("")), StartsWith("[2,"));
  EXPECT_THAT(says(connect(), hello("", "realm3")), HasSubstr("wamp.error.no_such_realm"));
}

TEST_F(AdmissionTest, WhoOffersMoreThanAnonymousIsAskedForThatWhereItIsNeeded) {
  router_.emplace(
      half_open(R"(, "ticket": {"type": "static", "principals": {"joe": {"ticket": "t", "role": "user"}}})"));
  const std::string either = R"("authmethods":["anonymous","ticket"],"authid":"joe")";
  EXPECT_THAT(says(connect(), hello(either)), HasSubstr(R"("authmethod":"anonymous")"));
  Wire& joe = connect();
  EXPECT_EQ(says(joe, hello(either, "realm2")), R"([4,"ticket",{}])");
  EXPECT_THAT(says(joe, authenticate("t")), HasSubstr(R"("authrole":"user","authmethod":"ticket")"));
}

TEST_F(AdmissionTest, ARealmThatIsNotOpenToAnonymousIsNoneOfATransportThatKnowsNothingElse) {
  router_.emplace(half_open(""));
  for (const std::string details : {R"("authmethods":["anonymous"])", ""})
    EXPECT_THAT(says(connect(), hello(details, "realm2")),
                AllOf(StartsWith("[3,"), HasSubstr("wamp.error.no_matching_auth_method")))
        << details;
}

TEST_F(AdmissionTest, AnAuthidOfAnySizeIsAnswered) {
  open(tickets);
  const auto answer_to = [this](const std::string& authid) {
    return challenge_of(connect(), R"("authmethods":["ticket"],"authid":")" + authid + "\"");
  };
  EXPECT_THAT(answer_to(std::string(255, 'j')), HasSubstr("[4,\"ticket\""));
  EXPECT_THAT(answer_to(std::string(100000, 'j')), HasSubstr("more than 255 bytes (attribute_length)"));
}

// ---- wampcra

constexpr auto cra = R"("wampcra": {"type": "static", "users": {
    "joe": {"secret": "secret2", "role": "user"},
    "peter": {"secret": "PETERS_KEY", "role": "admin", "salt": "salt123", "iterations": 100, "keylen": 16}}})";

std::string cra_with_keys() {
  std::string auth = cra;
  const std::string wanted = "PETERS_KEY";
  return auth.replace(auth.find(wanted), wanted.size(),
                      test_support::derive_wampcra("pete's password", "salt123", 100, 16));
}

TEST_F(AdmissionTest, AWampCraSignatureOpens) {
  open(cra_with_keys());
  Wire& joe = connect();
  const std::string challenge = challenge_of(joe, R"("authmethods":["wampcra"],"authid":"joe")");
  EXPECT_THAT(challenge,
              StartsWith(R"([4,"wampcra",{"challenge":"{\"authid\":\"joe\",\"authrole\":\"user\")"));
  EXPECT_THAT(challenge, Not(HasSubstr("salt")));
  const std::string text = json_string(challenge, "challenge");
  for (const char* key : {"nonce", "timestamp", "authprovider", "authmethod", "session"})
    EXPECT_THAT(text, HasSubstr("\"" + std::string(key) + "\":")) << text;
  const std::string welcome = says(joe, authenticate(test_support::sign_wampcra("secret2", text)));
  EXPECT_THAT(welcome, HasSubstr(R"("authid":"joe","authrole":"user","authmethod":"wampcra")"));
  // The session is the one that was signed.
  EXPECT_THAT(text, HasSubstr("\"session\":" + std::to_string(joe.session_id())));
}

TEST_F(AdmissionTest, ASaltedWampCraClientMakesItsKeyOfItsPassword) {
  open(cra_with_keys());
  Wire& peter = connect();
  const std::string challenge = challenge_of(peter, R"("authmethods":["wampcra"],"authid":"peter")");
  EXPECT_THAT(challenge, HasSubstr(R"("salt":"salt123","iterations":100,"keylen":16)"));
  const std::string key = test_support::derive_wampcra("pete's password", "salt123", 100, 16);
  EXPECT_THAT(says(peter, authenticate(test_support::sign_wampcra(key, json_string(challenge, "challenge")))),
              HasSubstr(R"("authid":"peter","authrole":"admin")"));
}

TEST_F(AdmissionTest, ACapturedWampCraSignatureIsWorthNothing) {
  open(cra_with_keys());
  Wire& joe = connect();
  const std::string challenge = challenge_of(joe, R"("authmethods":["wampcra"],"authid":"joe")");
  const std::string signature = test_support::sign_wampcra("secret2", json_string(challenge, "challenge"));
  EXPECT_THAT(says(joe, authenticate(signature)), StartsWith("[2,"));

  Wire& thief = connect();
  EXPECT_NE(challenge_of(thief, R"("authmethods":["wampcra"],"authid":"joe")"), challenge);
  EXPECT_EQ(says(thief, authenticate(signature)), denied);
}

TEST_F(AdmissionTest, AWampCraSignatureIsWholeOrWrong) {
  open(cra_with_keys(),
       R"(, "limits": {"failed_logins_per_authid": 1000, "failed_logins_per_address": 1000})");
  for (size_t size = 0; size < 44; size += 4) {
    Wire& wire = connect();
    const std::string challenge = challenge_of(wire, R"("authmethods":["wampcra"],"authid":"joe")");
    const std::string signature = test_support::sign_wampcra("secret2", json_string(challenge, "challenge"));
    wire.receives(authenticate(signature.substr(0, size)));
    EXPECT_FALSE(wire.session_id()) << size;
    EXPECT_THAT(wire.sent(), Not(StartsWith("[2,"))) << size;
  }
}

TEST_F(AdmissionTest, AnUnknownWampCraUserIsChallengedLikeAKnownOne) {
  open(cra_with_keys());
  std::map<bool, int> salted;
  for (int i = 0; i < 40; ++i) {
    const std::string details = R"("authmethods":["wampcra"],"authid":"nobody)" + std::to_string(i) + "\"";
    Wire& one = connect("192.0.2." + std::to_string(i) + ":1");
    Wire& other = connect("192.0.2." + std::to_string(i) + ":2");
    const std::string challenge = challenge_of(one, details);
    // The same salt again, else it would be plain that it is made up.
    EXPECT_EQ(json_string(challenge, "salt"), json_string(challenge_of(other, details), "salt"));
    EXPECT_EQ(json_string(challenge, "salt").size(), challenge.find("salt") == challenge.npos ? 0u : 7u);
    ++salted[challenge.find("salt") != challenge.npos];
    EXPECT_EQ(says(one, authenticate("x")), denied);
  }
  // Some look like joe, some like peter.
  EXPECT_GT(salted[true], 0);
  EXPECT_GT(salted[false], 0);
}

// ---- scram

std::string scram_auth() {
  const auto keys = test_support::scram_keys("pencil", scram_salt, 4096);
  return R"("scram": {"type": "static", "principals": {"us=er,1": {"role": "user", "kdf": "pbkdf2", "iterations": 4096,
    "salt": ")" +
         to_hex(scram_salt) + R"(", "stored-key": ")" + to_hex(keys.stored_key) + R"(", "server-key": ")" +
         to_hex(keys.server_key) +
         R"("}, "argon": {"role": "user", "kdf": "argon2id-13", "iterations": 4096, "memory": 512,
    "salt": ")" +
         to_hex(scram_salt) + R"(", "stored-key": ")" + to_hex(keys.stored_key) + R"(", "server-key": ")" +
         to_hex(keys.server_key) + R"("}}})";
}

TEST_F(AdmissionTest, AScramClientAndTheRouterProveThatTheyKnowThePassword) {
  open(scram_auth());
  Wire& user = connect();
  const std::string challenge = challenge_of(user, scram_hello);
  EXPECT_THAT(challenge, StartsWith(R"([4,"wamp-scram",{"nonce":"egVDf3DMJh0SBmkFIh7sSg==)"));
  EXPECT_THAT(challenge, HasSubstr(R"("iterations":4096,"kdf":"pbkdf2")"));
  const auto keys = test_support::scram_keys("pencil", scram_salt, 4096);
  const std::string message = auth_message(challenge, "us=3Der=2C1");
  const std::string welcome = says(user, authenticate(test_support::scram_proof(keys, message),
                                                      R"({"nonce":")" + json_string(challenge, "nonce") +
                                                          R"(","channel_binding":null,"cbind_data":null})"));
  EXPECT_THAT(welcome, HasSubstr(R"("authid":"us=er,1","authrole":"user","authmethod":"wamp-scram")"));
  EXPECT_EQ(json_string(welcome, "verifier"), "v=" + test_support::scram_verifier(keys, message));
}

TEST_F(AdmissionTest, ScramAsAutobahnSpeaksIt) {
  open(scram_auth());
  Wire& user = connect();
  const std::string challenge = challenge_of(
      user, R"("authmethods":["scram"],"authid":"argon","authextra":{"nonce":"egVDf3DMJh0SBmkFIh7sSg=="})");
  EXPECT_THAT(challenge,
              AllOf(StartsWith(R"([4,"scram",)"), HasSubstr(R"("kdf":"argon2id-13","memory":512)")));
  const auto keys = test_support::scram_keys("pencil", scram_salt, 4096);
  const std::string message = auth_message(challenge, "argon", "");
  const std::string welcome = says(user, authenticate(test_support::scram_proof(keys, message)));
  EXPECT_THAT(welcome, HasSubstr(R"("authid":"argon","authrole":"user","authmethod":"scram")"));
  EXPECT_EQ(json_string(welcome, "scram_server_signature"), test_support::scram_verifier(keys, message));
}

TEST_F(AdmissionTest, ScramToleratesNothingInTheMiddle) {
  open(scram_auth(), R"(, "limits": {"failed_logins_per_authid": 1000, "failed_logins_per_address": 1000})");
  const auto keys = test_support::scram_keys("pencil", scram_salt, 4096);
  const auto attempt = [&](const std::string& password, const std::string& header, const std::string& extra) {
    Wire& user = connect();
    const std::string challenge = challenge_of(user, scram_hello);
    const auto used = test_support::scram_keys(password, scram_salt, 4096);
    std::string filled = extra;
    if (const size_t place = filled.find("NONCE"); place != filled.npos)
      filled.replace(place, 5, json_string(challenge, "nonce"));
    user.receives(authenticate(
        test_support::scram_proof(used, auth_message(challenge, "us=3Der=2C1", header)), filled));
    return user.sent().starts_with("[2,") ? "welcome" : "refused";
  };
  EXPECT_STREQ(attempt("pencil", "biws", R"({"nonce":"NONCE"})"), "welcome");
  EXPECT_STREQ(attempt("pencil", "biws", R"({"nonce":"other"})"), "refused");
  EXPECT_STREQ(attempt("pencil", "biws", "{}"), "refused");
  // A downgrade: the client thinks that there is a channel binding, or that the router has none.
  EXPECT_STREQ(attempt("pencil", "biws", R"({"nonce":"NONCE","channel_binding":"tls-unique"})"), "refused");
  EXPECT_STREQ(attempt("pencil", "biws", R"({"nonce":"NONCE","cbind_data":"AAAA"})"), "refused");
  EXPECT_STREQ(attempt("pencil", "eSws", R"({"nonce":"NONCE"})"), "refused");
}

TEST_F(AdmissionTest, AScramReplayAndAWrongPasswordAreDenied) {
  open(scram_auth());
  const auto keys = test_support::scram_keys("pencil", scram_salt, 4096);
  Wire& user = connect();
  const std::string challenge = challenge_of(user, scram_hello);
  const std::string extra = R"({"nonce":")" + json_string(challenge, "nonce") + "\"}";
  const std::string proof = test_support::scram_proof(keys, auth_message(challenge, "us=3Der=2C1"));
  EXPECT_THAT(says(user, authenticate(proof, extra)), StartsWith("[2,"));
  Wire& thief = connect();
  challenge_of(thief, scram_hello);
  EXPECT_EQ(says(thief, authenticate(proof, extra)), denied);
  Wire& guesser = connect();
  const std::string again = challenge_of(guesser, scram_hello);
  const auto wrong = test_support::scram_keys("pencil2", scram_salt, 4096);
  EXPECT_EQ(says(guesser, authenticate(test_support::scram_proof(wrong, auth_message(again, "us=3Der=2C1")),
                                       R"({"nonce":")" + json_string(again, "nonce") + "\"}")),
            denied);
}

TEST_F(AdmissionTest, ScramNeedsANonceAndAChannelBindingThatThereIs) {
  open(scram_auth());
  for (const std::string extra : {R"({})", R"({"nonce":""})", R"({"nonce":"not base64!"})", R"({"nonce":17})",
                                  R"({"nonce":"egVDf3DMJh0=","channel_binding":"tls-unique"})",
                                  R"({"nonce":"egVDf3DMJh0=","channel_binding":"tls-exporter"})"}) {
    Wire& wire = connect();
    EXPECT_THAT(challenge_of(wire, R"("authmethods":["wamp-scram"],"authid":"us=er,1","authextra":)" + extra),
                StartsWith("[3,"))
        << extra;
  }
}

// ---- cryptosign

std::string cryptosign_auth() {
  return R"("cryptosign": {"type": "static", "principals": {"joe": {"role": "user", "realm": "realm1", "authorized_keys": [")" +
         test_support::cryptosign_public_key(joes_key) + "\"]}}}";
}

TEST_F(AdmissionTest, ACryptosignKeyOpens) {
  open(cryptosign_auth());
  for (const std::string authid : {"\"authid\":\"joe\",", ""}) {
    Wire& joe = connect();
    const std::string challenge = challenge_of(joe, cryptosign_hello(joes_key, authid));
    EXPECT_THAT(challenge, StartsWith(R"([4,"cryptosign",{"challenge":")"));
    EXPECT_THAT(
        says(joe, authenticate(test_support::sign_cryptosign(joes_key, json_string(challenge, "challenge")))),
        HasSubstr(R"("authid":"joe","authrole":"user","authmethod":"cryptosign")"));
  }
}

TEST_F(AdmissionTest, CryptosignAsTheSpecificationsVectorsHaveIt) {
  // With the channel id, and without it.
  EXPECT_EQ(test_support::sign_cryptosign(joes_key, std::string(64, 'f')),
            "b32675b221f08593213737bef8240e7c15228b07028e19595294678c90d11c0cae80a357331bfc5cc9fb71081464e6e7"
            "5013517c2c"
            "f067ad566a6b7b728e5d03ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
}

TEST_F(AdmissionTest, AnUnknownKeyIsChallengedLikeAKnownOne) {
  open(cryptosign_auth());
  for (const std::string authid : {"\"authid\":\"joe\",", "\"authid\":\"nobody\",", ""}) {
    Wire& jim = connect("192.0.2." + std::to_string(authid.size()) + ":1");
    const std::string challenge = challenge_of(jim, cryptosign_hello(jims_key, authid));
    EXPECT_THAT(challenge, StartsWith(R"([4,"cryptosign",{"challenge":")")) << authid;
    EXPECT_EQ(
        says(jim, authenticate(test_support::sign_cryptosign(jims_key, json_string(challenge, "challenge")))),
        denied)
        << authid;
  }
}

TEST_F(AdmissionTest, ACryptosignSignatureOfAnotherChallengeIsWorthNothing) {
  open(cryptosign_auth());
  Wire& joe = connect();
  const std::string challenge = challenge_of(joe, cryptosign_hello(joes_key));
  const std::string signature = test_support::sign_cryptosign(joes_key, json_string(challenge, "challenge"));
  EXPECT_THAT(says(joe, authenticate(signature)), StartsWith("[2,"));
  Wire& thief = connect();
  challenge_of(thief, cryptosign_hello(joes_key));
  EXPECT_EQ(says(thief, authenticate(signature)), denied);
}

TEST_F(AdmissionTest, ACryptosignAnswerIsWholeOrWrong) {
  open(cryptosign_auth(),
       R"(, "limits": {"failed_logins_per_authid": 1000, "failed_logins_per_address": 1000})");
  for (const size_t size : {0u, 1u, 64u, 127u, 128u, 130u, 190u, 191u}) {
    Wire& joe = connect();
    const std::string challenge = challenge_of(joe, cryptosign_hello(joes_key));
    joe.receives(authenticate(
        test_support::sign_cryptosign(joes_key, json_string(challenge, "challenge")).substr(0, size)));
    EXPECT_EQ(joe.sent().find("[2,"), std::string::npos) << size;
    EXPECT_EQ(joe.session_id(), 0u) << size;
  }
}

TEST_F(AdmissionTest, ChannelBindingThatTheConnectionDoesNotHaveIsNotLeftOut) {
  open(cryptosign_auth());
  for (const std::string binding : {"\"tls-unique\"", "\"tls-exporter\"", "\"something\"", "17"}) {
    Wire& joe = connect();
    const std::string pubkey = test_support::cryptosign_public_key(joes_key);
    EXPECT_THAT(challenge_of(joe, R"("authmethods":["cryptosign"],"authid":"joe","authextra":{"pubkey":")" +
                                      pubkey + R"(","channel_binding":)" + binding + "}"),
                StartsWith("[3,"))
        << binding;
  }
}

// ---- tokens

std::string jwt_auth() {
  return R"("jwt": {"type": "static", "keys": [")" + token_secret +
         R"("], "issuer": "me", "default-role": "user"})";
}

TEST_F(AdmissionTest, ATokenOpensUntilItExpires) {
  open(jwt_auth());
  Wire& joe = connect();
  EXPECT_EQ(challenge_of(joe, R"("authmethods":["jwt"])"), R"([4,"jwt",{}])");
  const std::string token =
      test_support::sign_token(R"({"iss":"me","sub":"joe","role":"admin","exp":1000000060})", token_secret);
  EXPECT_THAT(says(joe, authenticate(token)),
              HasSubstr(R"("authid":"joe","authrole":"admin","authmethod":"jwt")"));
  router_->passes(milliseconds(59000));
  joe.sweeps();
  EXPECT_EQ(joe.sent(), "");
  router_->passes(milliseconds(1000));
  joe.sweeps();
  EXPECT_EQ(joe.sent(), R"([6,{"message":"the authentication has expired"},"wamp.close.killed"])");
}

TEST_F(AdmissionTest, ATokenForAnotherAuthidOrRealmOrByAnotherIssuerIsDenied) {
  open(jwt_auth());
  const std::map<std::string, std::string> cases = {
      {R"("authmethods":["jwt"],"authid":"jim")", R"({"iss":"me","sub":"joe","exp":1000000060})"},
      {R"("authmethods":["jwt"])", R"({"iss":"me","sub":"joe","exp":1000000060,"realm":"realm2"})"},
      {R"("authmethods":["jwt"],"authid":"joe")", R"({"iss":"you","sub":"joe","exp":1000000060})"}};
  for (const auto& [details, claims] : cases) {
    Wire& wire = connect("192.0.2." + std::to_string(claims.size()) + ":1");
    challenge_of(wire, details);
    EXPECT_EQ(says(wire, authenticate(test_support::sign_token(claims, token_secret))), denied) << claims;
  }
}

TEST_F(AdmissionTest, ARoleThatTheRealmDoesNotHaveIsNoWayIn) {
  open(jwt_auth());
  Wire& wire = connect();
  challenge_of(wire, R"("authmethods":["jwt"])");
  EXPECT_THAT(says(wire, authenticate(test_support::sign_token(
                             R"({"iss":"me","sub":"joe","role":"root","exp":1000000060})", token_secret))),
              HasSubstr("wamp.error.no_such_role"));
}

}  // namespace
}  // namespace router
