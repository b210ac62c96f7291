// The options with which each subcommand that connects says where and as whom.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "client/command/settings/settings.h"

namespace client::command {

class ConnectionOptions {
 public:
  // `app` is parsed by the caller, and lives as long. An option that it has already stays what it is, and is
  // none of these.
  void add_to(CLI::App& app);

  // Only what stands on the command line. Complains of secrets, which others may see there.
  Settings given() const;
  // With environment and context. Complains of a context that others may read. Throws std::invalid_argument.
  Settings resolve() const;
  bool is_verbose() const { return is_verbose_; }

 private:
  std::map<std::string, std::string, std::less<>> words_;  // by setting; empty: not given
  std::map<std::string, CLI::Option*, std::less<>> options_;
  std::string context_;
  bool is_verbose_ = false;
};

}  // namespace client::command
