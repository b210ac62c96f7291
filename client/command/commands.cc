#include "client/command/commands.h"

#include <algorithm>
#include <stdexcept>

#include <CLI/CLI.hpp>

#include "client/command/output/output.h"
#include "client/command/verbs/verb.h"
#include "client/command/words/options.h"

namespace client::command {
namespace {

struct Subcommand {
  const char* name;
  const char* alias;  // or null
  const char* help;
  std::unique_ptr<Verb> (*make)(CLI::App&);
};

constexpr const char* group = "Client";

constexpr Subcommand subcommands[] = {
    {"call", nullptr, "Call a procedure, and print its result.", make_call},
    {"publish", "pub", "Publish an event.", make_publish},
    {"subscribe", "sub", "Subscribe to topics, and print their events.", make_subscribe},
    {"register", "reg", "Register a procedure, and answer its calls.", make_register},
    {"ls", nullptr, "List what a realm has: sessions, procedures, topics.", make_ls},
    {"top", nullptr, "Show what a realm does, and who does it.", make_top},
    {"tap", nullptr, "Show messages as they pass.", make_tap},
    {"kill", nullptr, "End a session.", make_kill},
    {"ping", nullptr, "Ask the router for a sign of life, and say how long it took.", make_ping},
    {"ready", nullptr, "Join and leave: status 0 if the router lets clients in.", make_ready},
    {"context", nullptr, "Keep connection options under a name.", make_context},
};

}  // namespace

Commands::Commands(CLI::App& app, ExplainFile explain_file) {
  // Else a word such as "ls" among the arguments of a call would be another subcommand.
  app.require_subcommand(0, 1);
  for (const Subcommand& subcommand : subcommands) {
    CLI::App* const command = app.add_subcommand(subcommand.name, subcommand.help)->group(group);
    if (subcommand.alias) command->alias(subcommand.alias);
    verbs_.emplace_back(command, subcommand.make(*command));
  }
  CLI::App* const explain =
      app.add_subcommand("explain", "Say whether somebody may do something, and why.")->group(group);
  verbs_.emplace_back(explain, make_explain(*explain, std::move(explain_file)));
}

Commands::~Commands() = default;

std::vector<std::string> Commands::words(int argc, const char* const* argv) const {
  std::vector<std::string> result(argv + std::min(argc, 1), argv + argc);
  const bool is_ours = !result.empty() && std::any_of(verbs_.begin(), verbs_.end(), [&](const auto& verb) {
    return verb.first->check_name(result.front());
  });
  bool are_arguments = false;  // behind "--"
  for (std::string& word : result) {
    if (is_ours && (word == "++" || (are_arguments && word == "-"))) word = guarded(word);
    are_arguments = are_arguments || word == "--";
  }
  std::reverse(result.begin(), result.end());
  return result;
}

bool Commands::parsed() const {
  return std::any_of(verbs_.begin(), verbs_.end(), [](const auto& verb) { return verb.first->parsed(); });
}

int Commands::run() {
  const auto verb =
      std::find_if(verbs_.begin(), verbs_.end(), [](const auto& one) { return one.first->parsed(); });
  try {
    return static_cast<int>(verb->second->run());
  } catch (const Failure& failure) {
    if (*failure.what()) complain(failure.what());
    return static_cast<int>(failure.status());
  } catch (const std::invalid_argument& error) {
    complain(error.what());
    return static_cast<int>(ExitStatus::usage);
  } catch (const std::exception& error) {
    complain(error.what());
    return static_cast<int>(ExitStatus::application_error);
  }
}

}  // namespace client::command
