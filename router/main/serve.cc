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
#include <stdexcept>
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
// At what no signal tells.
constexpr auto look_again = std::chrono::milliseconds(100);
// With a new process.
constexpr auto start_patience = std::chrono::seconds(60);
constexpr auto time_to_say_why = std::chrono::seconds(2);
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

// Whether the program is asked to end, which is heard later.
bool is_asked_to_end() {
  sigset_t pending;
  sigpending(&pending);
  return sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1;
}

// Tells the service manager that the workers turn, as often as it wants to know.
class Watchdog {
 public:
  Watchdog(const ServiceManager& manager, const std::vector<transport::Loop*>& loops)
      : manager_(manager), heartbeat_(loops) {
    if (manager.patience()) next_ = Time::clock::now();
  }

  // To be called when it is time for it, and perhaps earlier.
  void look() {
    if (!next_ || Time::clock::now() < *next_) return;
    // A worker may miss one for what takes it long, and is not late yet.
    next_ = Time::clock::now() + *manager_.patience() / 4;
    const std::vector<size_t> stuck = heartbeat_.stuck();
    if (stuck.empty()) manager_.is_alive();
    for (const size_t number : stuck)
      log::error("worker " + std::to_string(number) +
                 " is stuck: if it stays so, the service manager will start the program anew");
  }
  // None: it is never time for it.
  std::optional<std::chrono::nanoseconds> until_next() const {
    if (!next_) return std::nullopt;
    return std::max(std::chrono::nanoseconds(0), std::chrono::nanoseconds(*next_ - Time::clock::now()));
  }

 private:
  using Time = std::chrono::steady_clock::time_point;

  const ServiceManager& manager_;
  Heartbeat heartbeat_;
  std::optional<Time> next_;
};

// Empty: it can be done.
std::string why_no_upgrade(const Options& options) {
  if (options.config_file == "-") return "standard input was the configuration, which is read already";
  if (options.is_ephemeral) return "a router for tests ends with who has started it";
  if (getpid() == 1) return "it is process 1, with which all others end: start another container";
  return "";
}

// SIGUSR2: a process that cannot serve changes nothing.
std::optional<Successor> upgrade(Server& server, const Options& options, Watchdog& watchdog) {
  if (const std::string why_not = why_no_upgrade(options); !why_not.empty()) {
    log::warning("received SIGUSR2, but " + why_not);
    return std::nullopt;
  }
  log::info("received SIGUSR2, starting " + options.program + " anew");
  try {
    Successor successor(options.program, options.command_line, server.duplicate_sockets());
    auto state = Successor::State::starts;
    const auto deadline = std::chrono::steady_clock::now() + start_patience;
    while (state == Successor::State::starts && !is_asked_to_end() &&
           std::chrono::steady_clock::now() < deadline) {
      watchdog.look();
      state = successor.wait(look_again);
    }
    if (state == Successor::State::is_ready) {
      log::info("process " + std::to_string(successor.process()) + " serves from now on, this one drains");
      return successor;
    }
    const bool has_ended = state == Successor::State::has_ended;
    successor.end(has_ended ? time_to_say_why : std::chrono::milliseconds(0));
    log::error(has_ended ? "this process goes on: the new one has ended, and says why"
                         : "this process goes on: the new one was not ready in time");
  } catch (const std::exception& error) {
    log::error("this process goes on: " + std::string(error.what()));
  }
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

std::string where_it_listens(const Server& server) {
  std::string text = "listening on ";
  for (size_t i = 0; i < server.transport_count(); ++i) text += (i > 0 ? ", " : "") + server.address(i);
  return text;
}

// Until it is to end. `successor`: who takes over, if somebody does.
void run_until_end(Server& server, const Options& options, const sigset_t& signals,
                   const ServiceManager& manager, std::optional<Successor>& successor) {
  Watchdog watchdog(manager, server.loops());
  for (bool goes_on = true; goes_on && !successor;) {
    auto wait = watchdog.until_next();
    if (options.is_ephemeral)
      wait = std::min<std::chrono::nanoseconds>(wait.value_or(look_again), look_again);
    const auto signal = next_signal(signals, wait);
    watchdog.look();
    if (signal == SIGHUP) {
      manager.reloads();
      reload(server, options);
      manager.is_ready(where_it_listens(server));
    } else if (signal == SIGUSR2) {
      if (auto next = upgrade(server, options, watchdog)) successor.emplace(std::move(*next));
    } else if (signal) {
      log::info(std::string("received ") + (signal == SIGINT ? "SIGINT" : "SIGTERM") + ", shutting down");
      goes_on = false;
    } else if (options.is_ephemeral && getppid() != options.parent) {
      log::info("the process that has started this one has ended, shutting down");
      goes_on = false;
    }
  }
  // These are too late.
  std::signal(SIGHUP, SIG_IGN);
  std::signal(SIGUSR2, SIG_IGN);
}

// A second signal ends the program at once. One that came just before an end by another reason is none.
void end_by_signals_from_now_on(const sigset_t& signals) {
  while (next_signal(signals, std::chrono::nanoseconds(0))) {
  }
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
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

// Two processes cannot have the files of stores open. As the main process it must tell that it is alive.
void wait_for_end_of(const Predecessor& predecessor, const ServiceManager& manager) {
  predecessor.let_go();
  Watchdog watchdog(manager, {});
  while (!predecessor.has_ended(look_again)) {
    watchdog.look();
    if (is_asked_to_end()) throw std::runtime_error("asked to end before the old process had ended");
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
  const sigset_t signals = block_signals();
  set_up_allocator();
  memory_reserve::set_up();
  const bool waits = predecessor && has_files(config);
  std::optional<Successor> successor;  // outlives the server: it may wait for what that has open
  Server server(std::move(config), std::move(sockets), [&] {
    if (waits) wait_for_end_of(*predecessor, manager);
  });
  server.start();
  say_where_it_listens(server, options);
  if (predecessor && !waits) predecessor->let_go();
  manager.is_ready(where_it_listens(server));
  run_until_end(server, options, signals, manager, successor);
  end_by_signals_from_now_on(signals);
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
