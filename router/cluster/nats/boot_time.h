// What time it is, for the parts of a cluster, which never ask.
#pragma once

#include <chrono>

#include <time.h>

#include "router/cluster/words/words.h"

namespace router::cluster {

inline Time boot_time() {
  timespec time{};
  ::clock_gettime(CLOCK_BOOTTIME, &time);
  return Time(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
}

}  // namespace router::cluster
