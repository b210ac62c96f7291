// What a session asks to do with a URI, and what it may.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "router/config/config.h"

namespace router {

enum class Action : uint8_t { call, register_, publish, subscribe };
constexpr size_t action_count = 4;

// As the configuration and authorizers name it.
constexpr std::string_view name(Action action) {
  constexpr std::string_view names[action_count] = {"call", "register", "publish", "subscribe"};
  return names[static_cast<size_t>(action)];
}

struct Grant {
  bool allowed = false;
  bool disclose = false;               // of the caller or publisher
  std::optional<uint32_t> trustlevel;  // of the call or publication ("Call Trust Levels"), if it is told
  bool force_reregister = false;       // of what others have registered
  std::optional<config::SlowConsumer> slow_consumer = std::nullopt;  // of the subscription; none: the role's

  bool operator==(const Grant&) const = default;
};

// What came of asking an authorizer.
struct Verdict {
  Grant grant;
  std::string failure;  // why it has not said anything; empty: it has
};

using VerdictByAction = std::array<std::optional<Verdict>, action_count>;

}  // namespace router
