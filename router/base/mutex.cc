#include "router/base/mutex.h"

#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace router {

HeldTime::Duration HeldTime::thread_time() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + Duration(time.tv_nsec);
}

void HeldTime::fail(Duration held) const {
  const auto us = [](Duration time) {
    return static_cast<long long>(std::chrono::duration_cast<std::chrono::microseconds>(time).count());
  };
  std::fprintf(stderr, "the lock of %s was held for %lld us of the processor's time, more than %lld us\n",
               what_, us(held), us(bound_));
  std::abort();
}

}  // namespace router
