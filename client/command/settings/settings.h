// What the connection options, the environment and a context say of where the router is and who we are.
//
// Plain values, by name; one table says which there are. An option comes before the environment, that before
// the context, and that before the default. A secret and the file that it is in are two ways to say the same,
// so the nearer one of them counts.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "client/options.h"

namespace client::command {

struct Setting {
  std::string_view name;      // in a context; the option has "-" for "_"
  std::string_view variable;  // of the environment, after WAMP_ and WICK_; empty: none
  std::string_view placeholder;
  std::string_view help;
  std::string_view instead = {};  // the setting that says the same in another way
  bool is_secret = false;
  bool is_file = false;
  std::string_view choices = {};  // that shells offer, with commas between
};
std::span<const Setting> all_settings();

// Only those that are given.
using Settings = std::map<std::string, std::string, std::less<>>;

// A variable of the environment, if it is there and not empty.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
Environment process_environment();

// WAMP_X, else WICK_X.
Settings settings_of(const Environment& environment);

// What `nearer` says, and what `farther` says of all else. Throws std::invalid_argument if one of them says
// the same in two ways.
Settings merged(const Settings& nearer, const Settings& farther);

// Reads the files that secrets are in. Throws std::invalid_argument that says which setting is wrong.
Options to_options(const Settings& settings);

// --timeout, if it is given.
std::optional<std::chrono::milliseconds> timeout_of(const Settings& settings);

}  // namespace client::command
