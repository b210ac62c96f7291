// When operations are to begin in an open loop: at equal distances, however long those before take. What
// begins late counts from when it was due, so that a server that stands still is charged for all whom it
// makes wait.
#pragma once

#include <cstdint>

#include "bench/load/clock.h"

namespace bench::load {

class Pace {
 public:
  // `rate`: operations a second. The first is due at `from_ns`.
  Pace(double rate, uint64_t from_ns)
      : from_ns_(from_ns), interval_ns_(static_cast<double>(kSecond) / rate) {}

  uint64_t due_ns() const { return due_ns_; }
  void next() { due_ns_ = from_ns_ + static_cast<uint64_t>(static_cast<double>(++begun_) * interval_ns_); }

  // Operations that are due and not begun.
  uint64_t overdue(uint64_t now_ns) const {
    return now_ns < due_ns_ ? 0 : static_cast<uint64_t>(static_cast<double>(now_ns - due_ns_) / interval_ns_);
  }

 private:
  uint64_t from_ns_;
  double interval_ns_;
  uint64_t begun_ = 0;
  uint64_t due_ns_ = from_ns_;
};

}  // namespace bench::load
