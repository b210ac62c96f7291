// What the ends of calls ask of the realm: where calls go, and of those that wait.
//
// Each function takes the realm's lock, so none is on the way of a usual call.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "router/matching/stamped_route.h"
#include "router/member/seat.h"
#include "router/registrations/procedure_route.h"
#include "router/registrations/registration.h"

namespace router::dealer {

// A call that took as long as the rule for it says is to be logged.
struct SlowCall {
  std::string procedure;  // empty: look at the registration
  wamp::RegistrationId registration;
  wamp::SessionId caller, callee;          // callee: none, it waits still
  std::chrono::milliseconds took, waited;  // waited: of it for a free callee
  std::string outcome;                     // "result", or the URI of the ERROR
};

class Procedures {
 public:
  // Without a route: nobody has registered it.
  virtual StampedRoute<ProcedureRoute> find_route(std::string_view procedure) = 0;
  // To callees here only, of the registration with that name. Without a route: there is none.
  virtual StampedRoute<ProcedureRoute> find_route_here(std::string_view registered,
                                                       wamp::MatchPolicy match) = 0;
  // Null: there is no such registration any more. `only_here`: no such callee here.
  virtual std::shared_ptr<const ProcedureRoute> route_of(wamp::RegistrationId registration,
                                                         bool only_here) = 0;

  enum class Wait : uint8_t {
    begun,  // "granted" will come, or an ERROR
    full,   // as many wait as may
    ended,  // there is no such registration any more
  };
  virtual Wait wait_for_callee(const std::shared_ptr<WaitingCall>& call) = 0;
  // The call has ended, whether it still waits or not. Needs no memory.
  virtual void stop_waiting(WaitingCall& call) noexcept = 0;
  // A callee of it may take one more of the calls that wait. Needs no memory.
  virtual void give_to_waiting(wamp::RegistrationId registration) noexcept = 0;
  // Calls of somebody who is none of these wait for a callee like this one.
  virtual bool is_awaited_by_others(const Seat& callee, const std::set<wamp::SessionId>& receivers) = 0;
  // Calls waited when the callee took none, and now it does.
  virtual void on_takes_calls(CalleeState& callee) noexcept = 0;
  // Of a session that has left no call has an end any more: the seat is given back, and this may be the last
  // that is heard of it.
  virtual void on_calls_ended(Seat& seat) noexcept = 0;
  virtual void tell_slow(SlowCall call) = 0;

 protected:
  ~Procedures() = default;
};

}  // namespace router::dealer
