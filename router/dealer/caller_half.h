// The calls of one session: the caller's half of each, which keeps the time, cancels, sends chunks, tries
// another callee, and gives exactly one last answer.
//
// Pure: takes what its peer says or the other half posts, and fills an outbox. Part of a party, on its
// session's thread. URIs are valid and actions authorized before they come here; a ProtocolError means that
// the peer's session must be aborted. What comes late because of a race (a CANCEL or a further chunk of a
// call that has ended, an answer to it) is counted and ignored.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "router/dealer/call_options.h"
#include "router/dealer/place.h"
#include "router/dealer/streams.h"
#include "router/mail/delivery.h"
#include "router/tables/id_map.h"
#include "wamp/result.h"

namespace router::dealer {

class CallerHalf {
 public:
  CallerHalf(const Place& place, Streams& streams);

  size_t size() const { return calls_.size(); }

  // ---- what the peer says

  wamp::Result<void> call(const wamp::Call& message, const CallOptions& options, RoutedPayload&& payload,
                          const Grant& grant);
  // A CALL whose request id is not a new one ("Progressive Call Invocations"). `sequential`: ids are, so one
  // behind the last chunk breaks the protocol; else it is refused.
  wamp::Result<void> continue_call(const wamp::Call& message, RoutedPayload&& payload, bool sequential);
  wamp::Result<void> cancel(const wamp::Cancel& message);
  // ---- the same of a link, which calls for the sessions of another node

  void forward(const ForwardedCall& call, RoutedPayload&& payload);
  // Nobody waits for the call's answer any more; `is_to_stop`: and the callee is to stop, if it can.
  void abandon(wamp::RequestId call, bool is_to_stop);

  // Refuses a CALL whose request id is that of a call which waits for its answer. False: it is not.
  bool refuse_id_in_use(wamp::RequestId call);

  // ---- what the other half and the realm post

  // True: the peer is sent the answer.
  bool take(Answer& answer);
  // A callee is free for the call.
  void take_granted(const CallId& call);

  // ---- what else comes

  void time_out(PendingCall& call);
  // A part of a stream of results is not taken by the peer.
  void on_untaken(wamp::RequestId request, bool too_much);
  // The callee does not take the chunks of a call.
  void take_untaken(const CallId& call, const SessionRef& callee, bool too_much,
                    const std::function<bool()>& others_wait);
  // Somebody who is no receiver of the session's streams waits for chunks of it.
  bool sends_chunks_to_others() const;
  // The session leaves: ends some of its calls. True: it has none any more. `from`: as
  // LeftoverWork::take_some() has it.
  bool end_some(LeftoverWork& work, uint64_t& from);

 private:
  // What a caller asked for, as far as its INVOCATION depends on it.
  struct Asked {
    std::string_view procedure;
    const CallOptions& options;
    const Grant& grant;
    const std::shared_ptr<const ForwardedCaller>& caller;  // null: the session itself
  };

  class Target;

  PendingCall* find(const CallId& call);
  // `made`: room for one that is found anew.
  const ProcedureRoute* route_to(std::string_view procedure, StampedRoute<ProcedureRoute>& made);
  void begin(wamp::RequestId request, const Asked& asked, const ProcedureRoute* route,
             RoutedPayload&& payload);
  PendingCall& add(wamp::RequestId request, const ProcedureRoute& route);
  // It must not overtake those that wait.
  bool must_wait(const ProcedureRoute& route, const CallOptions& options) const;
  // None if all are busy.
  void pick(const ProcedureRoute& route, const CallOptions& options, const KeptCall* kept,
            std::optional<Target>& target);
  // To the callee, or refuses the call if it lacks a feature for it.
  void invoke(PendingCall& call, Target& target, const Asked& asked, RoutedPayload&& payload);
  // The same for one that has waited, or is sent once more.
  void invoke_kept(PendingCall& call, Target& target);
  wamp::Dict invocation_details(const PendingCall& call, const CalleeSlot& slot, const Asked& asked,
                                bool receive_progress) const;
  void append_for_other_node(const PendingCall& call, const CalleeSlot& slot, const Asked& asked,
                             wamp::Dict& details) const;
  // Puts the call behind the others that wait, or refuses it.
  void wait(PendingCall& call);
  // Whoever has got it last has refused it by this answer. True: nobody else is left, and it is the last.
  bool reroute(PendingCall& call, const Answer& answer);
  // It has been given a callee, or ends.
  void stop_waiting(PendingCall& call) noexcept;
  // How long it has waited now. Precondition: it does.
  uint32_t waits_ms(const PendingCall& call) const;
  void set_deadline(PendingCall& call, uint64_t timeout_ms);
  void forget_deadline(PendingCall& call);
  uint64_t remaining_ms(const PendingCall& call) const;
  // If there is one.
  void tell_callee(const PendingCall& call, CallNotice::Kind kind);
  // That nobody waits for its answer any more; `is_to_stop`: and that it is to stop, if it can.
  void tell_end(const PendingCall& call, bool is_to_stop);
  // Behind its last answer, which must not be sent twice: so this needs no memory.
  void remove(PendingCall& call) noexcept;
  // The same for one whose caller is sent the last answer. `error_uri`: empty, if it is a result; `bytes`: of
  // its arguments.
  void finish(PendingCall& call, std::string_view error_uri, size_t bytes) noexcept;
  void tell_slow(const PendingCall& call, std::string_view error_uri,
                 std::chrono::microseconds took) noexcept;
  // The call's exit with an ERROR of the dealer's own. Its callee knows already, or there is none.
  void end(PendingCall& call, std::string_view error_uri, std::string_view text);
  // The same for a call whose callee goes on: it is told to stop.
  void break_off(PendingCall& call, std::string_view error_uri, std::string_view text);

  const Place& place_;
  Streams& streams_;
  IdMap<PendingCall*> calls_;  // by CALL.Request
  // How many of them that no callee has refused wait for any callee, or for the one of a routing key.
  std::map<std::pair<wamp::RegistrationId, std::optional<uint64_t>>, size_t> waiting_;
  uint64_t last_number_ = 0;
};

}  // namespace router::dealer
