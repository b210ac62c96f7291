// A realm's branch on one worker: what its sessions there share, without a lock.
//
// Owned by the realm, one for each worker; used by that worker's thread only, but for the counters, which any
// thread reads, as the numbers and the denials. In tests one thread may be all workers.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "router/base/counters.h"
#include "router/base/id_source.h"
#include "router/matching/route_cache.h"
#include "router/memory/holding.h"
#include "router/statistics/numbers.h"
#include "router/statistics/recent_denials.h"
#include "router/statistics/uri_summary.h"
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
        procedures(transport::Charge(account, holding::routes)),
        procedures_here(transport::Charge(account, holding::routes)),
        procedure_numbers(transport::Charge(account, holding::routes)),
        topic_numbers(transport::Charge(account, holding::routes)) {}

  IdSource ids;
  BranchCounters counters;
  RouteCache<broker::TopicRoute> topics;
  RouteCache<dealer::ProcedureRoute> procedures;
  RouteCache<dealer::ProcedureRoute> procedures_here;  // by registration, for calls from other nodes
  UriSummary<ProcedureNumbers> procedure_numbers;
  UriSummary<TopicNumbers> topic_numbers;
  RecentDenials denials;
  // Somebody may want to see the messages of its sessions: so they ask the realm's taps. Written by any
  // thread.
  std::atomic<bool> is_tapped{false};
};

}  // namespace router
