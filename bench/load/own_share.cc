#include "bench/load/own_share.h"

#include <fstream>

#include <time.h>

#include "bench/load/clock.h"

namespace bench::load {

namespace {

uint64_t thread_cpu_ns() {
  timespec used{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return static_cast<uint64_t>(used.tv_sec) * kSecond + static_cast<uint64_t>(used.tv_nsec);
}

uint64_t waited_for_core_ns() {
  uint64_t on_cpu_ns = 0, waited_ns = 0;
  std::ifstream("/proc/thread-self/schedstat") >> on_cpu_ns >> waited_ns;
  return waited_ns;
}

}  // namespace

OwnShareMeter::OwnShareMeter()
    : begun_ns_(now_ns()), cpu_ns_(thread_cpu_ns()), waited_ns_(waited_for_core_ns()) {}

OwnShare OwnShareMeter::read() const {
  return {.seconds = static_cast<double>(now_ns() - begun_ns_) / 1e9,
          .cpu_ns = thread_cpu_ns() - cpu_ns_,
          .waited_for_core_ns = waited_for_core_ns() - waited_ns_};
}

}  // namespace bench::load
