#include "router/auth/proofs/credential.h"

#include <algorithm>
#include <stdexcept>

#include "crypto/crypto.h"
#include "text/base64.h"
#include "text/hex.h"

namespace router::auth {

using namespace crypto;

namespace {

constexpr size_t salt_size = 16;
constexpr size_t key_size = 32;
constexpr uint32_t wampcra_iterations = 100000, pbkdf2_iterations = 100000, argon2id_iterations = 64;

// Passwords are normalized by SASLprep (RFC 4013), which changes nothing of printable ASCII.
void check_password(const std::string& password) {
  if (password.empty()) throw std::invalid_argument("the password is empty");
  if (!std::all_of(password.begin(), password.end(), [](char c) { return c >= ' ' && c <= '~'; }))
    throw std::invalid_argument(
        "the password has characters other than printable ASCII, which clients may encode differently");
}

std::string salted_password(const CredentialOptions& options, const std::string& password,
                            const std::string& salt, uint32_t iterations) {
  if (options.kdf == "pbkdf2") return pbkdf2_sha256(password, salt, iterations, key_size);
  auto key = argon2id13(password, salt, iterations, options.memory, key_size);
  if (!key)
    throw std::invalid_argument(
        "Argon2id does not take these iterations, this memory, or a salt of other than 16 bytes");
  if (!options.for_autobahn) return *key;
  std::string text = text::to_base64(*key);
  text.resize(text.find('='));
  return text;
}

std::string member(const char* name, const std::string& value) {
  return std::string(", \"") + name + "\": \"" + value + "\"";
}
std::string member(const char* name, uint32_t value) {
  return std::string(", \"") + name + "\": " + std::to_string(value);
}

std::string make_wampcra(const CredentialOptions& options, const std::string& password,
                         const std::string& salt) {
  const uint32_t iterations = options.iterations > 0 ? options.iterations : wampcra_iterations;
  const std::string text = text::to_hex(salt);
  return "{\"role\": \"" + options.role + "\"" +
         member("secret", text::to_base64(pbkdf2_sha256(password, text, iterations, key_size))) +
         member("salt", text) + member("iterations", iterations) + member("keylen", key_size) + "}\n";
}

std::string make_scram(const CredentialOptions& options, const std::string& password,
                       const std::string& salt) {
  const bool is_pbkdf2 = options.kdf == "pbkdf2";
  const uint32_t usual = is_pbkdf2 ? pbkdf2_iterations : argon2id_iterations;
  const uint32_t iterations = options.iterations > 0 ? options.iterations : usual;
  const std::string key = salted_password(options, password, salt, iterations);
  return "{\"role\": \"" + options.role + "\"" + member("kdf", options.kdf) +
         member("iterations", iterations) + (is_pbkdf2 ? "" : member("memory", options.memory)) +
         member("salt", text::to_hex(salt)) +
         member("stored-key", text::to_hex(sha256(hmac_sha256(key, "Client Key")))) +
         member("server-key", text::to_hex(hmac_sha256(key, "Server Key"))) + "}\n";
}

}  // namespace

std::string make_credential(const CredentialOptions& options, const std::string& password) {
  check_password(password);
  const std::string salt = options.salt.empty() ? random_bytes(salt_size) : options.salt;
  return options.method == "wampcra" ? make_wampcra(options, password, salt)
                                     : make_scram(options, password, salt);
}

}  // namespace router::auth
