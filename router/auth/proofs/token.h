// JSON Web Tokens (RFC 7519): signature and claims. The one door to cjose.
//
// Pure; any thread. Signatures: HS, RS, PS and ES with 256, 384 or 512 bits (what cjose has), each with keys
// of its own kind only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "router/base/clock.h"
#include "router/config/authentication.h"
#include "wamp/value.h"

namespace router::auth {

struct Claims {
  std::string authid, role, realm;  // empty: not said
  std::optional<WallTime> expires;
  wamp::Dict all;
};

// What the token says if it is valid now by these rules; else why it is not, for the log, without the token.
std::variant<Claims, std::string> read_token(std::string_view token, const config::TokenRules& rules,
                                             WallTime now);

}  // namespace router::auth
