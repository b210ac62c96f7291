#include "router/crypto/crypto.h"

#include <algorithm>
#include <memory>
#include <stdexcept>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <sodium.h>

#include "transport/freed_by.h"

namespace router::crypto {
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

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
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

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  std::string code(sha256_size, '\0');
  require(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), octets(bytes), bytes.size(),
               octets(code), nullptr) != nullptr,
          "HMAC");
  return code;
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

uint64_t sip_hash(const SipHashKey& key, std::string_view bytes) {
  static_assert(sizeof(key) == crypto_shorthash_KEYBYTES && sizeof(uint64_t) == crypto_shorthash_BYTES);
  uint64_t hash = 0;
  crypto_shorthash(reinterpret_cast<unsigned char*>(&hash), octets(bytes), bytes.size(),
                   reinterpret_cast<const unsigned char*>(key.data()));
  return hash;
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

std::string exclusive_or(std::string_view a, std::string_view b) {
  std::string result(a);
  for (size_t i = 0; i < result.size(); ++i) result[i] = static_cast<char>(a[i] ^ b[i]);
  return result;
}

std::string to_hex(std::string_view bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    text += digits[static_cast<unsigned char>(c) >> 4];
    text += digits[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

std::string to_base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  text.resize(
      static_cast<size_t>(EVP_EncodeBlock(octets(text), octets(bytes), static_cast<int>(bytes.size()))));
  return text;
}

std::string to_base64url(std::string_view bytes) {
  std::string text = to_base64(bytes);
  text.resize(std::min(text.find('='), text.size()));
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return text;
}

std::optional<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_digit(text[i]), low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(high << 4 | low);
  }
  return bytes;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string bytes(text.size() / 4 * 3 + 1, '\0');
  const int size = EVP_DecodeBlock(octets(bytes), octets(text), static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  const size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  bytes.resize(static_cast<size_t>(size) - padding);
  // OpenSSL takes white space and loose ends too.
  if (to_base64(bytes) != text) return std::nullopt;
  return bytes;
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string plain(text);
  std::replace(plain.begin(), plain.end(), '-', '+');
  std::replace(plain.begin(), plain.end(), '_', '/');
  plain.resize((plain.size() + 3) / 4 * 4, '=');
  auto bytes = from_base64(plain);
  return bytes && to_base64url(*bytes) == text ? bytes : std::nullopt;
}

}  // namespace router::crypto
