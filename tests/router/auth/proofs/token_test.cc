#include "router/auth/proofs/token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/web_key.h"
#include "tests/support/login_client.h"

namespace router::auth {
namespace {

using test_support::sign_token;
using test_support::sign_token_es256;
using testing::HasSubstr;

const std::string secret = "a secret of the issuer, long enough";
const WallTime now = WallTime(std::chrono::seconds(2000));

// Tokens that have no time need say no more than what their test is about.
config::TokenRules rules() {
  config::TokenRules rules;
  rules.keys = {crypto::web_key_of_secret(secret)};
  rules.require_expiry = false;
  return rules;
}

std::string why_not(std::string_view token, const config::TokenRules& by = rules()) {
  const auto read = read_token(token, by, now);
  const auto* why = std::get_if<std::string>(&read);
  return why ? *why : "valid";
}

std::string token(std::string_view claims) {
  return sign_token(claims, secret);
}

TEST(Token, SaysWhoComesAsWhatUntilWhen) {
  const auto read =
      read_token(token(R"({"sub":"joe","role":"user","realm":"realm1","exp":2100,"x":[1]})"), rules(), now);
  const auto* claims = std::get_if<Claims>(&read);
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->authid, "joe");
  EXPECT_EQ(claims->role, "user");
  EXPECT_EQ(claims->realm, "realm1");
  EXPECT_EQ(claims->expires, WallTime(std::chrono::seconds(2100)));
  EXPECT_EQ(*claims->all.find("x"), wamp::Value(wamp::List{1}));
}

TEST(Token, MayCallItsClaimsAnything) {
  auto by = rules();
  by.authid_claim = "email";
  by.role_claim = "https://example.com/role";
  const auto read =
      read_token(token(R"({"email":"joe@example.com","https://example.com/role":"user"})"), by, now);
  const auto* claims = std::get_if<Claims>(&read);
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->authid, "joe@example.com");
  EXPECT_EQ(claims->role, "user");
  EXPECT_EQ(claims->expires, std::nullopt);
}

TEST(Token, IsValidInItsTimeOnlyGiveOrTakeTheLeeway) {
  EXPECT_EQ(why_not(token(R"({"sub":"joe","exp":1971})")), "valid");
  EXPECT_EQ(why_not(token(R"({"sub":"joe","exp":1970})")), "the token has expired");
  EXPECT_EQ(why_not(token(R"({"sub":"joe","exp":"tomorrow"})")), "the token has expired");
  EXPECT_EQ(why_not(token(R"({"sub":"joe","exp":1e300})")), "valid");
  EXPECT_EQ(why_not(token(R"({"sub":"joe","nbf":2030})")), "valid");
  EXPECT_EQ(why_not(token(R"({"sub":"joe","nbf":2031})")), "the token is not valid yet");
}

TEST(Token, MustSayWhenItExpiresUnlessTheRulesSpareItThat) {
  auto by = rules();
  by.require_expiry = config::TokenRules().require_expiry;
  EXPECT_EQ(why_not(token(R"({"sub":"joe","exp":2100})"), by), "valid");
  EXPECT_EQ(why_not(token(R"({"sub":"joe"})"), by), "the token does not say when it expires (\"exp\")");
  EXPECT_EQ(why_not(token(R"({"sub":"joe","exp":null})"), by), "the token has expired");
  by.require_expiry = false;
  EXPECT_EQ(why_not(token(R"({"sub":"joe"})"), by), "valid");
}

TEST(Token, ThatDemandsAnExtensionIsRefusedAsNoneIsKnown) {
  for (const std::string crit :
       {R"(["http://example.com/must"])", R"(["exp"])", R"(["b64"])", "[]", "null", R"("exp")", "{}"}) {
    const std::string header = R"({"alg":"HS256","crit":)" + crit + "}";
    EXPECT_EQ(why_not(sign_token(R"({"sub":"joe"})", secret, header)),
              "the token demands extensions (\"crit\"), and none is known")
        << crit;
  }
  EXPECT_EQ(why_not(sign_token(R"({"sub":"joe"})", secret, R"({"alg":"HS256","b64":true})")), "valid");
}

TEST(Token, MustBeOfTheIssuerForTheAudience) {
  auto by = rules();
  by.issuer = "https://issuer.example";
  by.audience = "wampd";
  EXPECT_EQ(why_not(token(R"({"sub":"j","iss":"https://issuer.example","aud":"wampd"})"), by), "valid");
  EXPECT_EQ(why_not(token(R"({"sub":"j","iss":"https://issuer.example","aud":["other","wampd"]})"), by),
            "valid");
  EXPECT_EQ(why_not(token(R"({"sub":"j","iss":"https://evil.example","aud":"wampd"})"), by),
            "the token has another issuer");
  EXPECT_EQ(why_not(token(R"({"sub":"j","aud":"wampd"})"), by), "the token has another issuer");
  EXPECT_EQ(why_not(token(R"({"sub":"j","iss":"https://issuer.example","aud":"x"})"), by),
            "the token is for another audience");
  EXPECT_EQ(why_not(token(R"({"sub":"j","iss":"https://issuer.example"})"), by),
            "the token is for another audience");
}

TEST(Token, NeedsASignatureByOneOfTheKeys) {
  const std::string good = token(R"({"sub":"joe"})");
  EXPECT_EQ(why_not(good), "valid");
  EXPECT_EQ(why_not(sign_token(R"({"sub":"joe"})", "another secret, long enough as well")),
            "the token is signed by none of the keys");
  for (size_t i = 0; i < good.size(); i += 7) {
    std::string changed = good;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_NE(why_not(changed), "valid") << i;
  }
  for (size_t size = 0; size < good.size(); size += 5)
    EXPECT_NE(why_not(good.substr(0, size)), "valid") << size;
}

TEST(Token, WithoutASignatureIsNone) {
  // {"alg":"none"}.{"sub":"joe"}
  EXPECT_NE(why_not("eyJhbGciOiJub25lIn0.eyJzdWIiOiJqb2UifQ."), "valid");
  EXPECT_NE(why_not("eyJhbGciOiJub25lIn0.eyJzdWIiOiJqb2UifQ"), "valid");
}

TEST(Token, ThatIsNotInCompactFormIsRefused) {
  const std::string good = token(R"({"sub":"joe"})");
  EXPECT_EQ(why_not(good), "valid");
  // cjose asserts that of the first, so it would end the program.
  for (const std::string& bad :
       {std::string(R"(_={"ls{oze0[.="loze0[.\)"), good + "=", good + ".e30", "." + good, std::string("..=."),
        good.substr(0, good.rfind('.') + 1), good.substr(0, good.rfind('.') + 2)})
    EXPECT_EQ(why_not(bad), "not a signed token in compact form") << bad;
}

TEST(Token, MayBeSignedByAPrivateKey) {
  const auto keys = test_support::make_p256_keys();
  auto by = rules();
  by.keys = {crypto::web_key_of_secret("something else"), *crypto::web_key_of_pem(keys.public_key)};
  EXPECT_EQ(why_not(sign_token_es256(R"({"sub":"joe"})", keys.private_key), by), "valid");
  EXPECT_EQ(why_not(sign_token_es256(R"({"sub":"joe"})", test_support::make_p256_keys().private_key), by),
            "the token is signed by none of the keys");
}

TEST(Token, IsNotValidIfAPublicKeyWasTakenForASecret) {
  const auto keys = test_support::make_p256_keys();
  config::TokenRules by;
  by.keys = {*crypto::web_key_of_pem(keys.public_key)};
  EXPECT_EQ(why_not(sign_token(R"({"sub":"joe"})", keys.public_key), by),
            "the token is signed by none of the keys");
  EXPECT_EQ(why_not(sign_token(R"({"sub":"joe"})", by.keys[0]), by),
            "the token is signed by none of the keys");
}

TEST(Token, NeedsAnAuthid) {
  EXPECT_EQ(why_not(token(R"({"name":"joe"})")), "the token has no claim \"sub\"");
  EXPECT_EQ(why_not(token(R"({"sub":17})")), "the token has no claim \"sub\"");
  EXPECT_EQ(why_not(token(R"(["sub","joe"])")), "the token's claims are no JSON object");
  EXPECT_EQ(why_not(token(R"({"sub":"joe"},{"sub":"jim"})")), "the token's claims are no JSON object");
  EXPECT_EQ(why_not(token("{")), "the token's claims are no JSON object");
}

TEST(Token, IsNotTooLong) {
  EXPECT_THAT(why_not(token(R"({"sub":")" + std::string(20000, 'j') + "\"}")), HasSubstr("longer than"));
}

}  // namespace
}  // namespace router::auth
