#include "tests/router/config/config_text.h"

namespace router::config::test {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr auto role = R"("role": "anonymous")";

std::string with_auth(const std::string& methods) {
  return with_websocket("\"auth\": {" + methods + "}");
}
AuthMethod method_of(const std::string& name, const std::string& rules) {
  return parse(with_auth("\"" + name + "\": " + rules)).transports.at(0).auth.at(name);
}
Principal principal_of(const std::string& name, const std::string& credentials) {
  return method_of(name, R"({"type": "static", "principals": {"joe": {)" + std::string(role) + ", " +
                             credentials + "}}}")
      .principals.at("joe");
}
std::string error_of_principal(const std::string& name, const std::string& credentials) {
  return error_of(with_auth("\"" + name + R"(": {"type": "static", "principals": {"joe": {)" +
                            std::string(role) + ", " + credentials + "}}}"));
}

TEST(Auth, ReadsTickets) {
  const Principal joe =
      principal_of("ticket", R"("ticket": "secret!!!", "realm": "r", "authid": "J", "extra": {"a": 1})");
  EXPECT_EQ(joe.secret, "secret!!!");
  EXPECT_EQ(joe.role, "anonymous");
  EXPECT_EQ(joe.realm, "r");
  EXPECT_EQ(joe.authid, "J");
  EXPECT_EQ(*joe.extra.find("a"), wamp::Value(1));
}

TEST(Auth, ReadsWampCraUsersUnderEitherName) {
  for (const std::string key : {"users", "principals"}) {
    const Principal joe =
        method_of("wampcra", R"({"type": "static", ")" + key + R"(": {"joe": {"secret": "s", "salt": "t",
        "iterations": 100, "keylen": 16, )" +
                                 role + "}}}")
            .principals.at("joe");
    EXPECT_EQ(joe.secret + joe.salt, "st");
    EXPECT_EQ(joe.iterations, 100u);
    EXPECT_EQ(joe.keylen, 16u);
  }
}

TEST(Auth, ReadsScramKeys) {
  const std::string key(64, 'a');
  const Principal joe = principal_of("scram", R"("kdf": "argon2id-13", "iterations": 4096, "memory": 512,
      "salt": "30313233", "stored-key": ")" + key +
                                                  R"(", "server-key": ")" + key + "\"");
  EXPECT_EQ(joe.salt, "0123");
  EXPECT_EQ(joe.stored_key, std::string(32, '\xaa'));
  EXPECT_EQ(joe.kdf, Kdf::argon2id13);
  EXPECT_EQ(joe.memory, 512u);
  const std::string keys =
      R"("salt": "30", "iterations": 1, "stored-key": ")" + key + R"(", "server-key": ")" + key + "\"";
  EXPECT_EQ(principal_of("scram", R"("kdf": "pbkdf2", )" + keys).kdf, Kdf::pbkdf2);
  EXPECT_THAT(error_of_principal("scram", R"("kdf": "argon2id-13", )" + keys),
              EndsWith("the key \"memory\" is missing"));
  EXPECT_THAT(error_of_principal("scram", R"("kdf": "md5", )" + keys), HasSubstr("expected \"pbkdf2\""));
  EXPECT_THAT(
      error_of_principal("scram", R"("kdf": "pbkdf2", "salt": "30", "iterations": 1, "stored-key": "aa",
                                             "server-key": "aa")"),
      HasSubstr("stored-key\"]: expected 32 octets in hexadecimal"));
}

TEST(Auth, ReadsKeysAndCertificates) {
  const std::string key(64, '0');
  EXPECT_THAT(principal_of("cryptosign", R"("authorized_keys": [")" + key + "\"]").public_keys,
              ElementsAre(std::string(32, '\0')));
  EXPECT_THAT(error_of_principal("cryptosign", R"("authorized_keys": ["abc"])"),
              EndsWith("expected 32 octets in hexadecimal"));
  const std::string sha1 = "b6:e5:e6:f2:2a:86:db:3c:dc:9f:51:42:58:39:9b:14:92:5d:a1:eb";
  EXPECT_THAT(principal_of("tls", R"("certificate-sha1": ")" + sha1 + "\"").fingerprints,
              ElementsAre("B6:E5:E6:F2:2A:86:DB:3C:DC:9F:51:42:58:39:9B:14:92:5D:A1:EB"));
  EXPECT_THAT(error_of_principal("tls", R"("certificate-sha256": ")" + sha1 + "\""),
              HasSubstr("expected 32 octets"));
}

TEST(Auth, ReadsDynamicAuthenticatorsOfEveryMethodThatHasThem) {
  for (const std::string name : {"anonymous", "ticket", "wampcra", "scram", "cryptosign", "tls"}) {
    const AuthMethod method =
        method_of(name, R"({"type": "dynamic", "authenticator": "com.auth", "authenticator-realm": "r"})");
    ASSERT_TRUE(method.authenticator) << name;
    EXPECT_EQ(method.authenticator->procedure, "com.auth");
    EXPECT_EQ(method.authenticator->realm, "r");
  }
  EXPECT_THAT(error_of(with_auth(R"("ticket": {"type": "dynamic"})")),
              EndsWith("the key \"authenticator\" is missing"));
}

TEST(Auth, ReadsTheRulesOfTokens) {
  const AuthMethod method =
      method_of("jwt", R"({"type": "static", "keys": ["secret"], "issuer": "i", "audience": "a",
      "claims": {"authid": "email", "role": "r"}, "default-role": "anonymous", "leeway_s": 5, "require_expiry": false})");
  ASSERT_TRUE(method.token);
  EXPECT_THAT(method.token->keys, ElementsAre(R"({"kty":"oct","k":"c2VjcmV0"})"));
  EXPECT_EQ(method.token->authid_claim, "email");
  EXPECT_EQ(method.default_role, "anonymous");
  EXPECT_EQ(method.token->leeway_s, 5u);
  EXPECT_FALSE(method.token->require_expiry);
  EXPECT_THAT(error_of(with_auth(R"("jwt": {"type": "static"})")), HasSubstr("needs \"keys\" or \"jwks\""));
  EXPECT_THAT(error_of(with_auth(R"("jwt": {"type": "static", "keys": ["-----BEGIN nonsense"]})")),
              HasSubstr("expected a public key in PEM"));
}

TEST(Auth, ReadsKeySets) {
  const AuthMethod method = method_of(
      "jwt",
      R"({"type": "static", "jwks": "{\"keys\": [)"
      R"({\"kty\": \"RSA\", \"use\": \"sig\", \"kid\": \"1\", \"n\": \"AQ\", \"e\": \"AQAB\", \"x5c\": [\"ignored\"]},)"
      R"({\"kty\": \"RSA\", \"use\": \"enc\", \"n\": \"AQ\", \"e\": \"AQAB\"}]}"})");
  EXPECT_THAT(method.token->keys, ElementsAre(R"({"kty":"RSA","kid":"1","n":"AQ","e":"AQAB"})"));
  // It may be a file of its own, where the place is.
  EXPECT_THAT(error_of(with_auth(R"("jwt": {"type": "static", "jwks": "\n{\"keys\": []}"})")),
              StartsWith("wampd.jsonc: jwks:2:10: at jwks.keys: "));
}

TEST(Auth, WhatIsToldOfAnUnknownAuthidIsMadeOfNoSecret) {
  const auto key = [](const std::string& method, const std::string& secret) {
    return method_of(method, R"({"type": "static", "principals": {"joe": {"role": "anonymous", ")" +
                                 std::string(method == "ticket" ? "ticket" : "secret") + R"(": ")" + secret +
                                 "\"}}}")
        .decoy_key;
  };
  // The same after a reload, whatever the secrets are: else passwords could be tried on it.
  EXPECT_EQ(key("wampcra", "guessed"), key("wampcra", "not guessed"));
  EXPECT_NE(key("wampcra", "guessed"), key("ticket", "guessed"));
  EXPECT_EQ(key("wampcra", "guessed").size(), 32u);
}

TEST(Auth, ErrorsTellThePlaceAndNeverTheSecret) {
  const std::string error =
      error_of_principal("scram", R"("kdf": "pbkdf2", "iterations": 1, "salt": "hush-hush",
      "stored-key": "aa", "server-key": "aa")");
  EXPECT_THAT(error,
              HasSubstr("at $.transports[0].auth.scram.principals.joe.salt: expected octets in hexadecimal"));
  EXPECT_EQ(error.find("hush"), std::string::npos);
}

TEST(Auth, RefusesWhatNobodyWouldNotice) {
  EXPECT_THAT(error_of(with_auth(R"("ticket": {"type": "static", "principals": {"joe": {"ticket": "x"}}})")),
              EndsWith("the key \"role\" is missing"));
  EXPECT_THAT(error_of_principal("ticket", R"("tickt": "x")"), HasSubstr("did you mean \"ticket\"?"));
  EXPECT_THAT(error_of_principal("ticket", R"("ticket": "")"), EndsWith("must not be empty"));
  EXPECT_THAT(error_of(with_auth(R"("ticket": {"type": "static", "authenticator": "a", "principals": {}})")),
              HasSubstr("unknown key \"authenticator\""));
  EXPECT_THAT(error_of(with_auth(R"("cookie": {})")),
              EndsWith("needs \"cookie\" tracking in the WebSocket path"));
  EXPECT_THAT(error_of(with_auth(R"("cryptosign": {"type": "static", "trustroots": {}})")),
              EndsWith("\"trustroots\" is not supported yet"));
}

TEST(Auth, ReadsCookieTracking) {
  const auto cookie = [](const std::string& rules) {
    return *parse(with_websocket("\"cookie\": " + rules)).transports.at(0).cookie;
  };
  EXPECT_EQ(cookie("{}").name, "cbtid");
  EXPECT_EQ(cookie(R"({"name": "id", "length": 64, "max_age": 60})").length, 64u);
  EXPECT_EQ(cookie(R"({"max_cookies_per_authid": 3})").max_cookies_per_authid, 3u);
  EXPECT_EQ(cookie(R"({"length": 6})").length, 16u);
  EXPECT_THAT(notices_of(with_websocket(R"("cookie": {"length": 6})")),
              ElementsAre(EndsWith("so short a cookie can be guessed: it has 16")));
  EXPECT_THAT(notices_of(with_websocket(R"("cookie": {"store": {"type": "memory"}})")), IsEmpty());
  EXPECT_THAT(notices_of(with_websocket(R"("cookie": {"store": {"type": "file", "filename": "x"}})")),
              ElementsAre(EndsWith("cookies are kept in memory: a restart forgets them")));
  EXPECT_THAT(error_of(with_websocket(R"("cookie": {"name": "A;b"})")),
              EndsWith("expected letters, digits and any of !#$%&'*+-.^_`|~"));
  for (const std::string name : {"session-id", "Wamp.Cookie", "!#$%&'*+-.^_`|~"})
    EXPECT_EQ(cookie(R"({"name": ")" + name + R"("})").name, name);
  for (const std::string name : {"a b", "a=b", "a,b", "a/b", "a@b", "a:b", "\u00e4"})
    EXPECT_THAT(error_of(with_websocket(R"("cookie": {"name": ")" + name + R"("})")),
                HasSubstr("expected letters, digits"))
        << name;
}

TEST(Auth, ReadsHowBrowsersAreToKeepTheCookie) {
  const auto cookie = [](const std::string& rules) {
    return *parse(with_websocket("\"cookie\": " + rules)).transports.at(0).cookie;
  };
  EXPECT_EQ(cookie("{}").secure, std::nullopt);
  EXPECT_TRUE(cookie("{}").http_only);
  EXPECT_EQ(cookie("{}").same_site, "Lax");
  const CookieTracking open = cookie(R"({"secure": false, "http_strict": false, "same_site": "Strict"})");
  EXPECT_EQ(open.secure, false);
  EXPECT_FALSE(open.http_only);
  EXPECT_EQ(open.same_site, "Strict");
  EXPECT_TRUE(cookie(R"({"http_strict": true})").http_only);
  EXPECT_EQ(cookie(R"({"secure": true})").secure, true);
  EXPECT_EQ(cookie(R"({"same_site": "None"})").secure, true);
  EXPECT_EQ(cookie(R"({"name": "__Host-id"})").secure, true);
  EXPECT_EQ(cookie(R"({"name": "__Secure-id"})").secure, true);
  EXPECT_THAT(notices_of(with_websocket(R"("cookie": {"name": "__Host-id", "secure": false})")),
              ElementsAre(HasSubstr("cookie.name: browsers take no such cookie, as \"__Host-\"")));
  EXPECT_THAT(notices_of(with_websocket(R"("cookie": {"same_site": "None", "secure": false})")),
              ElementsAre(HasSubstr("cookie.same_site: browsers take no such cookie")));
  EXPECT_THAT(error_of(with_websocket(R"("cookie": {"same_site": "lax"})")),
              EndsWith("found \"lax\"; did you mean \"Lax\"?"));
}

}  // namespace
}  // namespace router::config::test
