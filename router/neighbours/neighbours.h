// The other nodes of a cluster, as a realm sees them: who is told what it offers, and asked for names. A
// realm that is in no cluster has none.
//
// A ticket names what the realm says, so that it knows which of it an answer is about: the realm's own
// numbers, ascending.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "router/callees/invocation_policy.h"
#include "router/callees/lease.h"
#include "router/neighbours/matched_uri.h"

namespace router {

using Ticket = uint64_t;  // never 0

// Hears what a realm offers: under the realm's lock, in the order of changes, so it must not block nor call
// the realm. What is the router's own on each node is not told: topics and procedures that are reserved.
//
// The first of each pair of functions may throw std::bad_alloc, and has done nothing then, unless it has been
// told of the same name already and not of its end. Nothing else throws.
class DirectoryObserver {
 public:
  virtual ~DirectoryObserver() = default;

  // Somebody wants to subscribe, and nobody was before. SUBSCRIBED waits until this is confirmed.
  virtual void on_first_subscriber(const MatchedUriView& topic, Ticket ticket) = 0;
  virtual void on_last_subscriber(const MatchedUriView& topic) noexcept = 0;
  // So many callees share the procedure now: more than before, or fewer. The first one is told of before it
  // is a callee: REGISTERED waits until this is confirmed.
  virtual void on_callee_came(const MatchedUriView& procedure, dealer::InvocationPolicy policy,
                              uint32_t count, Ticket ticket) = 0;
  virtual void on_callee_went(const MatchedUriView& procedure, dealer::InvocationPolicy policy,
                              uint32_t count) noexcept = 0;
};

class Neighbours : public DirectoryObserver {
 public:
  // Under the realm's lock, as above. Each name is wanted once; and then it is released, whatever the answer
  // was. Answers come by NeighboursAnswers, not from within.
  virtual void want(const MatchedUriView& procedure, dealer::InvocationPolicy policy, Ticket ticket) = 0;
  virtual void release(const MatchedUriView& procedure) noexcept = 0;

  // Of this node.
  virtual std::shared_ptr<const Lease> lease() const = 0;
};

// What a realm is answered. Any thread; takes the realm's lock.
class NeighboursAnswers {
 public:
  virtual ~NeighboursAnswers() = default;

  // The name belongs to this incarnation of the node, or the node is one of those that share it. It comes
  // again with each incarnation.
  virtual void on_name_granted(const MatchedUriView& procedure, Ticket ticket, uint64_t incarnation) = 0;
  // Others have the name and share it by that policy. It may have been granted before, in an incarnation that
  // is gone. The name is not wanted any longer.
  virtual void on_name_refused(const MatchedUriView& procedure, Ticket ticket,
                               dealer::InvocationPolicy by) = 0;
  // All nodes that live know all that was told up to that ticket.
  virtual void on_confirmed(Ticket ticket) = 0;
};

}  // namespace router
