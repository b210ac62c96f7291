// One call on its way: from CALL to its one exit (final RESULT or ERROR, or an end that leaves).
//
// Owned by its caller's Member; the callee's Member has an index entry. Made and ended by the dealer only.
#pragma once

#include "router/member.h"
#include "wamp/ids.h"

namespace router {

struct PendingCall {
  Member* caller = nullptr;
  wamp::RequestId request;  // CALL.Request, in the caller's scope
  Member* callee = nullptr;
  wamp::RequestId invocation;  // INVOCATION.Request, in the callee's scope
  bool receive_progress = false;
  bool interrupted = false;  // canceled by mode kill: waits for the callee's answer
};

}  // namespace router
