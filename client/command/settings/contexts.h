// Settings that people keep under a name, one file each: $XDG_CONFIG_HOME/wampd/contexts/NAME.json, for the
// owner's eyes only.
//
// What is wrong is a std::invalid_argument for people, and a file that cannot be written a
// std::runtime_error.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "client/command/settings/settings.h"

namespace client::command {

class Contexts {
 public:
  // In $XDG_CONFIG_HOME/wampd, else $HOME/.config/wampd; without either there are none.
  explicit Contexts(const Environment& environment);

  std::vector<std::string> names() const;
  std::optional<std::string> selected() const;
  Settings load(const std::string& name) const;
  // What the file says that others than its owner may read a secret in it; else empty.
  std::string warning(const std::string& name) const;

  // Replaces one of that name.
  void save(const std::string& name, const Settings& settings) const;
  // Counts from now on where none is named.
  void select(const std::string& name) const;
  // Also its selection.
  void remove(const std::string& name) const;

 private:
  std::filesystem::path file_of(const std::string& name) const;
  std::filesystem::path selection() const { return folder_ / "context"; }

  std::filesystem::path folder_;  // empty: there is none
};

// Which one counts: that of `name`, else that of WAMP_CONTEXT, else the selected one, else none.
std::optional<std::string> chosen_context(const Contexts& contexts, const std::string& name,
                                          const Environment& environment);

}  // namespace client::command
