#include "bench/load/loop.h"

#include <algorithm>

#include "bench/load/clock.h"
#include "bench/load/connection.h"

namespace bench::load {

bool Loop::turn(uint64_t deadline_ns) {
  send_all();  // what was gathered outside of a turn
  const uint64_t now = now_ns();
  // Bounded, because a stop signal that comes just before the wait does not end it.
  const uint64_t timeout_ns = now < deadline_ns ? std::min(deadline_ns - now, kSecond / 2) : 0;
  for (const epoll_event& event : poller_.wait(std::chrono::nanoseconds(timeout_ns))) {
    static_cast<Watched*>(event.data.ptr)->on_event(event.events);
  }
  send_all();
  return now < deadline_ns;
}

void Loop::send_all() {
  for (Connection* connection : unsent_) connection->send_gathered();
  unsent_.clear();
}

}  // namespace bench::load
