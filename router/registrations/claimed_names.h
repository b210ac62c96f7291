// The names of procedures that this node has in its cluster, or wants: a name is wanted when somebody here
// registers it first, and released with its last callee. Between the two it goes by State.
//
// REGISTERs wait here, those of one name in the order in which they came, until the name is granted and the
// others know of the callee, or until it is refused; the dealer decides them then. Part of the dealer, behind
// the realm's lock.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include "router/callees/lease.h"
#include "router/neighbours/held_for_neighbours.h"
#include "router/registrations/held_registers.h"

namespace router::dealer {

struct ClaimedName {
  enum class State : uint8_t {
    wanted,     // the other nodes are being asked
    announced,  // granted, and they are being told that there is a callee
    open,       // they know, so REGISTERs are decided here, and no others wait than those that have waited
    refused,    // others have it, and share it by `refused_by`
  };
  InvocationPolicy policy = InvocationPolicy::single;
  Ticket claim = 0;
  State state = State::wanted;
  Ticket announced = 0;  // until that is confirmed and decided
  uint32_t told = 0;     // so many callees are known to the others
  InvocationPolicy refused_by = InvocationPolicy::single;
  std::shared_ptr<ExclusiveName> exclusive = nullptr;  // null: it is shared
};

class ClaimedNames {
 public:
  // It outlives this.
  explicit ClaimedNames(Neighbourhood& neighbourhood) : hood_(neighbourhood), held_(neighbourhood) {}

  // A registration with that policy may be made at once.
  bool is_open(const MatchedUriView& name, InvocationPolicy policy) const;
  const ClaimedName* find(const MatchedUriView& name) const;

  // ---- REGISTERs that wait

  using Held = HeldForNeighbours<HeldRegister>;
  const Held& held() const { return held_; }
  // Wants the name if nobody here has wanted it before.
  void wait(const MatchedUriView& name, HeldRegister held);
  HeldRegister take(Held::Number number) noexcept { return held_.take(number); }
  std::optional<MatchedUri> forget_one_of(wamp::SessionId callee) { return held_.forget_one_of(callee); }
  // A name whose REGISTERs are to be decided, or that has none any more; null: there is none.
  const MatchedUri* next_to_decide() const;
  // That name: it is open, unless it was refused.
  void begin_to_decide(const MatchedUriView& name) noexcept;
  // No REGISTER of that name waits any more.
  void end_deciding(const MatchedUriView& name) noexcept;

  // ---- names

  // Wants it by that policy, and not by the one before.
  void claim(const MatchedUriView& name, InvocationPolicy policy);
  // So many callees are registered here. A name that nobody needs is released.
  void settle(const MatchedUriView& name, size_t callees) noexcept;
  void on_granted(const MatchedUriView& name, Ticket ticket, uint64_t incarnation);
  // False: it is not the name's last claim.
  bool on_refused(const MatchedUriView& name, Ticket ticket, InvocationPolicy by);

 private:
  using Names = std::map<MatchedUri, ClaimedName, MatchedUriLess>;

  void drop(Names::iterator name) noexcept;
  // Nothing of its former claim is to be answered any more.
  void give_up(Names::iterator name) noexcept;

  Neighbourhood& hood_;
  Names names_;
  Held held_;
  Unconfirmed unconfirmed_;
  std::map<Ticket, MatchedUri> refused_;  // by claim
};

}  // namespace router::dealer
