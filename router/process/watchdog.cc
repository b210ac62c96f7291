#include "router/process/watchdog.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "router/base/log.h"

namespace router {

Watchdog::Watchdog(const ServiceManager& manager, const std::vector<transport::Loop*>& loops)
    : manager_(manager), heartbeat_(loops) {
  if (manager.patience()) next_ = Time::clock::now();
}

void Watchdog::look() {
  if (!next_ || Time::clock::now() < *next_) return;
  // A worker may miss one for what takes it long, and is not late yet.
  next_ = Time::clock::now() + *manager_.patience() / 4;
  const std::vector<size_t> stuck = heartbeat_.stuck();
  if (stuck.empty()) manager_.is_alive();
  for (const size_t number : stuck)
    log::error("worker " + std::to_string(number) +
               " is stuck: if it stays so, the service manager will start the program anew");
}

std::optional<std::chrono::nanoseconds> Watchdog::until_next() const {
  if (!next_) return std::nullopt;
  return std::max(std::chrono::nanoseconds(0), std::chrono::nanoseconds(*next_ - Time::clock::now()));
}

}  // namespace router
