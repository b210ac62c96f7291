// What a realm's directory has of one session: what it may do, and what it holds.
//
// Guarded by the realm's lock: nobody has one without it (Realm::turn). What is its session's own thread's is
// its seat (seat.h). Owned by the realm's Members from join until its session has let go of it and nothing is
// left of what it held. The maps are indexes of what broker and dealer own, so that leaving costs what the
// session holds and nothing else; only broker and dealer change them, in their add_x/remove_x pairs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "router/access/authorizer.h"
#include "router/mail/routed_payload.h"
#include "router/member/member_facts.h"
#include "router/tables/id_map.h"
#include "router/tables/leftover_work.h"
#include "transport/memory/account.h"
#include "wamp/value.h"

namespace router::broker {
struct PublishOptions;
struct Subscription;
struct SubscriptionNode;
}  // namespace router::broker
namespace router::dealer {
struct Registration;
}

namespace router {

// A subscription as one of its subscribers holds it.
struct HeldSubscription {
  broker::Subscription* subscription = nullptr;
  broker::SubscriptionNode* node = nullptr;
  size_t position = 0;  // in the node's group of the subscriber's worker, and in the audience there
  transport::Charge charge;
};

// What a session wants to be published when it is gone ("Session Testament").
struct Testament {
  std::string topic;
  std::shared_ptr<const broker::PublishOptions> options;
  RoutedPayload payload;
  Grant grant;
  transport::Charge charge;
};

struct Member : MemberFacts {
  Member(const MemberFacts& facts, std::shared_ptr<const RolePermissions> may);

  const config::SessionLimits& limits() const { return permissions->limits(); }

  // Of identity->authrole. The seat has them too, and both get new ones together; not null once it has
  // joined.
  std::shared_ptr<const RolePermissions> permissions;

  // Kept for its session's thread, until that gives it back. Nothing is read of it here.
  std::shared_ptr<void> seat;
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
