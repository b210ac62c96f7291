// What broker and dealer of a realm in a cluster have in common: whom they tell, and how long they wait.
//
// Part of the realm's state, behind its lock.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <utility>

#include "router/base/clock.h"
#include "router/neighbours/neighbours.h"

namespace router {

struct Neighbourhood {
  // Of one realm, of subscriptions and of registrations: what waits is not dear, but who wants it is a
  // client.
  static constexpr size_t most_waiting = 65536;

  std::shared_ptr<Neighbours> neighbours;
  std::chrono::milliseconds patience;  // with an answer
  Ticket last = 0;                     // that was given
  Ticket confirmed = 0;                // all up to this one
  bool is_leaving = false;             // the router shuts down: nothing waits any more

  Ticket next_ticket() { return ++last; }
};

// Names for which something waits until a ticket of theirs is confirmed.
class Unconfirmed {
 public:
  void add(Ticket ticket, const MatchedUriView& name) { names_.emplace(ticket, name); }
  void remove(Ticket ticket) noexcept { names_.erase(ticket); }
  // One that is confirmed, but still here; null: there is none.
  const MatchedUri* first_up_to(Ticket confirmed) const {
    return names_.empty() || names_.begin()->first > confirmed ? nullptr : &names_.begin()->second;
  }

 private:
  std::map<Ticket, MatchedUri> names_;
};

}  // namespace router
