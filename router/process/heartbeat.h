// Whether all loops still turn: one that is stuck does not come to what was posted to it.
//
// One thread's. The loops outlive it.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <vector>

#include "transport/loop/loop.h"

namespace router {

class Heartbeat {
 public:
  explicit Heartbeat(const std::vector<transport::Loop*>& loops);

  // The numbers of those that have not turned since they were asked last. Asks the others again.
  std::vector<size_t> stuck();

 private:
  struct Beat {
    transport::Loop& loop;
    // Outlives this, as the loop may come to it later.
    std::shared_ptr<std::atomic<bool>> has_come;
  };
  std::vector<Beat> beats_;
};

}  // namespace router
