// What wampd does without a configuration file.
#pragma once

#include <string>
#include <vector>

#include "router/config/config.h"

namespace router::config {

struct DefaultOptions {
  // "127.0.0.1:8080", "0.0.0.0:8080", "[::]:8080", "localhost:0" or "unix:/run/wampd.sock"; none: the first
  // of these.
  std::vector<std::string> addresses = {};
  std::vector<std::string> realms = {};  // none: realm1
  // What they are called where they were said, for messages.
  std::string addresses_name = "--ws", realms_name = "--realm";
};

// Realms with one role, anonymous, that may do all; for each address a universal transport with /ws, /,
// /health, /ready and /metrics. Throws ConfigError, which names the option.
Config default_config(const DefaultOptions& options = {});

}  // namespace router::config
