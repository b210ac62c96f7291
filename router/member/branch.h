// A realm's branch on one worker: what its sessions there share, without a lock.
//
// Owned by the realm, one for each worker; used by that worker's thread only, but for the counters, which any
// thread reads. In tests one thread may be all workers.
#pragma once

#include <cstdint>
#include <memory>

#include "router/base/counters.h"
#include "router/base/id_source.h"
#include "router/matching/route_cache.h"
#include "router/memory/holding.h"
#include "transport/memory/account.h"

namespace router::broker {
struct TopicRoute;
}
namespace router::dealer {
struct ProcedureRoute;
}

namespace router {

struct Branch {
  // `account` pays for what is remembered of the way to others.
  explicit Branch(uint64_t seed, const std::shared_ptr<transport::Account>& account = nullptr)
      : ids(seed),
        topics(transport::Charge(account, holding::routes)),
        procedures(transport::Charge(account, holding::routes)) {}

  IdSource ids;
  BranchCounters counters;
  RouteCache<broker::TopicRoute> topics;
  RouteCache<dealer::ProcedureRoute> procedures;
};

}  // namespace router
