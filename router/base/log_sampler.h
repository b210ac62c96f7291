// How many lines of a kind are logged when many come: so many in each second, and later how many were left
// out.
//
// Pure; whoever shares one between threads locks it.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace router::log {

// What floods may bring.
enum class Kind : uint8_t { connection, refusal, login, abort, denial, loss, slow_call, chaos };
inline constexpr size_t kind_count = 8;

class Sampler {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr uint32_t lines_per_second = 20;
  static constexpr std::chrono::seconds report_interval{10};

  // True if the line is to be logged.
  bool admit(Kind kind, Time now);

  struct LeftOut {
    Kind kind;
    uint64_t lines;
  };
  // What was left out since it was last told; every report_interval, else nothing.
  std::vector<LeftOut> left_out(Time now);

 private:
  struct Count {
    Time second{};  // when the present second began
    uint32_t admitted = 0;
    uint64_t left_out = 0;
  };
  std::array<Count, kind_count> counts_;
  Time told_{};
};

}  // namespace router::log
