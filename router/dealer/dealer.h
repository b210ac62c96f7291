// Registrations of one realm, and the calls on their way.
//
// Pure: takes a message and fills an outbox. No sockets, no threads; the time is asked of the clock given.
// Guarded by the realm's lock. URIs are valid and actions authorized before they come here; a ProtocolError
// means that the peer's session must be aborted. What comes late because of a race (an answer to a call that
// has ended, a CANCEL or a further chunk of one) is counted and ignored.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "router/base/clock.h"
#include "router/base/counters.h"
#include "router/base/id_source.h"
#include "router/broker/broker.h"
#include "router/dealer/pending_call.h"
#include "router/dealer/slow_streams.h"
#include "router/mail/outbox.h"
#include "router/member/member.h"
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
  Dealer(const DealerLimits& limits, IdSource& ids, const Clock& clock, RealmCounters& counters,
         broker::Broker& broker, LeftoverWork& work)
      : limits_(limits), ids_(ids), clock_(clock), counters_(counters), broker_(broker), work_(work) {}

  // New calls are refused from now on, but for the router's own.
  void begin_drain() { draining_ = true; }
  // For what comes next.
  void set_limits(const DealerLimits& limits) { limits_ = limits; }

  void register_procedure(Member& callee, const wamp::Register& message, wamp::MatchPolicy match,
                          const RegisterOptions& options, const Grant& grant, Outbox& outbox);
  void unregister(Member& callee, const wamp::Unregister& message, Outbox& outbox);
  wamp::Result<void> call(Member& caller, const wamp::Call& message, const CallOptions& options,
                          RoutedPayload&& payload, const Grant& grant, Outbox& outbox);
  // Refuses a CALL whose request id is that of a call which waits for its answer. False: it is not.
  static bool refuse_id_in_use(const Member& caller, wamp::RequestId call, Outbox& outbox);
  // A CALL whose request id is not a new one ("Progressive Call Invocations"). `sequential`: ids are, so one
  // behind the last chunk breaks the protocol; else it is refused.
  wamp::Result<void> continue_call(Member& caller, const wamp::Call& message, RoutedPayload&& payload,
                                   bool sequential, Outbox& outbox);
  wamp::Result<void> cancel(Member& caller, const wamp::Cancel& message, Outbox& outbox);
  wamp::Result<void> yield(Member& callee, const wamp::Yield& message, RoutedPayload&& payload,
                           Outbox& outbox);
  // An ERROR that answers an INVOCATION.
  wamp::Result<void> error(Member& callee, const wamp::Error& message, RoutedPayload&& payload,
                           Outbox& outbox);
  // The member leaves: its registrations go, its calls and those on their way to it end, or some of them.
  // True: it has none of them any more. `from`: as LeftoverWork::take_some() has it. Precondition: it is not
  // present.
  bool remove_some(Member& member, uint64_t& from, Outbox& outbox);
  // "Registration Revocation". Precondition: `callee` is one.
  void revoke(Registration& registration, Member& callee, const std::string& reason, Outbox& outbox);

  // A member that was probed because somebody wants its registration has said something.
  void on_alive(Member& holder, Outbox& outbox);

  // A member that was clogged gets calls again, as soon as it has told for how many it has room.
  void on_unclogged(Member& callee, Outbox& outbox);
  // Its answer to SessionOrder::Kind::tell_room.
  void on_room(Member& callee, size_t bytes, Outbox& outbox);

  // Too much waits for the receiver of this part of a stream: a RESULT or an INVOCATION. True: the call has
  // been ended for it; `too_much`: it may be.
  bool on_untaken(Member& receiver, const wamp::Message& part, bool too_much, Outbox& outbox);
  // Not any more.
  void on_taken(Member& receiver, Outbox& outbox) { slow_streams_.on_taken(receiver, outbox); }

  // When one of the two below has something to do next; the end of time if none has.
  SteadyTime next_deadline() const;
  // Ends calls whose time is over. True: there are no more of them.
  bool end_late_calls(SteadyTime now, Outbox& outbox);
  // The next one that did not answer a probe in time, for the realm to remove it, if it has not yet; null:
  // all have been passed.
  HeldRegisters::Silent silent_holder(SteadyTime now) const { return held_registers_.silent_holder(now); }
  void pass(const HeldRegisters::Silent& silent) noexcept { held_registers_.pass(silent); }
  // It has said something after that, and those who want what it has are being told.
  bool has_answered(const Member& holder) const { return held_registers_.is_alive(holder.ref.session); }

  const Registrations& registrations() const { return registrations_; }
  Registrations& registrations() { return registrations_; }
  size_t call_count() const { return calls_.size(); }

 private:
  // What a caller asked for, as far as its INVOCATION depends on it.
  struct Asked {
    std::string_view procedure;
    const CallOptions& options;
    const Grant& grant;
  };
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
  // `registration`: what the callee may share; null: it is made.
  void add_callee(Registration* registration, const Wanted& wanted, Outbox& outbox);
  // Nobody finds the registration any more, and its callees lose it. `by_force`: they are told so; else they
  // have all left.
  void vacate(Registration& registration, bool by_force, Outbox& outbox);
  // Precondition: it is one. Meta events follow, and the registration's end if it was the last.
  void remove_callee(Registration& registration, Member& callee, Outbox& outbox) noexcept;
  // Holds the REGISTER until the registration's only callee is known to be alive or dead. False if that is
  // not done.
  bool hold(const Wanted& wanted, const Registration& registration, Outbox& outbox);
  // Some of those that wait for this holder are decided, without holding them again. True: that was all.
  bool decide_held_for(wamp::SessionId holder, Outbox& outbox);
  // Registers, or refuses; `may_hold`: or holds.
  void decide(const Wanted& wanted, bool may_hold, Outbox& outbox);
  bool forget_awaited(const Member& callee);

  Registration* find_registration(Member& caller, std::string_view procedure);
  // A CALL whose options are read.
  void begin_call(Member& caller, wamp::RequestId request, const Asked& asked, RoutedPayload&& payload,
                  Outbox& outbox);
  PendingCall& add_call(Member& caller, wamp::RequestId request, const Registration& registration);
  // Behind its last answer, which must not be sent twice: so this needs no memory.
  void remove_call(PendingCall& call, Outbox& outbox) noexcept;
  // The same for one whose caller has been sent the last answer.
  void finish(PendingCall& call, Outbox& outbox) noexcept;
  void forget_deadline(PendingCall& call);
  // Puts the call behind the others that wait, or refuses it.
  void wait_for_callee(PendingCall& call, Registration& registration, Outbox& outbox);
  // Sends the INVOCATION, or refuses the call if the callee lacks a feature for it.
  void invoke(PendingCall& call, Registration& registration, Callee& callee, const Asked& asked,
              RoutedPayload&& payload, Outbox& outbox);
  wamp::Dict invocation_details(const PendingCall& call, const Registration& registration,
                                const Callee& callee, const Asked& asked) const;
  // To that callee, under that id.
  static void send_invocation(const PendingCall& call, Member& callee, wamp::RequestId invocation,
                              wamp::Dict&& details, bool is_chunk, RoutedPayload&& payload, Outbox& outbox);
  void release_callee(PendingCall& call);
  // What is to be done about a registration's calls that wait, some of it at a time.
  class WaitingWork;
  std::unique_ptr<LeftoverWork::Work> make_work(Registration& registration, Outbox& outbox);
  void work_on(Registration& registration) noexcept;
  bool go_on_with(Registration& registration, Outbox& outbox);
  void invoke_waiting(Registration& registration) noexcept;
  // The same for some of those that wait. True: nobody takes more.
  bool invoke_some(Registration& registration, Outbox& outbox);
  // The same for all that wait for the callee, which takes calls again.
  void invoke_waiting_for(Member& callee);
  // Calls wait: those of its callees who take none just now are reminded of it when they do.
  void remind_callees(const Registration& registration);
  // Another callee's turn, after one was unavailable.
  void reroute(PendingCall& call, Outbox& outbox);
  // Calls that wait although nobody is left who has not refused them.
  bool end_some_hopeless(Registration& registration, Outbox& outbox);
  // The registration has no callee any more. True: that was the last, and it is gone.
  bool end_some_waiting(Registration& registration, Outbox& outbox);
  Callee* pick(Registration& registration, const CallOptions& options, const KeptCall* kept);
  void set_deadline(PendingCall& call, uint64_t timeout_ms);
  uint64_t remaining_ms(const PendingCall& call) const;
  void time_out(PendingCall& call, Outbox& outbox);
  // The call's exit with an ERROR of the dealer's own.
  void end(PendingCall& call, std::string_view error_uri, std::string_view text, Outbox& outbox);
  // The same for a call whose callee goes on: it is told to stop.
  void break_off(PendingCall& call, std::string_view error_uri, std::string_view text, Outbox& outbox);

  // The call that an answer of the callee is for; null if it has ended, an error if there never was one.
  // `is_last`: it owes the call no other one then.
  wamp::Result<PendingCall*> answered_call(Member& callee, wamp::RequestId invocation,
                                           std::string_view answer, bool is_last);
  void end_as_callee(PendingCall& call, Outbox& outbox);
  void end_as_caller(PendingCall& call, Outbox& outbox);

  DealerLimits limits_;
  IdSource& ids_;
  const Clock& clock_;
  RealmCounters& counters_;
  broker::Broker& broker_;
  LeftoverWork& work_;
  Registrations registrations_;
  PendingCalls calls_;  // the owner
  CallDeadlines deadlines_;
  bool draining_ = false;
  uint64_t last_waiting_ = 0;
  // By the callee's session: registrations for which calls waited when it took none.
  struct Awaited {
    Member* callee = nullptr;
    std::set<wamp::RegistrationId> registrations;
  };
  std::map<wamp::SessionId, Awaited> awaited_;
  HeldRegisters held_registers_;
  SlowStreams slow_streams_;
};

}  // namespace router::dealer
