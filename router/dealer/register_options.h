// REGISTER.Options, read and checked.
#pragma once

#include <cstdint>
#include <optional>

#include "router/dealer/registration.h"
#include "wamp/result.h"
#include "wamp/value.h"

namespace router::dealer {

struct RegisterOptions {
  std::optional<InvocationPolicy> policy = InvocationPolicy::single;  // none: there is none of that name
  CalleeOptions callee;
  bool force_reregister = false;  // "Registration Revocation": whoever holds the procedure loses it
};

wamp::Result<RegisterOptions> register_options(const wamp::Dict& options);

}  // namespace router::dealer
