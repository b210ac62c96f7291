#include "bench/load/loop.h"

#include <algorithm>

#include "bench/load/clock.h"
#include "bench/load/connection.h"

namespace bench::load {

bool Loop::turn(uint64_t deadline_ns) {
  send_all();  // what was gathered outside of a turn
  const uint64_t now = now_ns();
  if (now >= deadline_ns) return false;
  // Bounded, because a stop signal that comes just before the wait does not end it.
  const uint64_t timeout_ms = std::min<uint64_t>((deadline_ns - now) / 1'000'000 + 1, 500);
  for (const epoll_event& event : poller_.wait(static_cast<int>(timeout_ms))) {
    static_cast<Watched*>(event.data.ptr)->on_event(event.events);
  }
  send_all();
  return true;
}

void Loop::send_all() {
  for (Connection* connection : unsent_) connection->send_gathered();
  unsent_.clear();
}

}  // namespace bench::load
