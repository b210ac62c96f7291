// The arguments and options of a message as the command line gives them: those of call and publish.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "client/command/words/arguments.h"
#include "client/payload.h"

namespace client::command {

// All of a stream, at most 16 MiB. Throws std::runtime_error.
std::string read_all(int descriptor);

class PayloadOptions {
 public:
  void add_to(CLI::App& app);

  // Reads standard input if "-" stands among them. Throws std::invalid_argument.
  Arguments arguments() const;
  bool are_strings() const { return words_.as_strings; }
  // What -o says.
  wamp::Dict options() const;

 private:
  ArgumentWords words_;
  std::vector<std::string> options_;
};

// -o of a subcommand that has no arguments.
void add_message_options(CLI::App& app, std::vector<std::string>& words);

}  // namespace client::command
