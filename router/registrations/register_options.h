// REGISTER.Options, read and checked.
#pragma once

#include "router/callees/callee_slot.h"
#include "router/registrations/procedure_route.h"
#include "wamp/result.h"
#include "wamp/value.h"

namespace router::dealer {

struct RegisterOptions {
  InvocationPolicy policy = InvocationPolicy::single;
  CalleeOptions callee;
  bool force_reregister = false;  // "Registration Revocation": whoever holds the procedure loses it
};

wamp::Result<RegisterOptions> register_options(const wamp::Dict& options);

}  // namespace router::dealer
