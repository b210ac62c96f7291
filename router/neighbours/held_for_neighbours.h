// Requests that wait for other nodes, by what they name: all equally long, and no longer when the router
// shuts down.
//
// Behind the realm's lock, as the neighbourhood is.
#pragma once

#include <optional>
#include <string>

#include "router/neighbours/neighbourhood.h"
#include "router/tables/held_table.h"

namespace router {

// `Request`: has its `deadline`.
template <class Request>
class HeldForNeighbours : public HeldTable<Request, MatchedUri, MatchedUriLess> {
 public:
  using Number = typename HeldTable<Request, MatchedUri, MatchedUriLess>::Number;

  // It outlives this.
  explicit HeldForNeighbours(const Neighbourhood& neighbourhood) : hood_(neighbourhood) {}

  bool is_leaving() const { return hood_.is_leaving; }
  // Of one that comes now.
  SteadyTime deadline(SteadyTime now) const { return now + hood_.patience; }
  SteadyTime next_deadline() const {
    const Number oldest = this->next();
    return oldest == 0 ? SteadyTime::max() : this->at(oldest).deadline;
  }
  // The oldest, if it has waited for too long; 0: it has not.
  Number first_overdue(SteadyTime now) const {
    return is_leaving() || next_deadline() <= now ? this->next() : 0;
  }
  // Why that one is refused, for people.
  std::string why_overdue() const {
    return is_leaving() ? "the router shuts down"
                        : "the other nodes of the cluster have not answered in time";
  }
  // Forgets one of the session's, and says what it named; nothing: there is none.
  std::optional<MatchedUri> forget_one_of(wamp::SessionId session) {
    const Number number = this->first_of(session);
    if (number == 0) return std::nullopt;
    MatchedUri name = this->cause_of(number);
    this->take(number);
    return name;
  }

 private:
  const Neighbourhood& hood_;
};

}  // namespace router
