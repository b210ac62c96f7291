// From HELLO to WELCOME or ABORT by each method with a secret that is not sent: with clients that know it,
// guess it, steal an answer or lie.
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
