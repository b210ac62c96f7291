#include "crypto/crypto.h"

#include <memory>
#include <stdexcept>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <sodium.h>

#include "transport/memory/freed_by.h"

namespace crypto {
namespace {

const unsigned char* octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* octets(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

void require(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string("cryptography failed: ") + what);
}

using Key = transport::Freed<EVP_PKEY, EVP_PKEY_free>;

}  // namespace

std::string random_bytes(size_t count) {
  std::string bytes(count, '\0');
  require(RAND_bytes(octets(bytes), static_cast<int>(count)) == 1, "random bytes");
  return bytes;
}

std::string sha256(std::string_view bytes) {
  std::string digest(sha256_size, '\0');
  require(EVP_Digest(bytes.data(), bytes.size(), octets(digest), nullptr, EVP_sha256(), nullptr) == 1,
          "SHA-256");
  return digest;
}

namespace {

std::string hmac(const EVP_MD* digest, size_t size, std::string_view key, std::string_view bytes) {
  std::string code(size, '\0');
  require(HMAC(digest, key.data(), static_cast<int>(key.size()), octets(bytes), bytes.size(), octets(code),
               nullptr) != nullptr,
          "HMAC");
  return code;
}

}  // namespace

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  return hmac(EVP_sha256(), sha256_size, key, bytes);
}

std::string hmac_sha1(std::string_view key, std::string_view bytes) {
  constexpr size_t sha1_size = 20;
  return hmac(EVP_sha1(), sha1_size, key, bytes);
}

std::string pbkdf2_sha256(std::string_view password, std::string_view salt, uint32_t iterations,
                          size_t size) {
  std::string key(size, '\0');
  require(PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), octets(salt),
                            static_cast<int>(salt.size()), static_cast<int>(iterations), EVP_sha256(),
                            static_cast<int>(size), octets(key)) == 1,
          "PBKDF2");
  return key;
}

std::optional<std::string> argon2id13(std::string_view password, std::string_view salt, uint32_t iterations,
                                      uint32_t memory_kib, size_t size) {
  require(sodium_init() >= 0, "libsodium");
  if (salt.size() != crypto_pwhash_SALTBYTES) return std::nullopt;
  std::string key(size, '\0');
  if (crypto_pwhash(octets(key), size, password.data(), password.size(), octets(salt), iterations,
                    size_t{memory_kib} * 1024, crypto_pwhash_ALG_ARGON2ID13) != 0)
    return std::nullopt;
  return key;
}

std::string blake2b(std::string_view bytes, size_t size) {
  std::string hash(size, '\0');
  require(crypto_generichash(octets(hash), size, octets(bytes), bytes.size(), nullptr, 0) == 0, "BLAKE2b");
  return hash;
}

uint64_t sip_hash(const SipHashKey& key, std::string_view bytes) {
  static_assert(sizeof(key) == crypto_shorthash_KEYBYTES && sizeof(uint64_t) == crypto_shorthash_BYTES);
  uint64_t hash = 0;
  crypto_shorthash(reinterpret_cast<unsigned char*>(&hash), octets(bytes), bytes.size(),
                   reinterpret_cast<const unsigned char*>(key.data()));
  return hash;
}

std::string ed25519_public_key(std::string_view private_key) {
  const Key key(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, octets(private_key), private_key.size()));
  std::string bytes(ed25519_key_size, '\0');
  size_t size = bytes.size();
  require(key && EVP_PKEY_get_raw_public_key(key.get(), octets(bytes), &size) == 1, "Ed25519");
  return bytes;
}

std::string sign_ed25519(std::string_view private_key, std::string_view message) {
  const Key key(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, octets(private_key), private_key.size()));
  const transport::Freed<EVP_MD_CTX, EVP_MD_CTX_free> digest(EVP_MD_CTX_new());
  std::string signature(ed25519_signature_size, '\0');
  size_t size = signature.size();
  require(key && digest && EVP_DigestSignInit(digest.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
              EVP_DigestSign(digest.get(), octets(signature), &size, octets(message), message.size()) == 1,
          "Ed25519");
  return signature;
}

bool verify_ed25519(std::string_view public_key, std::string_view message, std::string_view signature) {
  if (public_key.size() != ed25519_key_size || signature.size() != ed25519_signature_size) return false;
  const Key key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, octets(public_key), public_key.size()));
  const transport::Freed<EVP_MD_CTX, EVP_MD_CTX_free> digest(EVP_MD_CTX_new());
  return key && digest && EVP_DigestVerifyInit(digest.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(digest.get(), octets(signature), signature.size(), octets(message),
                          message.size()) == 1;
}

bool equal_secrets(std::string_view a, std::string_view b) {
  // Digests, so that the length is no secret's length.
  const std::string x = sha256(a), y = sha256(b);
  return CRYPTO_memcmp(x.data(), y.data(), sha256_size) == 0;
}

std::string scram_name(std::string_view name) {
  std::string result;
  for (const char c : name) {
    if (c == ',')
      result += "=2C";
    else if (c == '=')
      result += "=3D";
    else
      result += c;
  }
  return result;
}

std::string exclusive_or(std::string_view a, std::string_view b) {
  std::string result(a);
  for (size_t i = 0; i < result.size(); ++i) result[i] = static_cast<char>(a[i] ^ b[i]);
  return result;
}

}  // namespace crypto
