#include "router/main/serve.h"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <sstream>
#include <string>

#include "router/base/log.h"
#include "router/config/file/config_file.h"
#include "router/config/inventory.h"
#include "router/main/ready_line.h"
#include "router/memory/memory_reserve.h"
#include "router/memory/memory_use.h"
#include "router/server/server.h"

namespace router::program {
namespace {

// Once all sessions have been told to go. Together with closing the rest this stays below the five seconds in
// which the program promises to end then.
constexpr auto shutdown_patience = std::chrono::milliseconds(3500);

void log_notices(const config::Config& config) {
  for (const auto& notice : config.notices) log::warning(config::to_text(notice));
}

// Without a file everybody may do everything.
void warn_of_open_doors(const Options& options, const config::Config& config) {
  if (!options.config_file.empty()) return;
  for (const config::Transport& transport : config.transports)
    if (transport.socket_path.empty() && transport.interface != "127.0.0.1" && transport.interface != "::1")
      log::warning("whoever reaches " + config::address(transport) +
                   " may do everything there: a configuration file says who may do what");
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
void reload(Server& server, const Options& options) {
  if (options.config_file.empty() || options.config_file == "-")
    return log::warning("received SIGHUP, but there is no configuration file to reload");
  log::info("received SIGHUP, reloading " + options.config_file);
  try {
    auto config = load(options);
    log_notices(config);
    server.reload(std::move(config));
  } catch (const std::exception& error) {
    std::istringstream lines(error.what());
    for (std::string line; std::getline(lines, line);) log::error("the old configuration goes on: " + line);
  }
}

void run_until_end(Server& server, const Options& options, const sigset_t& signals) {
  int signal = 0;
  while (sigwait(&signals, &signal) == 0 && signal == SIGHUP) reload(server, options);
  log::info(std::string("received ") + (signal == SIGINT ? "SIGINT" : "SIGTERM") + ", shutting down");
  // A second signal ends the program at once.
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

// In the ports file and on the log, whose readers may look for the file.
void say_where_it_listens(const Server& server, const Options& options) {
  const std::vector<ReadyLine> lines = ready_lines(server);
  if (!options.ports_file.empty()) write_ports_file(options.ports_file, lines);
  for (const ReadyLine& line : lines) log::info(line.text, line.facts);
}

config::Config without_file(const config::DefaultOptions& options) {
  try {
    return config::default_config(options);
  } catch (const config::ConfigError& error) {
    throw UsageError(error.what());
  }
}

}  // namespace

config::Config load(const Options& options) {
  config::Config config;
  if (options.config_file == "-")
    config = config::load_config(std::cin);
  else if (!options.config_file.empty())
    config = config::load_config(options.config_file);
  else
    config = without_file(options.without_file);
  if (options.workers > 0) config.workers = options.workers;
  return config;
}

int serve(const Options& options) {
  log::configure(options.log_format, options.log_level);
  auto config = load(options);
  log_notices(config);
  warn_of_open_doors(options, config);
  if (!options.ports_file.empty()) remove_ports_file(options.ports_file);
  const sigset_t signals = block_signals();
  set_up_allocator();
  memory_reserve::set_up();
  Server server(std::move(config));
  server.start();
  say_where_it_listens(server, options);
  run_until_end(server, options, signals);
  server.shut_down(server.config().drain, shutdown_patience);
  log::info("ended");
  return EXIT_SUCCESS;
}

}  // namespace router::program
