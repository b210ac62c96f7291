#include "router/process/handover.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace router {
namespace {

constexpr int first_descriptor = 3;  // sd_listen_fds(3)
constexpr const char* variable = "WAMPD_UPGRADE";
// Those that are said anew, or meant for the old process only.
constexpr std::array<std::string_view, 5> not_handed_on{"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES",
                                                        "WATCHDOG_PID", "WAMPD_UPGRADE"};

std::string reason(int error) {
  return std::generic_category().message(error);
}

[[noreturn]] void fail(const std::string& what, int error) {
  throw std::runtime_error(what + ": " + reason(error));
}

std::vector<std::string> environment_with(const std::vector<HandedSocket>& sockets) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry; ++entry) {
    const std::string_view text(*entry);
    if (std::find(not_handed_on.begin(), not_handed_on.end(), text.substr(0, text.find('='))) ==
        not_handed_on.end())
      all.emplace_back(text);
  }
  std::string names;
  for (const HandedSocket& socket : sockets) {
    if (&socket != &sockets.front()) names += ':';
    names += socket.name;
  }
  all.push_back("LISTEN_FDS=" + std::to_string(sockets.size()));
  all.push_back("LISTEN_FDNAMES=" + names);
  all.push_back(variable + ("=" + std::to_string(first_descriptor + static_cast<int>(sockets.size()))));
  return all;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// Where no descriptor of the new process is to be, which are made one after the other.
transport::Descriptor moved_up(const transport::Descriptor& descriptor, size_t count) {
  transport::Descriptor moved(
      ::fcntl(descriptor.get(), F_DUPFD_CLOEXEC, first_descriptor + static_cast<int>(count)));
  if (moved.get() < 0) fail("cannot duplicate a socket", errno);
  return moved;
}

class SpawnActions {
 public:
  SpawnActions() {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
    // The old process takes its signals with sigwait().
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK);
  }
  ~SpawnActions() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;

  void duplicate(const transport::Descriptor& descriptor, int as) {
    posix_spawn_file_actions_adddup2(&actions_, descriptor.get(), as);
  }
  // All from that one on.
  void close_from(int first) { posix_spawn_file_actions_addclosefrom_np(&actions_, first); }
  pid_t spawn(const std::string& program, std::vector<std::string> arguments,
              std::vector<std::string> environment) const {
    pid_t process = -1;
    const int error = posix_spawn(&process, program.c_str(), &actions_, &attributes_,
                                  pointers_to(arguments).data(), pointers_to(environment).data());
    if (error != 0) fail("cannot start " + program, error);
    return process;
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

enum class Heard : uint8_t { nothing, a_byte, the_end };

Heard listen(const transport::Descriptor& link, std::chrono::milliseconds longest) {
  pollfd readable{link.get(), POLLIN, 0};
  char byte = 0;
  if (::poll(&readable, 1, static_cast<int>(longest.count())) != 1) return Heard::nothing;
  return ::read(link.get(), &byte, 1) == 1 ? Heard::a_byte : Heard::the_end;
}

}  // namespace

Successor::Successor(const std::string& program, const std::vector<std::string>& arguments,
                     const std::vector<HandedSocket>& sockets) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) fail("no socket pair", errno);
  link_.reset(ends[0]);
  const transport::Descriptor its(ends[1]);
  const size_t count = sockets.size() + 1;
  std::vector<transport::Descriptor> moved;
  for (const HandedSocket& socket : sockets) moved.push_back(moved_up(socket.descriptor, count));
  moved.push_back(moved_up(its, count));
  SpawnActions actions;
  for (size_t i = 0; i < count; ++i) actions.duplicate(moved[i], first_descriptor + static_cast<int>(i));
  actions.close_from(first_descriptor + static_cast<int>(count));
  process_ = actions.spawn(program, arguments, environment_with(sockets));
}

Successor::State Successor::wait(std::chrono::milliseconds longest) const {
  switch (listen(link_, longest)) {
    case Heard::nothing:
      return State::starts;
    case Heard::a_byte:
      return State::is_ready;
    case Heard::the_end:
      break;
  }
  return State::has_ended;
}

void Successor::end(std::chrono::milliseconds time_to_say_why) const {
  constexpr auto pause = std::chrono::milliseconds(10);
  for (auto waited = pause; waited <= time_to_say_why; waited += pause) {
    if (::waitpid(process_, nullptr, WNOHANG) != 0) return;
    std::this_thread::sleep_for(pause);
  }
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
}

std::optional<Predecessor> Predecessor::of_environment() {
  const char* const text = std::getenv(variable);
  if (!text) return std::nullopt;
  const int descriptor = std::atoi(text);
  ::unsetenv(variable);
  if (descriptor < first_descriptor || ::fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0) return std::nullopt;
  return Predecessor(descriptor);
}

void Predecessor::let_go() const {
  const char byte = 0;
  (void)!::write(descriptor_.get(), &byte, 1);
}

bool Predecessor::has_ended(std::chrono::milliseconds longest) const {
  return listen(descriptor_, longest) == Heard::the_end;
}

transport::InheritedSockets inherited_sockets(const std::optional<Predecessor>& predecessor) {
  const auto value = [](const char* name) {
    const char* const text = std::getenv(name);
    return std::string(text ? text : "");
  };
  const std::string process = value("LISTEN_PID"), names = value("LISTEN_FDNAMES");
  const int count = std::atoi(value("LISTEN_FDS").c_str());
  for (const char* const name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) ::unsetenv(name);
  const bool is_for_us = predecessor || process == std::to_string(::getpid());
  return is_for_us && count > 0 ? transport::InheritedSockets(count, names) : transport::InheritedSockets();
}

}  // namespace router
