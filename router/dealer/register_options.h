// REGISTER.Options, read and checked.
#pragma once

#include <cstdint>
#include <string_view>

#include "router/dealer/registration.h"
#include "wamp/result.h"
#include "wamp/value.h"

namespace router::dealer {

struct RegisterOptions {
  std::string_view invoke = "single";
  CalleeOptions callee;
  bool force_reregister = false;  // "Registration Revocation": whoever holds the procedure loses it
};

// Views point into `options`.
wamp::Result<RegisterOptions> register_options(const wamp::Dict& options);

}  // namespace router::dealer
