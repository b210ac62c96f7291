// A clock for tests.
#pragma once

#include <atomic>
#include <chrono>

#include "router/base/clock.h"

namespace router {

// Stands until it is told to go on; begins at 1000000000 s of all times.
class ManualClock final : public Clock {
 public:
  SteadyTime now() const override { return SteadyTime(Duration(elapsed_ += tick_.count())); }
  WallTime wall_time() const override {
    return WallTime(std::chrono::duration_cast<WallTime::duration>(Duration(elapsed_)));
  }
  BootTime boot_time() const override {
    return BootTime(std::chrono::duration_cast<BootClock::duration>(Duration(elapsed_)));
  }
  void advance(std::chrono::milliseconds by) { elapsed_ += Duration(by).count(); }
  // From now on as much time goes by each time when somebody asks for it.
  void ticks(std::chrono::milliseconds tick) { tick_ = tick; }

 private:
  using Duration = std::chrono::steady_clock::duration;

  Duration tick_{};
  // Other threads may ask, too.
  mutable std::atomic<Duration::rep> elapsed_ = Duration(std::chrono::seconds(1000000000)).count();
};

}  // namespace router
