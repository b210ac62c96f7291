#include "router/main/program_options.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <sstream>

#include <CLI/CLI.hpp>

#include "router/config/wording.h"

namespace router::program {
namespace {

// The option takes one of these words, which shells offer; another one is refused with those that there are.
template <class T>
void take_words(CLI::Option* option, const std::map<std::string, T>& values) {
  const auto check = [values](const std::string& word) -> std::string {
    if (values.contains(word)) return "";
    config::Words words;
    for (const auto& entry : values) words.push_back(entry.first);
    return "expected " + config::alternatives(words) + ", found " + config::in_quotes(word) +
           config::did_you_mean(word, words);
  };
  std::vector<std::string> names;
  for (const auto& entry : values) names.push_back(entry.first);
  option->transform(CLI::CheckedTransformer(values).description("").name(CLI::detail::join(names)));
  option->transform(CLI::Validator(check, ""));  // which comes before it
}

void add_names(const CLI::App& app, std::vector<std::string>& names) {
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
}

// The nearest option or command to what was written, of all that may stand there.
std::string nearest(const CLI::App& app, const std::string& word) {
  std::vector<std::string> names;
  add_names(app, names);
  for (const CLI::App* command : app.get_subcommands()) add_names(*command, names);
  return config::did_you_mean(word, config::Words(names.begin(), names.end()));
}

// Of what is on the command line and nobody knows.
std::string unknown_word(const CLI::App& app) {
  const std::vector<std::string> extras = app.remaining(true);
  const auto option = std::find_if(extras.begin(), extras.end(),
                                   [](const std::string& word) { return word.starts_with('-'); });
  const bool is_option = option != extras.end();
  const std::string& given = is_option ? *option : extras.back();
  const std::string word = given.substr(0, given.find('='));
  return (is_option ? "unknown option " : "unexpected argument ") + config::in_quotes(word) +
         nearest(app, word);
}

}  // namespace

void add_config_options(CLI::App& app, Options& options) {
  app.add_option("-c,--config", options.config_file,
                 "configuration file (JSON with comments), or - for standard input")
      ->type_name("FILE");
  // A command that is misspelt is no file.
  const auto is_file = [&app](const std::string& word) -> std::string {
    if (word.find_first_of("./-") != word.npos) return "";
    const std::string hint = nearest(app, word);
    return hint.empty() ? "" : "unexpected argument " + config::in_quotes(word) + hint;
  };
  app.add_option("file", options.free_argument, "the same")
      ->type_name("FILE")
      ->check(CLI::Validator(is_file, ""));
}

void add_serve_options(CLI::App& app, Options& options) {
  app.add_option(
         "--ws", options.without_file.addresses,
         "without a file: address to listen on, such as 0.0.0.0:8080, [::]:8080 or unix:/PATH; may be "
         "given several times; default: 127.0.0.1:8080")
      ->type_name("ADDRESS")
      ->allow_extra_args(false);
  app.add_option("--realm", options.without_file.realms,
                 "without a file: realm to serve; may be given several times; default: realm1")
      ->type_name("NAME")
      ->allow_extra_args(false);
  app.add_option("--workers", options.workers, "worker threads; default: one per core")
      ->type_name("N")
      ->check(CLI::Range(1, 1024));
  app.add_option("--ports-file", options.ports_file,
                 "write there, as a line of JSON for each transport, where it listens")
      ->type_name("FILE");
  app.add_flag("--ephemeral", options.is_ephemeral,
               "for tests: a free port, if nothing else is said; a line of JSON on standard output for each "
               "transport when it is ready; ends when its parent does");
  const auto plan = [&options](const std::string& text) -> std::string {
    try {
      options.chaos = chaos::plan_of(text);
      return "";
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
  };
  app.add_option("--chaos",
                 "without a file, for tests of clients: what goes wrong on purpose, such as "
                 "drop=1%,slow=5%,half-open=2%,kill-mid-call=1%,seed=42")
      ->type_name("FAULTS")
      ->check(CLI::Validator(plan, ""));
  static const std::map<std::string, log::Format> formats{{"text", log::Format::text},
                                                          {"json", log::Format::json}};
  static const std::map<std::string, log::Level> levels{
      {"info", log::Level::info}, {"warning", log::Level::warning}, {"error", log::Level::error}};
  take_words(
      app.add_option("--log-format", options.log_format, "text or json; default: text")->type_name("FORMAT"),
      formats);
  take_words(app.add_option("--log-level", options.log_level, "info, warning or error; default: info")
                 ->type_name("LEVEL"),
             levels);
}

void add_check_options(CLI::App& command, Options& options) {
  command
      .add_option("file", options.free_argument,
                  "configuration file, or - for standard input; default: what wampd does without one")
      ->type_name("FILE");
  command.add_flag("--strict", options.strict, "what will not be served as it is written is an error");
  command.add_option("--explain", options.explain, "say which rule decides on that")
      ->type_name("AUTHID ACTION URI")
      ->expected(3);
  static const std::map<std::string, wamp::MatchPolicy> policies{{"exact", wamp::MatchPolicy::exact},
                                                                 {"prefix", wamp::MatchPolicy::prefix},
                                                                 {"wildcard", wamp::MatchPolicy::wildcard}};
  take_words(
      command.add_option("--match", options.question.match, "match policy of URI: exact, prefix or wildcard")
          ->type_name("POLICY"),
      policies);
  command.add_option("--realm", options.question.realm, "realm to explain; default: the only one")
      ->type_name("NAME");
  command.add_option("--role", options.question.role, "role to explain; default: that of AUTHID")
      ->type_name("NAME");
}

void settle_config_file(Options& options) {
  std::string& file = options.config_file;
  if (!file.empty() && !options.free_argument.empty())
    throw UsageError("two configuration files: " + config::in_quotes(file) + " and " +
                     config::in_quotes(options.free_argument));
  if (file.empty()) file = options.free_argument;
  const bool says_what = !options.without_file.addresses.empty() || !options.without_file.realms.empty();
  if (!file.empty() && says_what)
    throw UsageError("--ws and --realm say what is served without a configuration file, and there is one: " +
                     config::in_quotes(file));
  const char* const variable = std::getenv("WAMPD_CONFIG");
  if (options.is_ephemeral && file.empty() && options.without_file.addresses.empty())
    options.without_file.addresses.emplace_back("127.0.0.1:0");
  else if (variable && file.empty() && !says_what)
    file = variable;
  if (options.chaos && !file.empty())
    throw UsageError(
        "--chaos is for a router without a configuration file, so that it never meets people, and there is "
        "one: " +
        config::in_quotes(file));
}

void refuse_router_options(const CLI::App& app) {
  for (const CLI::Option* option : app.get_options())
    if (option->count() > 0)
      throw UsageError(config::in_quotes(option->get_name()) +
                       " before the command is for the router: options of the command stand behind its name");
}

int report(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == EXIT_SUCCESS) return app.exit(error);
  const bool is_unknown = dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr;
  std::string what = is_unknown ? unknown_word(app) : error.what();
  if (what.starts_with("file: ")) what.erase(0, sizeof("file: ") - 1);
  return report(UsageError(what));
}

int report(const UsageError& error) {
  complain(error.what());
  std::fputs("Run with --help for more information.\n", stderr);
  return usage_error;
}

void complain(const std::string& lines) {
  std::istringstream all(lines);
  const char* const priority = log::writes_to_journal() ? "<3>" : "";
  for (std::string line; std::getline(all, line);)
    std::fprintf(stderr, "%swampd: %s\n", priority, line.c_str());
}

}  // namespace router::program
