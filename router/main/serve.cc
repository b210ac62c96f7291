#include "router/main/serve.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
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
#include "router/process/heartbeat.h"
#include "router/process/service_manager.h"
#include "router/server/server.h"
#include "serializers/json/json_writer.h"

namespace router::program {
namespace {

// Once all sessions have been told to go. Together with closing the rest this stays below the five seconds in
// which the program promises to end then.
constexpr auto shutdown_patience = std::chrono::milliseconds(3500);
constexpr auto look_for_parent = std::chrono::milliseconds(200);
constexpr auto handover_grace = std::chrono::milliseconds(500);

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
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR2}) sigaddset(&signals, signal);
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

// SIGUSR2: a process that cannot serve changes nothing.
std::optional<Successor> upgrade(Server& server, const Options& options) {
  if (options.config_file == "-") {
    log::warning("received SIGUSR2, but standard input was the configuration, which is read already");
    return std::nullopt;
  }
  log::info("received SIGUSR2, starting " + options.program + " anew");
  try {
    auto successor = start_successor(options.program, options.command_line, server.duplicate_sockets());
    log::info("process " + std::to_string(successor.process) + " serves from now on, this one drains");
    return successor;
  } catch (const std::exception& error) {
    log::error("this process goes on: " + std::string(error.what()));
    return std::nullopt;
  }
}

// Of what is not told by a signal: how long the main thread may wait until it looks again; none: for ever.
std::optional<std::chrono::nanoseconds> longest_wait(const Options& options, const ServiceManager& manager) {
  if (manager.patience()) return *manager.patience() / 2;
  if (options.is_ephemeral) return look_for_parent;
  return std::nullopt;
}

// The next signal; none: nothing has come for so long.
std::optional<int> next_signal(const sigset_t& signals, std::optional<std::chrono::nanoseconds> wait) {
  int signal = 0;
  if (!wait) {
    while (sigwait(&signals, &signal) != 0) {
    }
    return signal;
  }
  const timespec time{wait->count() / 1'000'000'000, wait->count() % 1'000'000'000};
  signal = sigtimedwait(&signals, nullptr, &time);
  return signal > 0 ? std::optional(signal) : std::nullopt;
}

void tell_whether_alive(Heartbeat& heartbeat, const ServiceManager& manager) {
  const std::vector<size_t> stuck = heartbeat.stuck();
  if (stuck.empty()) return manager.is_alive();
  for (const size_t number : stuck)
    log::error("worker " + std::to_string(number) +
               " is stuck: the service manager will start the program anew");
}

// Until it is to end. `successor`: who takes over, if somebody does.
void run_until_end(Server& server, const Options& options, const sigset_t& signals,
                   const ServiceManager& manager, const std::string& status,
                   std::optional<Successor>& successor) {
  Heartbeat heartbeat(server.loops());
  for (bool goes_on = true; goes_on && !successor;) {
    const auto signal = next_signal(signals, longest_wait(options, manager));
    if (!signal && manager.patience()) tell_whether_alive(heartbeat, manager);
    if (signal == SIGHUP) {
      manager.reloads();
      reload(server, options);
      manager.is_ready(status);
    } else if (signal == SIGUSR2) {
      if (auto next = upgrade(server, options)) successor.emplace(std::move(*next));
    } else if (signal) {
      log::info(std::string("received ") + (signal == SIGINT ? "SIGINT" : "SIGTERM") + ", shutting down");
      goes_on = false;
    } else if (options.is_ephemeral && getppid() != options.parent) {
      log::info("the process that has started this one has ended, shutting down");
      goes_on = false;
    }
  }
  // A second signal ends the program at once. These are too late.
  std::signal(SIGHUP, SIG_IGN);
  std::signal(SIGUSR2, SIG_IGN);
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

// Those who are on their way in are let in before others are told to go.
void hand_over(Server& server, const Successor& successor, const ServiceManager& manager) {
  server.hand_over();
  manager.is_succeeded_by(successor.process);
  std::this_thread::sleep_for(handover_grace);
}

// In the ports file and on the log, whose readers may look for the file. Returns what it says, in a line.
std::string say_where_it_listens(const Server& server, const Options& options) {
  const std::vector<ReadyLine> lines = ready_lines(server);
  if (!options.ports_file.empty()) write_ports_file(options.ports_file, lines);
  std::string all;
  for (const ReadyLine& line : lines) {
    log::info(line.text, line.facts);
    all += (all.empty() ? "" : "; ") + line.text;
    if (options.is_ephemeral) std::puts(serializers::json_text(line.facts).c_str());
  }
  std::fflush(stdout);
  return all;
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
  auto predecessor = Predecessor::of_environment();
  auto sockets = inherited_sockets(predecessor);
  const auto manager = ServiceManager::of_environment();
  auto config = load(options);
  log_notices(config);
  warn_of_open_doors(options, config);
  if (!options.ports_file.empty()) remove_ports_file(options.ports_file);
  const sigset_t signals = block_signals();
  set_up_allocator();
  memory_reserve::set_up();
  const bool waits = predecessor && has_files(config);
  if (waits) {
    predecessor->let_go();
    predecessor->wait_for_its_end();
  }
  std::optional<Successor> successor;  // outlives the server: it may wait for what that has open
  Server server(std::move(config), std::move(sockets));
  server.start();
  const std::string status = say_where_it_listens(server, options);
  if (predecessor && !waits) predecessor->let_go();
  manager.is_ready(status);
  run_until_end(server, options, signals, manager, status, successor);
  if (successor)
    hand_over(server, *successor, manager);
  else
    manager.stops();
  server.shut_down(server.config().drain, shutdown_patience);
  log::info("ended");
  return EXIT_SUCCESS;
}

}  // namespace router::program
