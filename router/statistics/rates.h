// How much comes of something in a second, found out when somebody asks: from what was there when somebody
// asked before, at least some seconds ago.
//
// Any thread. It remembers what it was asked for last, so it is as large as that.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "router/base/clock.h"
#include "router/base/mutex.h"

namespace router {

class Rates {
 public:
  static constexpr std::chrono::seconds least_time{5};

  struct Counted {
    std::string name;
    uint64_t count = 0;
    SteadyTime since;  // it was 0
  };
  // Of each, per second; those that are not among them are forgotten.
  std::vector<double> per_second(const std::vector<Counted>& all, SteadyTime now);

 private:
  struct Mark {
    uint64_t count = 0;
    SteadyTime time;
  };
  struct Marks {
    Mark older, newer;
  };

  Mutex mutex_{"rates"};
  std::map<std::string, Marks> marks_ GUARDED_BY(mutex_);
};

}  // namespace router
