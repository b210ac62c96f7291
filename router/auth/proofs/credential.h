// Makes what the configuration keeps of a secret: a principal of "wampcra" or "scram", as JSON text.
//
// Pure but for the salt; any thread.
#pragma once

#include <cstdint>
#include <string>

namespace router::auth {

struct CredentialOptions {
  std::string method = "scram";    // or "wampcra"
  std::string kdf = "argon2id13";  // of scram; or "pbkdf2"
  std::string role = "user";
  uint32_t iterations = 0;  // 0: a good number for the method
  uint32_t memory = 4096;   // KiB, of Argon2id
  std::string salt = {};    // bytes; empty: a fresh one
  // Autobahn and Crossbar take Argon2's result in base64, without padding, for the key; the specification
  // takes its octets.
  bool for_autobahn = false;
};

// Throws std::invalid_argument with what is wrong.
std::string make_credential(const CredentialOptions& options, const std::string& password);

}  // namespace router::auth
