// Where calls of a procedure go: a registration with its callees, as callers on any thread hold it.
//
// Made by the registration under the realm's lock; another one takes its place when a callee comes or goes.
// Immutable, but for what is atomic in the slots and in the queue.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "router/callees/callee_slot.h"
#include "router/callees/invocation_policy.h"
#include "wamp/ids.h"
#include "wamp/uri.h"

namespace router::dealer {

// A callee that has been reserved for a call.
struct Picked {
  const std::shared_ptr<CalleeSlot>* slot = nullptr;  // of the route; null: none was free
  Reservation reservation;
  explicit operator bool() const { return slot != nullptr; }
};

// What decides beside the policy who gets a call.
struct CallChoice {
  uint64_t chance = 0;                  // any number, used by the random policy
  std::optional<uint64_t> routing_key;  // "Sharded Registration": goes by this and not by the policy
  const std::vector<wamp::SessionId>* refused =
      nullptr;  // sorted: those that answered "unavailable" ("Call Re-Routing")
};

struct ProcedureRoute {
  wamp::RegistrationId registration;
  wamp::MatchPolicy match = wamp::MatchPolicy::exact;
  InvocationPolicy policy = InvocationPolicy::single;
  std::shared_ptr<CallQueue> queue;
  // Those here in the order of registration. Then those at other nodes: for each the slot of the link to its
  // node, so many times as there are callees.
  std::vector<std::shared_ptr<CalleeSlot>> slots;
  size_t remote = 0;      // how many at other nodes
  size_t second = 0;      // how many of the last ones get a call only if none of the others takes it
  uint64_t own_node = 0;  // the name of this node as rendezvous_hash() has it, if there are others

  // Of memory.
  size_t bytes() const;
  // None if all are busy or have refused.
  Picked pick(const CallChoice& choice) const;
  // True if somebody is left who has not refused, busy or not.
  bool has_candidates(const std::vector<wamp::SessionId>& refused) const;

 private:
  struct Some;
  Picked pick_by_policy(const CallChoice& choice) const;
  // Of those in `some`.
  Picked pick_among(const Some& some, const CallChoice& choice, bool suspect) const;
  Picked pick_by_key(const CallChoice& choice) const;
  Picked pick_by_key_here(const CallChoice& choice) const;
  Picked pick_node_by_key(const CallChoice& choice) const;
};

}  // namespace router::dealer
