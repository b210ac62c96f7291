// JSON Web Tokens: after a first byte 's' the rest is claims, which are signed; else all of it is a token,
// which nobody could sign.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "crypto/web_key.h"
#include "router/auth/proofs/token.h"
#include "tests/support/login_client.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  static const std::string secret = "a secret of the issuer, long enough";
  static const router::config::TokenRules rules{
      .keys = {crypto::web_key_of_secret(secret)}, .issuer = {}, .audience = {}};
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const bool is_signed = text.starts_with('s');
  const std::string token = is_signed ? test_support::sign_token(text.substr(1), secret) : std::string(text);
  const auto read = router::auth::read_token(token, rules, router::WallTime(std::chrono::seconds(2000)));
  const auto* why = std::get_if<std::string>(&read);
  if (!is_signed && !why) std::abort();
  if (why && why->empty()) std::abort();
  return 0;
}
