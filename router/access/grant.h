// What a session may do with a URI.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "router/base/action.h"
#include "router/config/config.h"

namespace router {

struct Grant {
  bool allowed = false;
  bool disclose = false;               // of the caller or publisher
  std::optional<uint32_t> trustlevel;  // of the call or publication ("Call Trust Levels"), if it is told
  bool force_reregister = false;       // of what others have registered
  std::optional<config::SlowConsumer> slow_consumer = std::nullopt;  // of the subscription; none: the role's
  static constexpr uint32_t as_realm = UINT32_MAX;
  uint32_t slow_call_ms = as_realm;  // a call that takes as long is logged; 0: none is

  bool operator==(const Grant&) const = default;
};

// What came of asking an authorizer.
struct Verdict {
  Grant grant;
  std::string failure;  // why it has not said anything; empty: it has
};

// Of one request, by action: one, or two, or none; so it takes little memory where there is no authorizer.
class VerdictByAction {
 public:
  // Null: it was not asked.
  const Verdict* find(Action action) const {
    const auto found =
        std::find_if(all_.begin(), all_.end(), [=](const auto& one) { return one.first == action; });
    return found == all_.end() ? nullptr : &found->second;
  }
  // Precondition: there is none of that action.
  void add(Action action, Verdict verdict) { all_.emplace_back(action, std::move(verdict)); }

 private:
  std::vector<std::pair<Action, Verdict>> all_;
};

}  // namespace router
