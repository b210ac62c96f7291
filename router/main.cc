// The program: options, configuration, signals.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "bench/load/command.h"
#include "router/access/explain.h"
#include "router/auth/proofs/credential.h"
#include "router/base/log.h"
#include "router/base/version.h"
#include "router/config/file/config_file.h"
#include "router/config/inventory.h"
#include "router/config/wording.h"
#include "router/dev_cert/dev_cert.h"
#include "router/memory/memory_reserve.h"
#include "router/memory/memory_use.h"
#include "router/server/server.h"

namespace {

// Once all sessions have been told to go. Together with closing the rest this stays below the five seconds in
// which the program promises to end then.
constexpr auto shutdown_patience = std::chrono::milliseconds(3500);

constexpr int usage_error = 2;  // of the command line

struct Options {
  std::string config_file;
  int workers = 0;
  router::log::Format log_format = router::log::Format::text;
  router::log::Level log_level = router::log::Level::info;
  std::vector<std::string> explain;  // AUTHID ACTION URI, or nothing
  router::Question question;
};

router::config::Config load(const Options& options) {
  auto config = options.config_file.empty() ? router::config::default_config()
                                            : router::config::load_config(options.config_file);
  if (options.workers > 0) config.workers = options.workers;
  return config;
}

void log_notices(const router::config::Config& config) {
  for (const auto& notice : config.notices) router::log::warning(router::config::to_text(notice));
}

// Blocked in all threads, as they inherit it, and taken by run_until_end().
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  // What they tell is told by the call that fails, too; they would end the program.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  return signals;
}

// SIGHUP: a bad file changes nothing.
void reload(router::Server& server, const Options& options) {
  if (options.config_file.empty())
    return router::log::warning("received SIGHUP, but there is no configuration file to reload");
  router::log::info("received SIGHUP, reloading " + options.config_file);
  try {
    auto config = load(options);
    log_notices(config);
    server.reload(std::move(config));
  } catch (const std::exception& error) {
    router::log::error("the old configuration goes on: " + std::string(error.what()));
  }
}

void run_until_end(router::Server& server, const Options& options, const sigset_t& signals) {
  int signal = 0;
  while (sigwait(&signals, &signal) == 0 && signal == SIGHUP) reload(server, options);
  router::log::info(std::string("received ") + (signal == SIGINT ? "SIGINT" : "SIGTERM") + ", shutting down");
  // A second signal ends the program at once.
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

int serve(const Options& options) {
  router::log::configure(options.log_format, options.log_level);
  auto config = load(options);
  log_notices(config);
  const sigset_t signals = block_signals();
  router::set_up_allocator();
  router::memory_reserve::set_up();
  router::Server server(std::move(config));
  server.start();
  for (size_t transport = 0; transport < server.transport_count(); ++transport)
    router::log::info("listening on " + server.address(transport) + " with " +
                      std::to_string(server.worker_count()) +
                      (server.worker_count() == 1 ? " worker" : " workers"));
  run_until_end(server, options, signals);
  server.shut_down(server.drain(), shutdown_patience);
  router::log::info("ended");
  return EXIT_SUCCESS;
}

// The option takes one of these words; another one is refused with those that there are.
template <class T>
void take_words(CLI::Option* option, const std::map<std::string, T>& values) {
  const auto check = [values](const std::string& word) -> std::string {
    if (values.contains(word)) return "";
    router::config::Words words;
    for (const auto& entry : values) words.push_back(entry.first);
    return "expected " + router::config::alternatives(words) + ", found " + router::config::in_quotes(word) +
           router::config::did_you_mean(word, words);
  };
  option->transform(CLI::CheckedTransformer(values).description(""));
  option->transform(CLI::Validator(check, ""));  // which comes before it
}

void add_log_options(CLI::App& app, Options& options) {
  using router::log::Format;
  using router::log::Level;
  static const std::map<std::string, Format> formats{{"text", Format::text}, {"json", Format::json}};
  static const std::map<std::string, Level> levels{
      {"info", Level::info}, {"warning", Level::warning}, {"error", Level::error}};
  take_words(
      app.add_option("--log-format", options.log_format, "text or json; default: text")->type_name("FORMAT"),
      formats);
  take_words(app.add_option("--log-level", options.log_level, "info, warning or error; default: info")
                 ->type_name("LEVEL"),
             levels);
}

CLI::App* add_dev_cert(CLI::App& app, router::DevCertOptions& options) {
  CLI::App* const command = app.add_subcommand(
      "dev-cert", "Make certificates for this machine, signed by an authority of its own.");
  command->add_option("names", options.names, "further DNS names or IP addresses of the server");
  command->add_option("--directory", options.directory, "where to put the files")
      ->type_name("DIR")
      ->capture_default_str();
  command->add_option("--client", options.clients, "make a certificate for a client of that name")
      ->type_name("NAME")
      ->allow_extra_args(false);
  return command;
}

CLI::App* add_credential(CLI::App& app, router::auth::CredentialOptions& options) {
  CLI::App* const command = app.add_subcommand(
      "credential", "Read a password from the standard input and print what a configuration keeps of it.");
  command->add_option("method", options.method)
      ->check(CLI::IsMember({"scram", "wampcra"}))
      ->capture_default_str();
  command->add_option("--role", options.role, "role of the principal")->capture_default_str();
  command->add_option("--kdf", options.kdf, "key derivation of scram")
      ->check(CLI::IsMember({"argon2id13", "pbkdf2"}))
      ->capture_default_str();
  command->add_option("--iterations", options.iterations, "default: a good number for the method");
  command->add_option("--memory", options.memory, "KiB of memory for argon2id13")->capture_default_str();
  command->add_flag("--autobahn", options.for_autobahn,
                    "for clients that take Argon2's result in base64, as Autobahn|Python does");
  return command;
}

std::string read_password() {
  std::string password;
  std::getline(std::cin, password);
  return password;
}

// "wampd check": says what would be served, or which rule decides, and serves nothing.
int check(Options options) {
  const auto config = load(options);
  if (!options.explain.empty()) {
    options.question.authid = options.explain.at(0);
    options.question.action = options.explain.at(1);
    options.question.uri = options.explain.at(2);
    std::fputs(router::explain(config, options.question).c_str(), stdout);
    return EXIT_SUCCESS;
  }
  for (const auto& notice : config.notices)
    if (!notice.is_left_out) std::printf("warning: %s\n", router::config::to_text(notice).c_str());
  std::fputs(router::config::to_text(router::config::inventory(config)).c_str(), stdout);
  std::fputs(router::config::left_out_table(config.notices).c_str(), stdout);
  return EXIT_SUCCESS;
}

void add_check(CLI::App& command, Options& options) {
  command.add_option("file", options.config_file, "configuration file; default: what wampd does without one")
      ->type_name("FILE");
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

void add_names(const CLI::App& app, std::vector<std::string>& names) {
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
}

// Of what is on the command line and nobody knows.
std::string unknown_word(const CLI::App& app) {
  const std::vector<std::string> extras = app.remaining(true);
  const auto option = std::find_if(extras.begin(), extras.end(),
                                   [](const std::string& word) { return word.starts_with('-'); });
  const bool is_option = option != extras.end();
  const std::string& given = is_option ? *option : extras.back();
  const std::string word = given.substr(0, given.find('='));
  std::vector<std::string> names;
  add_names(app, names);
  for (const CLI::App* command : app.get_subcommands()) add_names(*command, names);
  return (is_option ? "unknown option " : "unexpected argument ") + router::config::in_quotes(word) +
         router::config::did_you_mean(word, router::config::Words(names.begin(), names.end()));
}

// Help and version, if these were asked for, else what is wrong. Returns the exit status.
int report(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == EXIT_SUCCESS) return app.exit(error);
  const bool is_unknown = dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr;
  std::fprintf(stderr, "wampd: %s\nRun with --help for more information.\n",
               is_unknown ? unknown_word(app).c_str() : error.what());
  return usage_error;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "wampd: a WAMP v2 router. Without a configuration file it serves realm \"realm1\" to anonymous "
      "clients at ws://127.0.0.1:8080/ws.",
      "wampd");
  Options options;
  app.add_option("--config", options.config_file, "configuration file (JSON with comments)")
      ->type_name("FILE");
  app.add_option("--workers", options.workers, "worker threads; default: one per core")
      ->type_name("N")
      ->check(CLI::Range(1, 1024));
  add_log_options(app, options);
  app.set_version_flag("--version", "wampd " + std::string(router::version));
  router::DevCertOptions dev_cert;
  const CLI::App* const make_dev_cert = add_dev_cert(app, dev_cert);
  router::auth::CredentialOptions credential;
  const CLI::App* const make_credential = add_credential(app, credential);
  CLI::App* checking = app.add_subcommand("check", "Say what a configuration serves, and end.");
  add_check(*checking, options);
  CLI::App* const benching =
      app.add_subcommand("bench", "Load a router, this or another, and say what it does and what it takes.");
  const bench::load::Command bench(*benching);
  try {
    app.parse(argc, argv);
    if (benching->parsed()) return bench.run();
    if (make_dev_cert->parsed()) {
      std::fputs(router::make_dev_certificates(dev_cert).c_str(), stdout);
      return EXIT_SUCCESS;
    }
    if (make_credential->parsed()) {
      std::fputs(router::auth::make_credential(credential, read_password()).c_str(), stdout);
      return EXIT_SUCCESS;
    }
    return checking->parsed() ? check(options) : serve(options);
  } catch (const CLI::ParseError& error) {
    return report(app, error);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "wampd: %s\n", error.what());
    return EXIT_FAILURE;
  }
}
