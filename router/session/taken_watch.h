// Whether a peer for which much waits takes any of it. Part of a membership, on its worker's thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "router/base/clock.h"
#include "transport/connection/connection.h"

namespace router {

class TakenWatch {
 public:
  // From now on.
  void begin(transport::Connection& connection, SteadyTime now) {
    taken_ = connection.taken_bytes();
    taken_at_ = now;
  }
  // It has taken nothing for that time; 0: for ever. Asked again and again after begin().
  bool is_stuck(transport::Connection& connection, SteadyTime now, std::chrono::milliseconds patience) {
    const int64_t taken = connection.taken_bytes();
    if (taken > taken_) taken_at_ = now;
    taken_ = std::max(taken, taken_);
    return patience.count() > 0 && now >= taken_at_ + patience;
  }

 private:
  int64_t taken_ = 0;  // by the peer when it was last looked at
  SteadyTime taken_at_{};
};

}  // namespace router
