#include "router/main/serve.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

#include "router/base/log.h"
#include "router/config/file/config_file.h"
#include "router/config/inventory.h"
#include "router/main/ready_line.h"
#include "router/memory/memory_reserve.h"
#include "router/memory/memory_use.h"
#include "router/process/handover.h"
#include "router/process/service_manager.h"
#include "router/process/signals.h"
#include "router/process/succession.h"
#include "router/process/watchdog.h"
#include "router/server/server.h"
#include "serializers/json/json_writer.h"

namespace router::program {
namespace {

// Once all sessions have been told to go. Together with closing the rest this stays below the five seconds in
// which the program promises to end then.
constexpr auto shutdown_patience = std::chrono::milliseconds(3500);
// At what no signal tells.
constexpr auto look_again = std::chrono::milliseconds(100);
// With those who are on their way in when it takes over.
constexpr auto handover_patience = std::chrono::seconds(5);

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

// Empty: it can be done.
std::string why_no_upgrade(const Options& options) {
  if (options.config_file == "-") return "standard input was the configuration, which is read already";
  if (options.is_ephemeral) return "a router for tests ends with who has started it";
  if (getpid() == 1) return "it is process 1, with which all others end: start another container";
  return "";
}

// SIGUSR2: a process that cannot serve changes nothing.
std::optional<Successor> upgrade(Server& server, const Options& options, Watchdog& watchdog,
                                 const Signals& signals) {
  if (const std::string why_not = why_no_upgrade(options); !why_not.empty()) {
    log::warning("received SIGUSR2, but " + why_not);
    return std::nullopt;
  }
  log::info("received SIGUSR2, starting " + options.program + " anew");
  try {
    auto successor =
        start_successor(options.program, options.command_line, server.duplicate_sockets(), watchdog, signals);
    log::info("process " + std::to_string(successor.process()) + " serves from now on, this one drains");
    return successor;
  } catch (const std::exception& error) {
    log::error("this process goes on: " + std::string(error.what()));
    return std::nullopt;
  }
}

std::string where_it_listens(const Server& server) {
  std::string text = "listening on ";
  for (size_t i = 0; i < server.transport_count(); ++i) text += (i > 0 ? ", " : "") + server.address(i);
  return text;
}

// Until it is to end. Returns who takes over, if somebody does.
std::optional<Successor> run_until_end(Server& server, const Options& options, const Signals& signals,
                                       const ServiceManager& manager) {
  Watchdog watchdog(manager, server.loops());
  for (;;) {
    auto wait = watchdog.until_next();
    if (options.is_ephemeral)
      wait = std::min<std::chrono::nanoseconds>(wait.value_or(look_again), look_again);
    const auto signal = signals.next(wait);
    watchdog.look();
    if (signal == SIGHUP) {
      manager.reloads();
      reload(server, options);
      manager.is_ready(where_it_listens(server));
    } else if (signal == SIGUSR2) {
      if (auto successor = upgrade(server, options, watchdog, signals)) return successor;
    } else if (signal) {
      log::info(std::string("received ") + (signal == SIGINT ? "SIGINT" : "SIGTERM") + ", shutting down");
      return std::nullopt;
    } else if (options.is_ephemeral && getppid() != options.parent) {
      log::info("the process that has started this one has ended, shutting down");
      return std::nullopt;
    }
  }
}

// In the ports file and on the log, whose readers may look for the file.
void say_where_it_listens(const Server& server, const Options& options) {
  const std::vector<ReadyLine> lines = ready_lines(server);
  if (!options.ports_file.empty()) write_ports_file(options.ports_file, lines);
  for (const ReadyLine& line : lines) {
    log::info(line.text, line.facts);
    if (options.is_ephemeral) std::puts(serializers::json_text(line.facts).c_str());
  }
  std::fflush(stdout);
}

// Two processes cannot have the files of stores open.
bool has_files(const config::Config& config) {
  return std::any_of(config.realms.begin(), config.realms.end(),
                     [](const config::Realm& realm) { return !realm.store.path.empty(); });
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
  const auto predecessor = Predecessor::of_environment();
  auto sockets = inherited_sockets(predecessor);
  const auto manager = ServiceManager::of_environment();
  auto config = load(options);
  log_notices(config);
  warn_of_open_doors(options, config);
  if (!options.ports_file.empty() && !predecessor) remove_ports_file(options.ports_file);
  const Signals signals;
  set_up_allocator();
  memory_reserve::set_up();
  const bool waits = predecessor && has_files(config);
  std::optional<Successor> successor;  // outlives the server: it may wait for what that has open
  Server server(std::move(config), std::move(sockets), options.chaos, [&] {
    if (waits) wait_for_end_of(*predecessor, manager, signals);
  });
  server.start();
  say_where_it_listens(server, options);
  if (predecessor && !waits) predecessor->let_go();
  manager.is_ready(where_it_listens(server));
  if (auto next = run_until_end(server, options, signals, manager)) successor.emplace(std::move(*next));
  signals.end_at_once_from_now_on();
  if (successor) {
    manager.is_succeeded_by(successor->process());
    server.hand_over(handover_patience);
  } else {
    manager.stops();
  }
  server.shut_down(server.config().drain, shutdown_patience);
  log::info("ended");
  return EXIT_SUCCESS;
}

}  // namespace router::program
