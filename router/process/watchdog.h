// Tells the service manager that the workers turn, as often as it wants to know.
//
// One thread's. The service manager and the loops outlive it.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "router/process/heartbeat.h"
#include "router/process/service_manager.h"
#include "transport/loop/loop.h"

namespace router {

class Watchdog {
 public:
  Watchdog(const ServiceManager& manager, const std::vector<transport::Loop*>& loops);

  // To be called when it is time for it, and perhaps earlier. Nothing is told while a loop is stuck, which is
  // logged.
  void look();
  // None: it is never time for it.
  std::optional<std::chrono::nanoseconds> until_next() const;

 private:
  using Time = std::chrono::steady_clock::time_point;

  const ServiceManager& manager_;
  Heartbeat heartbeat_;
  std::optional<Time> next_;
};

}  // namespace router
