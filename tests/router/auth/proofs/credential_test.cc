#include "router/auth/proofs/credential.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/crypto.h"
#include "router/config/file/config_file.h"
#include "text/base64.h"
#include "text/hex.h"

namespace router::auth {
namespace {

using testing::HasSubstr;

// The principal as the configuration reads it.
config::Principal read(const std::string& method, const std::string& credential) {
  const std::string text = R"({"realms": [{"name": "r", "roles": [{"name": "user", "permissions": []}]}],
      "transports": [{"type": "websocket", "endpoint": {"type": "tcp", "port": 1}, "auth": {")" +
                           method + R"(": {"type": "static", "principals": {"joe": )" + credential + "}}}}]}";
  return config::parse_config(text, "test", ".").transports.at(0).auth.at(method).principals.at("joe");
}

TEST(Credential, OfWampCraIsWhatClientsDeriveFromTheirPassword) {
  const std::string made =
      make_credential({.method = "wampcra", .iterations = 100, .salt = "0123456789abcdef"}, "secret2");
  const config::Principal joe = read("wampcra", made);
  EXPECT_EQ(joe.salt, "30313233343536373839616263646566");
  EXPECT_EQ(joe.iterations, 100u);
  // python3: base64.b64encode(hashlib.pbkdf2_hmac('sha256', b'secret2', joe.salt, 100, 32))
  EXPECT_EQ(joe.secret, "wczKVN26fB2XNCNdtJVWZirbCwv7xYgKQnmnK+6cK80=");
}

TEST(Credential, OfScramAsAutobahnDerivesIt) {
  // autobahn.wamp.auth.derive_scram_credential("joe", "scram-password", b"s" * 16)
  const config::Principal joe = read(
      "scram",
      make_credential({.iterations = 4096, .memory = 512, .salt = std::string(16, 's'), .for_autobahn = true},
                      "scram-password"));
  EXPECT_EQ(joe.kdf, config::Kdf::argon2id13);
  EXPECT_EQ(joe.memory, 512u);
  EXPECT_THAT(
      make_credential({.iterations = 4096, .memory = 512, .salt = std::string(16, 's'), .for_autobahn = true},
                      "scram-password"),
      HasSubstr(R"("stored-key": "eedba2d640cc4004b02249a55a4f5e6249edbe97318f7b640131582850356df7")"));
}

TEST(Credential, OfScramWithPbkdf2OfRfc7677) {
  // User "user", password "pencil", as in RFC 7677, section 3.
  const config::Principal user =
      read("scram",
           make_credential(
               {.kdf = "pbkdf2",
                .iterations = 4096,
                .salt = std::string("\x5b\x6d\x99\x68\x9d\x12\x35\x8e\xec\xa0\x4b\x14\x12\x36\xfa\x81", 16)},
               "pencil"));
  EXPECT_EQ(user.iterations, 4096u);
  EXPECT_EQ(text::to_hex(user.stored_key),
            "586e5df283e6dceb5c3e791d8b8528ec191e664045ce971792e2e6b5bb13e2a6");
  // What its example's server answers.
  const std::string message =
      "n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
      "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
  EXPECT_EQ(text::to_base64(crypto::hmac_sha256(user.server_key, message)),
            "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
}

TEST(Credential, HasAFreshSaltEachTime) {
  EXPECT_NE(make_credential({.kdf = "pbkdf2"}, "pencil"), make_credential({.kdf = "pbkdf2"}, "pencil"));
}

TEST(Credential, IsNotMadeOfWhatClientsMayEncodeDifferently) {
  EXPECT_THROW(make_credential({}, ""), std::invalid_argument);
  EXPECT_THROW(make_credential({}, "p\xc3\xa4ssword"), std::invalid_argument);
  EXPECT_THROW(make_credential({.memory = 0}, "password"), std::invalid_argument);
}

}  // namespace
}  // namespace router::auth
