// From a configuration file, ours or Crossbar's, to a Config.
//
// Pure but for the files that are read at start-up and by a reload.
#pragma once

#include <string>
#include <string_view>

#include "router/config/config.h"

namespace router::config {

// What wampd does without a file: realm realm1, role anonymous with all permissions, one universal transport
// on 127.0.0.1:8080 with /ws, /, /health, /ready and /metrics.
Config default_config();

// Parses JSON with comments. `name` stands for the file in error messages; relative directories are taken
// from `base_directory`. Throws ConfigError.
Config parse_config(std::string_view text, const std::string& name, const std::string& base_directory);

// Reads and parses a file that is to be served: the directories that it names must be there. Throws
// ConfigError.
Config load_config(const std::string& path);

}  // namespace router::config
