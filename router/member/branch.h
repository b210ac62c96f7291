// A realm's branch on one worker: what its sessions there share, without a lock.
//
// Owned by the realm, one for each worker; used by that worker's thread only, but for the counters, which any
// thread reads. In tests one thread may be all workers.
#pragma once

#include <cstdint>
#include <utility>

#include "router/base/counters.h"
#include "router/base/id_source.h"
#include "router/matching/route_cache.h"
#include "transport/memory/account.h"

namespace router::broker {
struct TopicRoute;
}

namespace router {

struct Branch {
  // `routes` pays for what is remembered of the way to others.
  explicit Branch(uint64_t seed, transport::Charge routes = {}) : ids(seed), topics(std::move(routes)) {}

  IdSource ids;
  BranchCounters counters;
  RouteCache<broker::TopicRoute> topics;
};

}  // namespace router
