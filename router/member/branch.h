// A realm's branch on one worker: what its sessions there share, without a lock.
//
// Owned by the realm, one for each worker; used by that worker's thread only, but for the counters, which any
// thread reads. In tests one thread may be all workers.
#pragma once

#include <cstdint>

#include "router/base/counters.h"
#include "router/base/id_source.h"

namespace router {

struct Branch {
  explicit Branch(uint64_t seed) : ids(seed) {}

  IdSource ids;
  BranchCounters counters;
};

}  // namespace router
