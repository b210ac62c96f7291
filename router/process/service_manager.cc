#include "router/process/service_manager.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "transport/socket/socket.h"

namespace router {
namespace {

std::optional<uint64_t> number_of(const char* variable) {
  const char* const text = std::getenv(variable);
  if (!text) return std::nullopt;
  uint64_t number = 0;
  const char* const end = text + std::strlen(text);
  const auto read = std::from_chars(text, end, number);
  return read.ec == std::errc() && read.ptr == end ? std::optional(number) : std::nullopt;
}

// That of CLOCK_MONOTONIC, by which systemd tells a reload from an earlier one.
uint64_t monotonic_us() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000 + static_cast<uint64_t>(now.tv_nsec) / 1000;
}

}  // namespace

ServiceManager ServiceManager::of_environment() {
  ServiceManager manager;
  const char* const address = std::getenv("NOTIFY_SOCKET");
  if (address && (*address == '/' || *address == '@')) manager.address_ = address;
  const auto process = number_of("WATCHDOG_PID");
  const auto patience = number_of("WATCHDOG_USEC");
  constexpr uint64_t least = 1000, most = 1'000'000'000'000;  // else it is no patience
  if (patience && *patience >= least && *patience <= most &&
      (!process || *process == static_cast<uint64_t>(::getpid())))
    manager.patience_ = std::chrono::microseconds(*patience);
  return manager;
}

void ServiceManager::is_ready(const std::string& status) const {
  constexpr size_t most = 500;  // a datagram must not be too long, nor a line have an end within
  std::string line = status.substr(0, most);
  std::replace(line.begin(), line.end(), '\n', ' ');
  tell("READY=1\nSTATUS=" + line);
}
void ServiceManager::reloads() const {
  tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(monotonic_us()));
}
void ServiceManager::stops() const {
  tell("STOPPING=1");
}
void ServiceManager::is_alive() const {
  tell("WATCHDOG=1");
}
void ServiceManager::is_succeeded_by(pid_t process) const {
  tell("MAINPID=" + std::to_string(process));
}

void ServiceManager::tell(std::string_view lines) const {
  sockaddr_un to{};
  if (address_.empty() || address_.size() >= sizeof to.sun_path) return;
  to.sun_family = AF_UNIX;
  address_.copy(to.sun_path, address_.size());
  if (to.sun_path[0] == '@') to.sun_path[0] = '\0';
  const transport::Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  // Nobody could do anything about a manager that does not listen.
  (void)::sendto(socket.get(), lines.data(), lines.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                 reinterpret_cast<const sockaddr*>(&to), size);
}

}  // namespace router
