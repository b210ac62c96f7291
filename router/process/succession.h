// What both processes of an upgrade do until the new one serves (handover.h): they wait, tell the service
// manager that they live, and give up when they are asked to end.
//
// The main thread's.
#pragma once

#include <string>
#include <vector>

#include "router/process/handover.h"
#include "router/process/service_manager.h"
#include "router/process/signals.h"
#include "router/process/watchdog.h"

namespace router {

// Of the old one: starts the new one, and returns when it is ready. Throws std::runtime_error with why it
// will not be.
Successor start_successor(const std::string& program, const std::vector<std::string>& arguments,
                          const std::vector<HandedSocket>& sockets, Watchdog& watchdog,
                          const Signals& signals);

// Of the new one, which is the main process already. Throws std::runtime_error if it is asked to end before
// the old one has ended.
void wait_for_end_of(const Predecessor& predecessor, const ServiceManager& manager, const Signals& signals);

}  // namespace router
