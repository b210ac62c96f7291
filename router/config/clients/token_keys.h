// Reads the keys that may sign tokens: "keys" and "jwks" of the method "jwt".
#pragma once

#include <string>
#include <vector>

#include "router/config/document/setting.h"

namespace router::config {

// Each as a JSON Web Key (RFC 7517). Throws ConfigError.
std::vector<std::string> read_token_keys(const Setting& jwt);

}  // namespace router::config
