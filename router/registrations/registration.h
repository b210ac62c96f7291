// One (procedure, match policy) with the callees that share it, and the calls that wait for one of them.
//
// Owned by the Registrations, behind the realm's lock. What callers use without it is the route
// (procedure_route.h).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "router/base/clock.h"
#include "router/callees/callee_slot.h"
#include "router/mail/call_mail.h"
#include "router/member/member.h"
#include "router/registrations/procedure_route.h"
#include "router/tables/leftover_work.h"
#include "wamp/ids.h"
#include "wamp/uri.h"

namespace router::dealer {

struct Callee {
  Member* member = nullptr;
  std::shared_ptr<CalleeSlot> slot;
  transport::Charge charge = {};
};

// A call that waits for a callee to be free. The caller's half and the registration's queue share it.
struct WaitingCall {
  const CallId call;
  const wamp::RegistrationId registration;
  const std::optional<uint64_t> routing_key;
  const std::vector<wamp::SessionId> refused;  // sorted
  const size_t room;                           // of a callee's, that it takes on its way

  bool is_for_any() const { return !routing_key && refused.empty(); }

  // Under the realm's lock.
  uint64_t place = 0;  // in the queue; 0: in none
  // When one has been found, whose room has been taken, and "granted" is on its way; then the caller's.
  std::shared_ptr<CalleeSlot> slot = nullptr;
  Reservation reservation = {};
};

struct Registration {
  wamp::RegistrationId id;
  std::string procedure;
  wamp::MatchPolicy match = wamp::MatchPolicy::exact;
  InvocationPolicy policy = InvocationPolicy::single;
  WallTime created;
  std::vector<Callee> callees;  // in the order of registration; at least one, unless it has ended
  bool ended = false;           // not found by URI any more
  std::shared_ptr<CallQueue> queue;
  // For a callee to be free, in the order of CALLs; only add_waiting() and remove_waiting() change it.
  std::map<uint64_t, std::shared_ptr<WaitingCall>> waiting;

  // The dealer's work on those that wait, made with the registration, as the end of a callee must not need
  // memory; what it is to do, and how far it is.
  std::unique_ptr<LeftoverWork::Work> work;
  bool is_worked_on = false;
  bool ends_hopeless = false;  // calls that nobody is left for
  uint64_t hopeless_behind = 0;
  bool invoking = false;      // they are being given to callees
  bool invoke_again = false;  // and then once more, as something has changed
  uint64_t invoke_behind = 0;
  wamp::SessionId last_callee;  // when it has ended

  // "RegistrationDetails" of the meta API.
  wamp::Dict details() const;

  // What one takes of memory, its places in all tables included. Each callee is charged all of it: who stays
  // last has it alone.
  static size_t bytes_of(std::string_view procedure);

  bool has_callee(const Member& member) const;
  // All of its callees are leaving.
  bool is_deserted() const;
  // Precondition: the member is not a callee yet; is one.
  void add_callee(Member& member, const CalleeOptions& options);
  void remove_callee(Member& member) noexcept;

  void add_waiting(uint64_t place, std::shared_ptr<WaitingCall> call);
  void remove_waiting(WaitingCall& call) noexcept;

  // As it is now.
  const std::shared_ptr<const ProcedureRoute>& route();

 private:
  std::shared_ptr<const ProcedureRoute> route_;  // null: it is to be made anew
};

}  // namespace router::dealer
