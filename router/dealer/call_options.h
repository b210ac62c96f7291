// CALL.Options, read and checked.
#pragma once

#include <cstdint>
#include <optional>

#include "wamp/result.h"
#include "wamp/value.h"

namespace router::dealer {

// "runmode" ("Sharded Registration").
enum class RunMode : uint8_t { by_policy, partition, all };

struct CallOptions {
  bool receive_progress = false;
  bool progress = false;  // more chunks follow ("Progressive Call Invocations")
  bool disclose_me = false;
  uint64_t timeout_ms = 0;  // 0: none
  RunMode run_mode = RunMode::by_policy;
  std::optional<uint64_t> routing_key;  // rkey, a string or a number, as rendezvous_hash() has it
  wamp::Dict payload_passthru;          // the ppt_* attributes

  // By which the callee is chosen; none: by the policy.
  std::optional<uint64_t> shard_key() const {
    return run_mode == RunMode::partition ? routing_key : std::nullopt;
  }
};

// More than `max_attribute` bytes of one that is kept or goes on are an excess.
wamp::Result<CallOptions> call_options(const wamp::Dict& options, size_t max_attribute);

}  // namespace router::dealer
