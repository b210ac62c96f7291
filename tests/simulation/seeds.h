// Which seeds a test of simulations runs, as whoever starts it says.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <string>

namespace simulation {

inline uint64_t from_environment(const char* name, uint64_t otherwise) {
  const char* const given = std::getenv(name);
  return given ? std::stoull(given) : otherwise;
}

#ifdef WAMPD_SANITIZED
constexpr bool is_sanitized = true;
#else
constexpr bool is_sanitized = false;
#endif

// SIMULATION_SEED alone is told, with all that is said. Else SIMULATION_SEEDS, or as many as is usual, from
// SIMULATION_FIRST_SEED on, until one breaks a promise.
inline void play_seeds(uint64_t usual, const std::function<void(uint64_t seed)>& tell,
                       const std::function<bool(uint64_t seed)>& keeps_its_promises) {
  if (const uint64_t seed = from_environment("SIMULATION_SEED", 0)) return tell(seed);
  const uint64_t first = from_environment("SIMULATION_FIRST_SEED", 1);
  const uint64_t count = from_environment("SIMULATION_SEEDS", usual);
  for (uint64_t seed = first; seed < first + count; ++seed)
    if (!keeps_its_promises(seed)) return;
}

}  // namespace simulation
