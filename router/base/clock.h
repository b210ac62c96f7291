// What time it is: passed in to those who decide, so that tests can say it.
//
// Const members may be called by several threads at once.
#pragma once

#include <chrono>
#include <string>

#include "router/base/boot_clock.h"
#include "transport/loop/loop.h"

namespace router {

using SteadyTime = std::chrono::steady_clock::time_point;  // for deadlines
using WallTime = std::chrono::system_clock::time_point;  // for what people read and what outlives the program

class Clock {
 public:
  virtual ~Clock() = default;
  virtual SteadyTime now() const = 0;
  virtual WallTime wall_time() const = 0;
  virtual BootTime boot_time() const = 0;
  // The time, or that of the beginning of the present turn of the calling thread's loop: asking costs
  // nothing.
  virtual SteadyTime turn_time() const { return now(); }
};

class SystemClock final : public Clock {
 public:
  SteadyTime now() const override { return std::chrono::steady_clock::now(); }
  WallTime wall_time() const override { return std::chrono::system_clock::now(); }
  BootTime boot_time() const override;
  SteadyTime turn_time() const override {
    const SteadyTime known = transport::Loop::time_on_this_thread();
    return known == SteadyTime() ? now() : known;
  }
};

// "2026-11-22T18:05:03.123456Z"
std::string iso_8601(WallTime time);

}  // namespace router
