// The threads of a measurement, each with a loop of its own: they begin each phase together, and if one fails
// all end. Any thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <stdexcept>

#include "bench/load/loop.h"

namespace bench::load {

// Another member has failed, with the reason to be told.
class Disbanded : public std::runtime_error {
 public:
  Disbanded() : std::runtime_error("another thread has failed") {}
};

class Team {
 public:
  explicit Team(size_t size) : size_(size) {}

  // Returns when all members have called it as often as this one, with the time at which the last one did.
  // Meanwhile the loop goes on, as others wait for answers from its sessions. Throws Disbanded.
  uint64_t meet(Loop& loop);

  void disband() { disbanded_ = true; }
  bool disbanded() const { return disbanded_; }

 private:
  uint64_t size_;
  std::atomic<uint64_t> arrivals_ = 0;
  std::atomic<uint64_t> meetings_ = 0;
  std::atomic<uint64_t> last_arrival_ns_ = 0;
  std::atomic<bool> disbanded_ = false;
};

}  // namespace bench::load
