// The trials: each is one run against a router that is there already, and gives one line of JSON; the
// bystanders give more as they go.
//
// They throw std::runtime_error if the router did something that it must not do.
#pragma once

#include <cstdint>
#include <string>

#include "bench/load/options.h"

namespace bench::reliability {

using load::Options;

struct SlowSubscriber {
  size_t subscribers = 1000;
  double rate = 25;          // publications a second
  bool one_is_stuck = true;  // reads nothing from the first measured publication on
};
// `options` gives payload, warm-up and duration.
std::string slow_subscriber(const Options& options, const SlowSubscriber& trial);

struct BlackHole {
  size_t procedures = 1000;
  size_t connections = 1;  // that hold them
};
std::string black_hole(const Options& options, const BlackHole& trial);

struct Churn {
  uint64_t cycles = 1'000'000;
  uint64_t warmup_cycles = 50'000;
  size_t at_a_time = 64;
  uint64_t seed = 1;
  std::string rawsocket_path;  // of a Unix socket; empty: none
};
std::string churn(const Options& options, const Churn& trial);

// Callers and callees, as many as `options` says, that do nothing wrong, at its rate until a stop signal. Ten
// times a second they print what has ended since: {"from_s":1.5,"until_s":1.6,"latency_us":[[120,3],...]}, by
// the monotonic clock, with the number of calls that took so long; late ones count from when they were due.
// They throw if a call is refused, answered wrongly or not at all, or a connection ends.
std::string bystanders(Options options);

}  // namespace bench::reliability
