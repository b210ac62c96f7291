// Why the router does not read a client's connection.
#pragma once

#include "transport/connection/pauses.h"

namespace router::pause {

using transport::Pause;
using transport::pause_of_receiver;

constexpr Pause streams = pause_of_receiver(0);      // those who wait for its streams do not take them
constexpr Pause requests = pause_of_receiver(1);     // too many of its own wait for an authorizer
constexpr Pause kept_events = pause_of_receiver(2);  // some wait for it to take what it is sent
constexpr Pause clogged = pause_of_receiver(3);      // very much does
constexpr Pause mailbox = pause_of_receiver(4);      // another worker has fallen behind

}  // namespace router::pause
