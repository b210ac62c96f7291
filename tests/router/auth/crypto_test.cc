// The functions of crypto/ against the vectors of their specifications.
#include "crypto/crypto.h"

#include <gtest/gtest.h>

#include "crypto/web_key.h"
#include "text/hex.h"

namespace crypto {
namespace {

std::string bytes(std::string_view hex) {
  return *text::from_hex(hex);
}

TEST(Crypto, Sha256OfFips180) {
  EXPECT_EQ(text::to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Crypto, HmacOfRfc4231) {
  EXPECT_EQ(text::to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Crypto, Pbkdf2OfRfc7914) {
  EXPECT_EQ(text::to_hex(pbkdf2_sha256("passwd", "salt", 1, 64)),
            "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
            "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783");
}

TEST(Crypto, Argon2idIsAsLongAsWantedAndDependsOnAllItIsGiven) {
  const std::string salt(16, 's');
  const auto key = argon2id13("password", salt, 2, 64, 32);
  ASSERT_TRUE(key);
  EXPECT_EQ(key->size(), 32u);
  EXPECT_EQ(argon2id13("password", salt, 2, 64, 32), key);
  EXPECT_NE(argon2id13("passwore", salt, 2, 64, 32), key);
  EXPECT_NE(argon2id13("password", std::string(16, 't'), 2, 64, 32), key);
  EXPECT_NE(argon2id13("password", salt, 3, 64, 32), key);
  EXPECT_NE(argon2id13("password", salt, 2, 128, 32), key);
  EXPECT_EQ(argon2id13("password", "short", 2, 64, 32), std::nullopt);
}

TEST(Crypto, Blake2bOfRfc7693) {
  EXPECT_EQ(text::to_hex(blake2b("abc", 64)),
            "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
            "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
  EXPECT_EQ(text::to_hex(blake2b("abc", 16)), "cf4ab791c62b8d2b2109c90275287816");
}

TEST(Crypto, SipHashOfItsAuthors) {
  // "SipHash: a fast short-input PRF", appendix A: the key and the message are the bytes from 0 on.
  EXPECT_EQ(sip_hash({0x0706050403020100, 0x0f0e0d0c0b0a0908}, bytes("000102030405060708090a0b0c0d0e")),
            0xa129ca6149be45e5u);
}

TEST(Crypto, Ed25519OfRfc8032) {
  const std::string key = bytes("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  const std::string signature = bytes(
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
      "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
  EXPECT_TRUE(verify_ed25519(key, "\x72", signature));
  EXPECT_FALSE(verify_ed25519(key, "\x73", signature));
  EXPECT_FALSE(verify_ed25519(key, "\x72", signature.substr(1)));
  EXPECT_FALSE(verify_ed25519("", "\x72", signature));
  EXPECT_FALSE(verify_ed25519(key, "\x72", ""));
}

TEST(Crypto, SecretsAreEqualOrNotWhateverTheirLengths) {
  EXPECT_TRUE(equal_secrets("secret", "secret"));
  EXPECT_TRUE(equal_secrets("", ""));
  EXPECT_FALSE(equal_secrets("secret", "secreT"));
  EXPECT_FALSE(equal_secrets("secret", "secret "));
  EXPECT_FALSE(equal_secrets("secret", ""));
}

TEST(Crypto, RandomBytesAreNeverTheSame) {
  EXPECT_EQ(random_bytes(32).size(), 32u);
  EXPECT_NE(random_bytes(32), random_bytes(32));
}

TEST(WebKey, OfASecret) {
  EXPECT_EQ(web_key_of_secret("\xfb\xff"), R"({"kty":"oct","k":"-_8"})");
}

TEST(WebKey, OfSomethingElseIsNone) {
  EXPECT_EQ(web_key_of_pem(""), std::nullopt);
  EXPECT_EQ(web_key_of_pem("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"), std::nullopt);
}

}  // namespace
}  // namespace crypto
