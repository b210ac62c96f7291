// What systemd is told of the program, and asks of it: sd_notify(3), sd_watchdog_enabled(3).
//
// The protocol is a datagram of a few lines, spoken here: libsystemd would bring five more libraries into the
// program. One thread's. Without a service manager nothing is told.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace router {

class ServiceManager {
 public:
  // That of NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID.
  static ServiceManager of_environment();

  // How often it wants to hear is_alive(); none: never.
  std::optional<std::chrono::microseconds> patience() const { return patience_; }

  // It serves. `status`: for people.
  void is_ready(const std::string& status) const;
  // It reads its configuration again, and tells is_ready() when it has.
  void reloads() const;
  void stops() const;
  void is_alive() const;
  // Another process is the service from now on.
  void is_succeeded_by(pid_t process) const;

 private:
  void tell(std::string_view lines) const;

  std::string address_;  // of its socket, '@' first if it has no file; empty: nobody wants to know
  std::optional<std::chrono::microseconds> patience_;
};

}  // namespace router
