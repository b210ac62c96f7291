#include "router/member/seat.h"

#include "router/memory/value_bytes.h"

namespace router {

Seat::Seat(const MemberFacts& facts, Branch& its_branch)
    : MemberFacts(facts),
      branch(its_branch),
      waiting(account),
      own_charge_(charge(holding::session, allocated(sizeof(Seat)) + allocated(sizeof(SessionNumbers)))) {}

}  // namespace router
