// Many clients at once on several workers, as in a router: real threads, realms, sessions and timers, and
// connections in memory. For the test, and for the fuzzer that runs for hours.
//
// Each thread does the same with the same seed as long as it hears the same; how they interleave is chance.
#pragma once

#include <cstdint>

namespace router {

struct CrowdPlan {
  enum class End : uint8_t {
    connections_break,
    drain,   // GOODBYE to all
    abrupt,  // the threads stop in the middle of everything
  };
  uint32_t workers = 2;
  uint64_t seed = 1;
  uint32_t steps = 1000;  // of each worker
  End end = End::connections_break;
};

// Ends the program if a client hears what it must not, or if anything of the clients is left in the end.
void run_session_crowd(const CrowdPlan& plan);

}  // namespace router
