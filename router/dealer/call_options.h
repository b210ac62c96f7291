// CALL.Options, read and checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "wamp/result.h"
#include "wamp/value.h"

namespace router::dealer {

struct CallOptions {
  bool receive_progress = false;
  bool progress = false;  // more chunks follow ("Progressive Call Invocations")
  bool disclose_me = false;
  uint64_t timeout_ms = 0;  // 0: none
  std::optional<std::string_view> run_mode;
  std::optional<std::string> routing_key;  // rkey, a string or a number, as text
  wamp::Dict payload_passthru;             // the ppt_* attributes
};

// Views point into `options`.
wamp::Result<CallOptions> call_options(const wamp::Dict& options);

}  // namespace router::dealer
