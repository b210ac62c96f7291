// The client of the command line: subcommands of the program that connect to a router, this or another one.
//
// docs/command-line/ has a page for each.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "client/command/question/file_question.h"

namespace CLI {
class App;
}

namespace client::command {

class Verb;

class Commands {
 public:
  // Adds its subcommands to `app`, which lives longer and is parsed by the caller.
  Commands(CLI::App& app, ExplainFile explain_file);
  ~Commands();
  Commands(const Commands&) = delete;
  Commands& operator=(const Commands&) = delete;

  // What is to be parsed: the words behind the program's name, the last one first, as CLI11 wants them, with
  // those guarded that are arguments of a subcommand of ours whatever CLI11 makes of them (words/options.h).
  std::vector<std::string> words(int argc, const char* const* argv) const;
  // One of them stands on the command line.
  bool parsed() const;
  // Does it, and returns the exit status.
  int run();

 private:
  std::vector<std::pair<CLI::App*, std::unique_ptr<Verb>>> verbs_;
};

}  // namespace client::command
