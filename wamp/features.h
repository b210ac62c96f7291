// What a client announces in HELLO.Details.roles, as far as the router acts on it.
#pragma once

#include <cstdint>

#include "wamp/result.h"
#include "wamp/value.h"

namespace wamp {

enum class Role : uint8_t { publisher = 1, subscriber = 2, caller = 4, callee = 8 };

struct ClientFeatures {
  uint8_t roles = 0;                  // a set of Role
  uint8_t payload_passthru_mode = 0;  // the roles that announce it
  bool caller_progressive_call_results = false;
  bool caller_progressive_call_invocations = false;
  bool callee_call_canceling = false;
  bool callee_call_reroute = false;
  bool callee_call_timeout = false;
  bool callee_progressive_call_results = false;
  bool callee_progressive_call_invocations = false;
  bool callee_registration_revocation = false;
  bool subscriber_subscription_revocation = false;

  bool has_payload_passthru_mode(Role role) const {
    return (payload_passthru_mode & static_cast<uint8_t>(role)) != 0;
  }
  bool has(Role role) const { return (roles & static_cast<uint8_t>(role)) != 0; }
};

// Reads HELLO.Details. Unknown roles and features are ignored; at least one known role must be there.
Result<ClientFeatures> client_features(const Dict& hello_details);

}  // namespace wamp
