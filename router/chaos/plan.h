// What `--chaos` asks for: how often which fault happens to clients.
//
// Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace router::chaos {

enum class Fault : uint8_t {
  drop,           // the connection ends without a close frame
  half_open,      // nothing more is read or sent, and the connection stays
  slow,           // a message to the client is held back
  kill_mid_call,  // the callee's session is ended when its answer comes
};
inline constexpr size_t fault_count = 4;

// As it is written.
std::string_view name(Fault fault);

struct Plan {
  // Chances, from 0 to 1. Each message from a client and to one has that of the first two, each message to
  // one that of the third, each answer to an INVOCATION that of the fourth.
  double drop = 0, half_open = 0, slow = 0, kill_mid_call = 0;
  std::optional<uint64_t> seed = {};  // none: any

  double& of(Fault fault);
};

// "drop=1%,slow=5%,half-open=2%,kill-mid-call=1%,seed=42", of which each may be left out. Throws
// std::invalid_argument, which says what was expected where.
Plan plan_of(std::string_view text);

// The same, of what is not 0.
std::string to_text(Plan plan);

}  // namespace router::chaos
