// How a socket comes to a loop.
#pragma once

#include <memory>

#include "transport/loop/loop.h"
#include "transport/stream/arrival.h"

namespace transport {

// Any thread: makes a stream of it there, which counts as a connection from now on.
void adopt(Loop& loop, Arrival arrival, std::shared_ptr<const Served> served);

}  // namespace transport
