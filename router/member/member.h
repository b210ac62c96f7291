// What a realm knows of one session: who it is, what it can do, and what it holds.
//
// Owned by its Realm from join until its session has let go of it and nothing is left of what it held.
// Guarded by the realm's lock, but for what is const, what is atomic, and what is the session's own thread's,
// which is marked so. The maps are indexes of what broker and dealer own, so that leaving costs what the
// session holds and nothing else; only broker and dealer change them, in their add_x/remove_x pairs.
#pragma once

#include <atomic>
#include <cassert>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "router/access/authorizer.h"
#include "router/access/denial_log.h"
#include "router/base/session_ref.h"
#include "router/callees/callee_state.h"
#include "router/mail/routed_payload.h"
#include "router/matching/stamped_route.h"
#include "router/member/branch.h"
#include "router/member/waiting_requests.h"
#include "router/memory/holding.h"
#include "router/tables/id_map.h"
#include "router/tables/leftover_work.h"
#include "transport/memory/account.h"
#include "wamp/features.h"
#include "wamp/ids.h"

namespace router::broker {
struct PublishOptions;
struct Subscription;
struct SubscriptionNode;
struct TopicRoute;
}  // namespace router::broker
namespace router::dealer {
struct Party;
struct ProcedureRoute;
struct Registration;
}  // namespace router::dealer

namespace router {

// Who a session is, as authentication found it.
struct Identity {
  std::string authid;
  std::string authrole;
  std::string authmethod;
  std::string authprovider;
  std::string peer = {};  // the client's address
};

// A subscription as one of its subscribers holds it.
struct HeldSubscription {
  broker::Subscription* subscription = nullptr;
  broker::SubscriptionNode* node = nullptr;
  size_t position = 0;  // in the node's group of the subscriber's worker, and in the audience there
  transport::Charge charge;
};

// The last URI that the member was allowed to call or publish to, and where it leads. Clients use the same
// ones again and again, and what was valid and allowed stays so until the realm's rules change.
template <class Route>
struct Remembered {
  std::string uri;  // empty: none
  Grant grant;
  StampedRoute<Route> found;

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
using RememberedCall = Remembered<dealer::ProcedureRoute>;
using RememberedPublish = Remembered<broker::TopicRoute>;

// What a session wants to be published when it is gone ("Session Testament").
struct Testament {
  std::string topic;
  std::shared_ptr<const broker::PublishOptions> options;
  RoutedPayload payload;
  Grant grant;
  transport::Charge charge;
};

// Those for the options of a session's requests, and for the arguments of its calls to the router.
inline serializers::ValueLimits value_limits(const config::SessionLimits& limits) {
  return {limits.options_bytes, limits.options_entries, limits.options_list_items};
}

struct Member {
  // `b`: of its session's worker. `account`: its connection's; null: nobody's. `room`: bytes of calls that
  // may be on their way to it.
  Member(Branch& b, const SessionRef& r, Identity i, const wamp::ClientFeatures& f,
         std::shared_ptr<const RolePermissions> p, std::shared_ptr<transport::Account> a = nullptr,
         size_t room = CalleeRoom::unlimited);

  const config::SessionLimits& limits() const { return permissions->limits(); }
  serializers::ValueLimits value_limits() const { return router::value_limits(limits()); }
  // False: it is no member any more. Written under the lock; its session's thread reads it without, and may
  // so see it a moment late.
  bool present() const { return callee->present.load(std::memory_order_relaxed); }
  // For what the realm keeps for it.
  transport::Charge charge(transport::Holding kind, size_t bytes) const { return {account, kind, bytes}; }
  // Bytes of all that the realm keeps for it.
  size_t kept_bytes() const;

  Branch& branch;  // the session's own thread's
  const SessionRef ref;
  const Identity identity;
  const wamp::ClientFeatures features;
  const std::shared_ptr<transport::Account> account;

  // What follows from the realm's rules is replaced when they have changed: by the session's own thread,
  // under the lock. So that thread reads it without the lock, and others with it.
  std::shared_ptr<const RolePermissions> permissions;  // of identity.authrole; never null

  // The session's own thread's, with the lock or without it.
  uint64_t rules_version = 0;  // of the realm's rules that it follows
  RememberedCall call_grant;
  RememberedPublish publish_grant;
  // By action: what a dynamic authorizer has said on the request that is carried out now.
  VerdictByAction verdicts;
  WaitingRequests waiting;
  DenialLog denials;

  // Likewise: its ends of calls. Made before it joins; nothing is in it when it goes.
  std::shared_ptr<dealer::Party> party;

  const std::shared_ptr<CalleeState> callee;  // any thread's

  bool unseen = false;  // the router's own, for a question to an authenticator or authorizer
  // What it holds is taken from it, piece by piece; made when it joins, as leaving must not need memory.
  std::unique_ptr<LeftoverWork::Work> removal;
  bool leaves_quietly = false;  // nobody is told
  bool gone = false;            // nothing is left of that
  bool let_go = false;          // its session has let go of it
  // What wamp.session.modify_details has added; null: nothing. The session has it too.
  std::shared_ptr<const wamp::Dict> extra;
  transport::Charge extra_charge;
  std::vector<Testament> detached_testaments, destroyed_testaments;

  // Broker's.
  IdMap<HeldSubscription> subscriptions;

  // Dealer's.
  IdMap<dealer::Registration*> registrations;

 private:
  const transport::Charge own_charge_;
};

}  // namespace router
