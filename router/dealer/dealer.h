// Registrations of one realm, and the calls that wait for a callee of them. The other calls on their way are
// their parties' (party.h).
//
// Pure: takes a message and fills an outbox. No sockets, no threads; the time is asked of the clock given.
// Guarded by the realm's lock. URIs are valid and actions authorized before they come here.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "router/base/clock.h"
#include "router/base/id_source.h"
#include "router/broker/broker.h"
#include "router/dealer/procedures.h"
#include "router/mail/outbox.h"
#include "router/member/member.h"
#include "router/neighbours/neighbourhood.h"
#include "router/registrations/claimed_names.h"
#include "router/registrations/fenced_registers.h"
#include "router/registrations/held_registers.h"
#include "router/registrations/register_options.h"
#include "router/registrations/registrations.h"
#include "router/tables/leftover_work.h"
#include "wamp/result.h"

namespace router::dealer {

struct DealerLimits {
  uint32_t registrations = 2000000;
  uint32_t wildcard_shapes = 512;
  uint32_t waiting_calls_per_registration = 1000;
  uint32_t callees_per_registration = 1000;
  uint64_t probe_timeout_ms = 1000;  // 0: a registration is never taken over
};

class Dealer {
 public:
  // All outlive the dealer, and so does the outbox that its functions are given: what is too much for a turn
  // becomes leftover work. The broker publishes the meta events.
  Dealer(const DealerLimits& limits, IdSource& ids, const Clock& clock, broker::Broker& broker,
         LeftoverWork& work)
      : limits_(limits), ids_(ids), clock_(clock), broker_(broker), work_(work) {}

  // For what comes next.
  void set_limits(const DealerLimits& limits) { limits_ = limits; }

  // The realm is one of a cluster's. Before anything else; it outlives the dealer.
  void set_neighbourhood(Neighbourhood& neighbourhood) {
    names_ = std::make_unique<ClaimedNames>(neighbourhood);
  }

  // True: it waits, and is answered later.
  bool register_procedure(Member& callee, const wamp::Register& message, wamp::MatchPolicy match,
                          const RegisterOptions& options, const Grant& grant, Outbox& outbox);
  void unregister(Member& callee, const wamp::Unregister& message, Outbox& outbox);

  // What another node has, of the member that is the link to it.
  OfferHeard set_remote_callees(Member& link, std::string_view procedure, wamp::MatchPolicy match,
                                const RemoteOffer& offer, Outbox& outbox);

  // ---- calls that wait for a callee to be free

  Procedures::Wait wait_for_callee(const std::shared_ptr<WaitingCall>& call, Outbox& outbox);
  // The call has ended.
  void stop_waiting(WaitingCall& call) noexcept;
  // One more may be given to a callee.
  void give_to_waiting(wamp::RegistrationId registration) noexcept;
  // It takes calls again.
  void on_takes_calls(CalleeState& callee) noexcept;
  // Calls of somebody who is none of these wait for a callee like this one.
  bool is_awaited_by_others(const Member& callee, const std::set<wamp::SessionId>& receivers) const;

  // The member leaves: its registrations go, or some of them. True: it has none of them any more. `from`: as
  // LeftoverWork::take_some() has it. Precondition: it is not present.
  bool remove_some(Member& member, uint64_t& from, Outbox& outbox);
  // "Registration Revocation". Precondition: `callee` is one.
  void revoke(Registration& registration, Member& callee, const std::string& reason, Outbox& outbox);

  // A member has been told that it is no callee any more, and nothing else of that will come.
  void on_fenced(const Fenced& fenced, Outbox& outbox);

  // A member that was probed because somebody wants its registration has said something.
  void on_alive(Member& holder, Outbox& outbox);

  // ---- the names of procedures in a cluster. Precondition: the realm is in one

  void on_name_granted(const MatchedUriView& name, Ticket ticket, uint64_t incarnation) {
    names_->on_granted(name, ticket, incarnation);
  }
  void on_name_refused(const MatchedUriView& name, Ticket ticket, InvocationPolicy by, Outbox& outbox);
  // Some of the REGISTERs that waited for a name. True: those were all that have their answer.
  bool decide_some_of_names(Outbox& outbox);
  // Refuses one that has waited for too long; false: there is none.
  bool end_one_overdue(SteadyTime now, Outbox& outbox);

  // When the following, or that, has something to do next; the end of time if it has not.
  SteadyTime next_deadline() const {
    const SteadyTime next = held_registers_.next_deadline();
    return names_ ? std::min(next, names_->held().next_deadline()) : next;
  }
  // The next one that did not answer a probe in time, for the realm to remove it, if it has not yet; null:
  // all have been passed.
  HeldRegisters::Silent silent_holder(SteadyTime now) const { return held_registers_.silent_holder(now); }
  void pass(const HeldRegisters::Silent& silent) noexcept { held_registers_.pass(silent); }
  // It has said something after that, and those who want what it has are being told.
  bool has_answered(const Member& holder) const { return held_registers_.is_alive(holder.ref.session); }

  const Registrations& registrations() const { return registrations_; }
  Registrations& registrations() { return registrations_; }

 private:
  // What a REGISTER asks for; the options have a policy.
  struct Wanted {
    Member& callee;
    wamp::RequestId request;
    std::string_view procedure;
    wamp::MatchPolicy match;
    const RegisterOptions& options;
  };

  // Why the callee may not share the registration; none: it may.
  std::optional<std::string> conflict(const Registration& registration, const Member& callee,
                                      InvocationPolicy policy) const;
  // A limit says no; none: there is room. `shared`: it is to have one more callee; null: a registration is to
  // be made, instead of another one if `is_replaced`.
  std::optional<std::string> why_no_room(const Wanted& wanted, const Registration* shared,
                                         bool is_replaced) const;
  // What other nodes have and nobody here does is bounded as what is registered here.
  bool has_room_for_remote(const Member& link, std::string_view procedure, wamp::MatchPolicy match) const;
  // `registration`: what the callee may share; null: it is made.
  void add_callee(Registration* registration, const Wanted& wanted, Outbox& outbox);
  // Nobody finds the registration any more, and its callees lose it. `by_force`: they are told so; else they
  // have all left.
  void vacate(Registration& registration, bool by_force, Outbox& outbox);
  // The same, for another one in its place. The callees of other nodes, which may share that one, are
  // returned.
  std::vector<RemoteCallees> make_way(Registration& registration, Outbox& outbox);
  void publish_deleted(wamp::SessionId last_callee, wamp::RegistrationId registration,
                       Outbox& outbox) noexcept;
  // Precondition: it is one, or a link. Meta events follow, and the registration's end if it was the last.
  void remove_callee(Registration& registration, Member& callee, Outbox& outbox) noexcept;
  // Holds the REGISTER until the registration's only callee is known to be alive or dead. False if that is
  // not done.
  bool hold(const Wanted& wanted, const Registration& registration, Outbox& outbox);
  // UNREGISTERED, when no INVOCATION is on its way any more. Before the callee is removed.
  void fence(const Registration& registration, const Member& callee, wamp::Unregistered&& last_word,
             Outbox& outbox);
  // What becomes of a REGISTER for now. `claims`: nothing, until the cluster has granted the name.
  enum class Fate : uint8_t { undecided, claims, waits, answered };
  // Undecided: no fence is on its way for what the callee wants.
  Fate wait_for_fence(const Wanted& wanted, Outbox& outbox);
  // Some of those that wait for this holder are decided, without holding them again. True: that was all.
  bool decide_held_for(wamp::SessionId holder, Outbox& outbox);
  // Registers, or refuses; `may_hold`: or holds, which is to wait.
  Fate decide(const Wanted& wanted, bool may_hold, Outbox& outbox);
  // The same, or it waits for its name.
  Fate decide_or_claim(const Wanted& wanted, bool may_hold, Outbox& outbox);
  Fate wait_for_name(const Wanted& wanted, Outbox& outbox);
  // Why one more may not wait; none: it may.
  std::optional<Refusal> why_not_wait(const Wanted& wanted) const;
  // The first of those that wait for the name, or the end of that.
  void decide_one_of(const MatchedUri& name, Outbox& outbox);
  // Of that session; false: there is none.
  bool forget_one_in_line(wamp::SessionId callee);
  // After what was registered by that name has changed.
  void settle(const MatchedUriView& name) noexcept;
  bool forget_awaited(const Member& callee);

  // What is to be done about a registration's calls that wait, some of it at a time.
  class WaitingWork;
  std::unique_ptr<LeftoverWork::Work> make_work(Registration& registration, Outbox& outbox);
  void work_on(Registration& registration) noexcept;
  bool go_on_with(Registration& registration, Outbox& outbox);
  // As many of those that wait as there are callees for.
  void give_to_waiting(Registration& registration) noexcept;
  // The same for some of them. True: nobody takes more.
  bool give_to_some(Registration& registration, Outbox& outbox);
  // It has a callee.
  void grant(Registration& registration, WaitingCall& call, Picked picked, Outbox& outbox);
  // The same for all that wait for a callee of several.
  void give_to_waiting_for(wamp::SessionId callee);
  // Calls wait: those of its callees who take none just now are reminded of it when they do. True: one of
  // them does meanwhile.
  bool remind_callees(const Registration& registration);
  // The same of one of them.
  bool remind(const Registration& registration, Member& callee);
  // Calls that wait although nobody is left who has not refused them.
  bool end_some_hopeless(Registration& registration, Outbox& outbox);
  // The registration has no callee any more. True: that was the last, and it is gone.
  bool end_some_waiting(Registration& registration, Outbox& outbox);
  Picked pick(Registration& registration, const WaitingCall& call);
  // The waiting call's end.
  void refuse(Registration& registration, WaitingCall& call, std::string text, Outbox& outbox);

  DealerLimits limits_;
  IdSource& ids_;
  const Clock& clock_;
  broker::Broker& broker_;
  LeftoverWork& work_;
  Registrations registrations_;
  uint64_t last_waiting_ = 0;
  // By the callee's session: registrations for which calls waited when it took none.
  struct Awaited {
    Member* callee = nullptr;
    std::set<wamp::RegistrationId> registrations;
  };
  std::map<wamp::SessionId, Awaited> awaited_;
  HeldRegisters held_registers_;
  FencedRegisters fenced_registers_;
  std::unique_ptr<ClaimedNames> names_;  // null: the realm is in no cluster
};

}  // namespace router::dealer
