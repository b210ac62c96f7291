// The command line of wampd: what its options say, and what is wrong with a line that nobody understands.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <sys/types.h>

#include "router/access/explain.h"
#include "router/base/log.h"
#include "router/chaos/plan.h"
#include "router/config/file/default_config.h"

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace router::program {

constexpr int usage_error = 2;  // exit status

// The command line asks for what cannot be together, or cannot be.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Options {
  // What it was started as, to be started so again.
  std::string program;                    // its path
  std::vector<std::string> command_line;  // with its name
  pid_t parent = 0;

  // "-": standard input; empty: there is none, and `without_file` says what is served.
  std::string config_file;
  std::string free_argument;
  config::DefaultOptions without_file;
  int workers = 0;         // 0: as the configuration says
  std::string ports_file;  // empty: none
  bool is_ephemeral = false;
  std::optional<chaos::Plan> chaos = {};  // none: nothing goes wrong on purpose
  log::Format log_format = log::Format::text;
  log::Level log_level = log::Level::info;

  // Of "wampd check".
  bool strict = false;
  std::vector<std::string> explain;  // AUTHID ACTION URI, or nothing
  Question question;
};

// Which is to be served.
void add_config_options(CLI::App& app, Options& options);
// How it is served.
void add_serve_options(CLI::App& app, Options& options);
void add_check_options(CLI::App& command, Options& options);

// To be called when the line has been read: the file's name is that of the option, or the free argument, or
// WAMPD_CONFIG's if the line says nothing of what is served. Throws UsageError.
void settle_config_file(Options& options);

// Throws UsageError if an option of the router stands before the name of another command, which would not see
// it.
void refuse_router_options(const CLI::App& app);

// Prints help or version, if these were asked for, else what is wrong. Returns the exit status.
int report(const CLI::App& app, const CLI::ParseError& error);
int report(const UsageError& error);
// Prints each line of it as the program's.
void complain(const std::string& lines);

}  // namespace router::program
