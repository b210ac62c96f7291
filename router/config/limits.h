// The limits of realms, roles, transports and the process, and the times of the drain, by name: for those
// that read them, tell them and compare them.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

#include "router/config/config.h"

namespace router::config {

template <class Limits>
struct Limit {
  std::string_view name;
  std::variant<uint32_t Limits::*, uint64_t Limits::*> field;
  int64_t min;
  int64_t max;
  std::string_view option = "";  // Crossbar's name for it in "options", where 0 means none

  uint64_t get(const Limits& limits) const {
    return std::visit([&](auto member) { return static_cast<uint64_t>(limits.*member); }, field);
  }
  void set(Limits& limits, int64_t value) const {
    std::visit(
        [&](auto member) {
          limits.*member = static_cast<std::remove_cvref_t<decltype(limits.*member)>>(value);
        },
        field);
  }
};

// Those that a role may have, too.
extern const std::vector<Limit<SessionLimits>> session_limits;
// All of a realm, session_limits included.
extern const std::vector<Limit<RealmLimits>> realm_limits;
extern const std::vector<Limit<TransportLimits>> transport_limits;
extern const std::vector<Limit<MemoryLimits>> memory_limits;
extern const std::vector<Limit<Drain>> drain_times;

// The realm's, but for those that the role has.
SessionLimits limits_of(const Role& role, const SessionLimits& of_realm);

}  // namespace router::config
