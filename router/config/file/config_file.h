// From a configuration file, ours or Crossbar's, to a Config.
//
// Pure but for the files that are read at start-up and by a reload.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

#include "router/config/config.h"

namespace router::config {

// Parses JSON with comments. `name` stands for the file in error messages; relative directories are taken
// from `base_directory`. Throws ConfigError with all that
// is wrong, a line for each fault, and with the notices.
Config parse_config(std::string_view text, const std::string& name, const std::string& base_directory);

// Reads and parses a file that is to be served: the directories that it names must be there. Throws
// ConfigError.
Config load_config(const std::string& path);
// The same of what is read there to its end; relative paths begin at the working directory.
Config load_config(std::istream& input);
// The same of a text. `name` stands for it in error messages.
Config load_config_text(std::string_view text, const std::string& name);

}  // namespace router::config
