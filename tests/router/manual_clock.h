// A clock for tests.
#pragma once

#include "router/clock.h"

namespace router {

// Stands until it is told to go on; begins at 1000000000 s of both times.
class ManualClock final : public Clock {
 public:
  SteadyTime now() const override {
    // Otherwise other threads may ask too.
    if (tick_.count() > 0) elapsed_ += tick_;
    return SteadyTime(elapsed_);
  }
  WallTime wall_time() const override {
    return WallTime(std::chrono::duration_cast<WallTime::duration>(elapsed_));
  }
  void advance(std::chrono::milliseconds by) { elapsed_ += by; }
  // From now on as much time goes by each time when somebody asks for it.
  void ticks(std::chrono::milliseconds tick) { tick_ = tick; }

 private:
  std::chrono::steady_clock::duration tick_{};
  mutable std::chrono::steady_clock::duration elapsed_ = std::chrono::seconds(1000000000);
};

}  // namespace router
