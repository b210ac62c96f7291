// Registrations of one realm, and the calls on their way.
//
// Pure: takes a message and fills an outbox. No sockets, no threads, no clock. Guarded by the realm's lock.
// URIs are valid and actions authorized before they come here; a ProtocolError means that the peer's session
// must be aborted. What comes late because of a race (an answer to a call that has ended, a CANCEL of one) is
// counted and ignored.
#pragma once

#include <cstdint>
#include <memory>

#include "router/clock.h"
#include "router/dealer/pending_call.h"
#include "router/dealer/registration.h"
#include "router/id_map.h"
#include "router/id_source.h"
#include "router/member.h"
#include "router/outbox.h"
#include "router/uri_index.h"
#include "wamp/result.h"

namespace router::dealer {

struct DealerLimits {
  uint32_t registrations_per_session = 100000;
  uint32_t calls_in_flight_per_session = 65536;
};

class Dealer {
 public:
  Dealer(const DealerLimits& limits, IdSource& ids, const Clock& clock)
      : limits_(limits), ids_(ids), clock_(clock) {}

  wamp::Result<void> register_procedure(Member& callee, const wamp::Register& message,
                                        wamp::MatchPolicy match, Outbox& outbox);
  void unregister(Member& callee, const wamp::Unregister& message, Outbox& outbox);
  wamp::Result<void> call(Member& caller, const wamp::Call& message, RoutedPayload payload,
                          const Grant& grant, Outbox& outbox);
  wamp::Result<void> cancel(Member& caller, const wamp::Cancel& message, Outbox& outbox);
  wamp::Result<void> yield(Member& callee, const wamp::Yield& message, RoutedPayload payload, Outbox& outbox);
  // An ERROR that answers an INVOCATION.
  wamp::Result<void> error(Member& callee, const wamp::Error& message, RoutedPayload payload, Outbox& outbox);
  // The member leaves: its calls and those on their way to it end, its registrations are gone.
  void remove_member(Member& member, Outbox& outbox);

  size_t registration_count() const { return registrations_.size(); }
  // Answers and cancels that came for a call which had ended.
  uint64_t late_count() const { return late_count_; }

 private:
  Registration& add_registration(std::string_view procedure, wamp::MatchPolicy match,
                                 InvocationPolicy policy);
  void remove_callee(Registration& registration, Member& callee);
  PendingCall& add_call(Member& caller, wamp::RequestId request, Member& callee);
  void remove_call(PendingCall& call);
  // The call that an answer of the callee is for; null if it has ended, an error if there never was one.
  wamp::Result<PendingCall*> answered_call(Member& callee, wamp::RequestId invocation,
                                           std::string_view answer);
  void end_calls_as_callee(Member& callee, Outbox& outbox);
  void end_calls_as_caller(Member& caller, Outbox& outbox);

  const DealerLimits limits_;
  IdSource& ids_;
  const Clock& clock_;
  IdMap<std::unique_ptr<Registration>> registrations_;  // the owner
  UriIndex<Registration> index_;
  wamp::RegistrationId last_id_;
  PendingCalls calls_;  // the owner
  uint64_t late_count_ = 0;
};

}  // namespace router::dealer
