// The cryptography of router and client: OpenSSL's, and libsodium's Argon2 and hashes. The doors to both are
// in this folder.
//
// Pure functions on bytes; any thread. What the libraries refuse to do for want of memory throws
// std::runtime_error.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace crypto {

constexpr size_t sha256_size = 32;
constexpr size_t ed25519_key_size = 32, ed25519_signature_size = 64;

std::string random_bytes(size_t count);
std::string sha256(std::string_view bytes);
std::string hmac_sha256(std::string_view key, std::string_view bytes);
// Of those only who sign with it still, as GitHub does.
std::string hmac_sha1(std::string_view key, std::string_view bytes);
std::string pbkdf2_sha256(std::string_view password, std::string_view salt, uint32_t iterations, size_t size);
// Argon2id 1.3 with parallelism 1. Nothing if the parameters are not acceptable; the salt must have 16 bytes.
std::optional<std::string> argon2id13(std::string_view password, std::string_view salt, uint32_t iterations,
                                      uint32_t memory_kib, size_t size);
// BLAKE2b without a key; 16 to 64 bytes of it.
std::string blake2b(std::string_view bytes, size_t size);
// SipHash-2-4: for tables, not for secrets.
using SipHashKey = std::array<uint64_t, 2>;
uint64_t sip_hash(const SipHashKey& key, std::string_view bytes);
// Precondition of both: the private key has ed25519_key_size.
std::string ed25519_public_key(std::string_view private_key);
std::string sign_ed25519(std::string_view private_key, std::string_view message);
bool verify_ed25519(std::string_view public_key, std::string_view message, std::string_view signature);

// Takes as long whatever the contents are.
bool equal_secrets(std::string_view a, std::string_view b);

// A name in the messages of SCRAM (RFC 5802, section 5.1).
std::string scram_name(std::string_view name);

std::string exclusive_or(std::string_view a, std::string_view b);  // of the same size

}  // namespace crypto
