// A subcommand of the client: "wampd call" and its like.
#pragma once

#include <memory>

#include "client/command/connection/exit_status.h"
#include "client/command/question/file_question.h"

namespace CLI {
class App;
}

namespace client::command {

class Verb {
 public:
  virtual ~Verb() = default;
  // Does what was parsed. Throws Failure, std::invalid_argument for a mistake on the command line, or another
  // std::exception.
  virtual ExitStatus run() = 0;
};

// Each adds its options to `app`, which is the subcommand's, outlives the verb and is parsed by the caller.
std::unique_ptr<Verb> make_call(CLI::App& app);
std::unique_ptr<Verb> make_publish(CLI::App& app);
std::unique_ptr<Verb> make_subscribe(CLI::App& app);
std::unique_ptr<Verb> make_register(CLI::App& app);
std::unique_ptr<Verb> make_kill(CLI::App& app);
std::unique_ptr<Verb> make_ping(CLI::App& app);
std::unique_ptr<Verb> make_ready(CLI::App& app);
std::unique_ptr<Verb> make_context(CLI::App& app);
std::unique_ptr<Verb> make_ls(CLI::App& app);
std::unique_ptr<Verb> make_top(CLI::App& app);
std::unique_ptr<Verb> make_tap(CLI::App& app);
std::unique_ptr<Verb> make_explain(CLI::App& app, ExplainFile explain_file);

}  // namespace client::command
