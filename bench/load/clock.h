// The monotonic clock in nanoseconds.
#pragma once

#include <chrono>
#include <cstdint>

namespace bench::load {

inline constexpr uint64_t kSecond = 1'000'000'000;

inline uint64_t now_ns() {
  return static_cast<uint64_t>(std::chrono::steady_clock::now().time_since_epoch() /
                               std::chrono::nanoseconds(1));
}

}  // namespace bench::load
