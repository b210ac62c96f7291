// Random ids in the global scope: uniform over 1 to 2^53 (basic profile, "IDs"). Chance is passed in as the
// seed. Not thread-safe: each owner has its own.
#pragma once

#include <random>

#include "wamp/ids.h"

namespace router {

class IdSource {
 public:
  explicit IdSource(uint64_t seed) : engine_(seed) {}

  uint64_t next() { return distribution_(engine_); }

 private:
  std::mt19937_64 engine_;
  std::uniform_int_distribution<uint64_t> distribution_{1, wamp::max_id};
};

// A seed that nobody can guess.
uint64_t random_seed();

}  // namespace router
