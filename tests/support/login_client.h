// The client's half of the authentication methods, for tests: written after the specification, on OpenSSL
// alone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace test_support {

// The part of a JSON message that is the value of that key, if it is a string without escapes; else "".
std::string json_string(std::string_view message, std::string_view key);
// The same, for the text of a JSON string with escapes.
std::string unescaped(std::string_view json_text);

// "Challenge Response Authentication": the signature of a challenge.
std::string sign_wampcra(std::string_view key, std::string_view challenge);
// The key that a salted client makes of its password.
std::string derive_wampcra(std::string_view password, std::string_view salt, uint32_t iterations,
                           uint32_t keylen);

// "Cryptosign": a key pair of 32 octets, in hexadecimal.
std::string cryptosign_public_key(const std::string& private_key);
// The answer to a challenge; `channel_id`: 32 octets, or "".
std::string sign_cryptosign(const std::string& private_key, std::string_view challenge_hex,
                            std::string_view channel_id = "");

// "Salted Challenge Response Authentication" with PBKDF2.
struct ScramKeys {
  std::string client_key, stored_key, server_key;  // octets
};
ScramKeys scram_keys(std::string_view password, std::string_view salt, uint32_t iterations);
std::string scram_proof(const ScramKeys& keys, std::string_view auth_message);
std::string scram_verifier(const ScramKeys& keys, std::string_view auth_message);

// A JSON Web Token with these claims and this header (JSON text): HS256 by a secret, or ES256 by a private
// key in PEM.
std::string sign_token(std::string_view claims, std::string_view secret,
                       std::string_view header = R"({"alg":"HS256","typ":"JWT"})");
std::string sign_token_es256(std::string_view claims, const std::string& pem);
// PEM of a fresh P-256 key pair.
struct PemKeys {
  std::string private_key, public_key;
};
PemKeys make_p256_keys();

// SHA-256 of a certificate in a PEM file, as tools print it: "AB:CD:...".
std::string fingerprint_of(const std::string& file);

}  // namespace test_support
