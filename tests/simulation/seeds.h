// Which seeds a test of simulations runs, as whoever starts it says.
#pragma once

#include <cstdint>
#include <cstdlib>
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

}  // namespace simulation
