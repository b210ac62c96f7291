// A session's seat in its realm: what of its membership is its own thread's, with the realm's lock or
// without.
//
// Made before the session joins, and given back when it has left and its calls have ended. The other part,
// which the realm's lock guards, is its Member (member.h). Nothing leads from here to there: the realm finds
// it, under its lock.
#pragma once

#include <cassert>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "router/access/authorizer.h"
#include "router/access/denial_log.h"
#include "router/matching/stamped_route.h"
#include "router/member/branch.h"
#include "router/member/member_facts.h"
#include "router/member/waiting_requests.h"
#include "serializers/serializer.h"
#include "transport/memory/account.h"

namespace router::dealer {
struct Party;
}

namespace router {

// The last URI that the session was allowed to call or publish to, and where it leads. Clients use the same
// ones again and again, and what was valid and allowed stays so until the realm's rules change.
template <class Route, class Numbers>
struct Remembered {
  std::string uri;  // empty: none
  Grant grant;
  StampedRoute<Route> found;
  typename UriSummary<Numbers>::Ref counted;  // where it is counted

  // Where `wanted` leads now: as it is remembered, or as the branch has found it, or as find_anew() does.
  // Valid until the next one; it may stand in `made`. Precondition: `wanted` is the URI, if there is one.
  template <class FindAnew>
  const StampedRoute<Route>& look_up(std::string_view wanted, RouteCache<Route>& branch,
                                     const RouteGenerations& generations, StampedRoute<Route>& made,
                                     const FindAnew& find_anew) {
    // A longer one is looked for each time.
    constexpr size_t most_bytes = 1024;
    assert(uri.empty() || uri == wanted);
    if (!uri.empty() && generations.is_current(found.stamp)) return found;
    const StampedRoute<Route>& now = branch.look_up(wanted, generations, made, find_anew);
    if (!uri.empty() && now.bytes() <= most_bytes) found = now;
    return now;
  }
};
using RememberedCall = Remembered<dealer::ProcedureRoute, ProcedureNumbers>;
using RememberedPublish = Remembered<broker::TopicRoute, TopicNumbers>;

// Those for the options of a session's requests, and for the arguments of its calls to the router.
inline serializers::ValueLimits value_limits(const config::SessionLimits& limits) {
  return {limits.options_bytes, limits.options_entries, limits.options_list_items};
}

struct Seat : MemberFacts {
  // `its_branch`: of its session's worker.
  Seat(const MemberFacts& facts, Branch& its_branch);

  const config::SessionLimits& limits() const { return permissions->limits(); }
  serializers::ValueLimits value_limits() const { return router::value_limits(limits()); }

  Branch& branch;

  // What follows from the realm's rules is replaced when they have changed.
  uint64_t rules_version = 0;                          // of those that it follows
  std::shared_ptr<const RolePermissions> permissions;  // of identity->authrole; not null once it has joined
  RememberedCall call_grant;
  RememberedPublish publish_grant;
  DenialLog denials;

  // By action: what a dynamic authorizer has said on the request that is carried out now.
  VerdictByAction verdicts;
  WaitingRequests waiting;
  // Its ends of calls. Made before it joins; nothing is in it when it goes.
  std::shared_ptr<dealer::Party> party;

 private:
  const transport::Charge own_charge_;
};

}  // namespace router
