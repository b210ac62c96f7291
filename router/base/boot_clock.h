// A clock that goes on while the machine sleeps (CLOCK_BOOTTIME): what ends for all of a cluster at the same
// time ends also for who is not awake.
#pragma once

#include <chrono>

namespace router {

// Nobody asks it: a Clock does (clock.h), or whoever calls says what time it is. A type of its own, so that
// nobody passes the time of another clock.
struct BootClock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<BootClock>;
  static constexpr bool is_steady = true;
};
using BootTime = BootClock::time_point;

}  // namespace router
