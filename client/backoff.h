// How long to wait before the next attempt: longer each time, and not as long as everybody else.
//
// A value.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>

namespace client {

class Backoff {
 public:
  using Milliseconds = std::chrono::milliseconds;

  explicit Backoff(Milliseconds first = Milliseconds(200), Milliseconds most = Milliseconds(30'000),
                   uint64_t seed = std::random_device()())
      : first_(first), most_(most), mean_(first), random_(seed) {}

  // Half of this attempt's time, and any part of the other half.
  Milliseconds next() {
    const Milliseconds wait = mean_ / 2 + Milliseconds(std::uniform_int_distribution<Milliseconds::rep>(
                                              0, mean_.count() - mean_.count() / 2)(random_));
    mean_ = std::min(mean_ * 2, most_);
    return wait;
  }
  // Not before the time that the other end asks for (End::retry_after), of which an hour counts at most: up
  // to a quarter of it later, and not earlier than by itself.
  Milliseconds next(Milliseconds asked) {
    const Milliseconds wait = std::clamp(asked, Milliseconds(0), longest_asked);
    return std::max(next(), wait + Milliseconds(std::uniform_int_distribution<Milliseconds::rep>(
                                       0, wait.count() / 4)(random_)));
  }
  // It has worked.
  void reset() { mean_ = first_; }

 private:
  static constexpr Milliseconds longest_asked = std::chrono::hours(1);

  Milliseconds first_, most_, mean_;
  std::mt19937_64 random_;
};

}  // namespace client
