#include "bench/load/team.h"

#include "bench/load/clock.h"

namespace bench::load {

namespace {

constexpr uint64_t kLook_ns = kSecond / 1000;

}  // namespace

uint64_t Team::meet(Loop& loop) {
  const uint64_t arrival = ++arrivals_;
  const uint64_t meeting = (arrival + size_ - 1) / size_;
  if (arrival == meeting * size_) {
    last_arrival_ns_ = now_ns();
    meetings_ = meeting;
  }
  while (meetings_ < meeting) {
    if (disbanded_) throw Disbanded();
    loop.turn(now_ns() + kLook_ns);
  }
  return last_arrival_ns_;
}

}  // namespace bench::load
