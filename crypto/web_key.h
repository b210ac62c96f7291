// Keys that tokens are signed with, as JSON Web Keys (RFC 7517).
//
// Pure functions; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace crypto {

// Of a shared secret.
std::string web_key_of_secret(std::string_view secret);
// Of a public key in PEM: RSA, or EC on P-256, P-384 or P-521. Nothing if it is none.
std::optional<std::string> web_key_of_pem(const std::string& pem);

}  // namespace crypto
