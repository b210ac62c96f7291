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

// Why a procedure of one policy may not be shared by who wants the other one, for people; none: it may.
std::optional<std::string> why_not_shared(InvocationPolicy present, InvocationPolicy wanted);

struct Callee {
  Member* member = nullptr;
  std::shared_ptr<CalleeSlot> slot;
  transport::Charge charge = {};
};

// What another node has in a registration, and how calls are to be shared with it. Which of its callees gets
// a call is that node's affair.
struct RemoteOffer {
  InvocationPolicy policy = InvocationPolicy::single;
  uint32_t count = 0;               // of callees; 0: none any longer
  uint64_t node = 0, own_node = 0;  // the names of both nodes, as rendezvous_hash() has them
  bool prefers_here = true;         // who is free here gets a call first
};

enum class OfferHeard : uint8_t {
  done,
  other_policy,  // those who have the procedure already share it in another way: no call goes to the node
  no_room,       // other nodes have as many registrations as the realm may know of: the same
};

struct RemoteCallees {
  Member* link = nullptr;  // to that node
  std::shared_ptr<CalleeSlot> slot;
  RemoteOffer offer;
};

// A call that waits for a callee to be free. The caller's half and the registration's queue share it.
struct WaitingCall {
  const CallId call;
  const wamp::RegistrationId registration;
  const std::optional<uint64_t> routing_key;
  const std::vector<wamp::SessionId> refused;  // sorted
  const size_t room;                           // of a callee's, that it takes on its way
  const bool only_here = false;                // it has come from another node

  bool is_for_any() const { return !routing_key && refused.empty() && !only_here; }

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
  std::vector<Callee> callees;        // in the order of registration
  std::vector<RemoteCallees> remote;  // in the order in which their nodes were heard of
  bool is_listed = false;             // it has callees here, so people and clients are told of it
  bool ended = false;                 // not found by URI any more
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
  // It has callees, here or elsewhere: unless it has ended there is at least one.
  bool has_callees() const { return !callees.empty() || !remote.empty(); }
  // All of its callees here are leaving, or there are none.
  bool is_deserted() const;
  // Precondition: the member is not a callee yet; is one.
  void add_callee(Member& member, const CalleeOptions& options);
  // Of a link: all that it leads to.
  void remove_callee(Member& member) noexcept;
  // Instead of what the link has led to. Precondition: there are some.
  void set_remote(Member& link, const RemoteOffer& offer);

  void add_waiting(uint64_t place, std::shared_ptr<WaitingCall> call);
  void remove_waiting(WaitingCall& call) noexcept;

  // As it is now.
  const std::shared_ptr<const ProcedureRoute>& route();
  // The same, for calls that have come from other nodes: to callees here only.
  const std::shared_ptr<const ProcedureRoute>& route_here();
  const ProcedureRoute& route_for(const WaitingCall& call) {
    return *(call.only_here ? route_here() : route());
  }
  // Calls wait that others than this one might be given to, if it cannot be given to anybody just now.
  bool waits_for_others(const WaitingCall& call) const {
    if (call.routing_key || !call.refused.empty()) return true;
    return call.only_here && waiting_only_here_ < waiting.size();
  }

 private:
  void forget_routes() noexcept {
    route_.reset();
    route_here_.reset();
  }

  std::shared_ptr<const ProcedureRoute> route_, route_here_;  // null: they are to be made anew
  size_t waiting_only_here_ = 0;                              // how many of those that wait
};

}  // namespace router::dealer
