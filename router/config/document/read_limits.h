// "limits" and the like of a configuration file, by the tables of limits.h.
#pragma once

#include <cstdint>
#include <vector>

#include "router/config/document/setting.h"
#include "router/config/limits.h"

namespace router::config {

// take(limit, value) for each that the object "limits" gives. Throws ConfigError.
template <class Limits, class Take>
void for_each_given(const Setting& object, const std::vector<Limit<Limits>>& all, Take take) {
  Keys keys;
  for (const Limit<Limits>& limit : all) keys.known.push_back(limit.name);
  object.check_keys(keys);
  for (const Limit<Limits>& limit : all)
    object.given(limit.name, [&](const Setting& value) { take(limit, value.integer(limit.min, limit.max)); });
}

// Overwrites what the object "limits" gives. Throws ConfigError.
template <class Limits>
void read_limits(const Setting& object, const std::vector<Limit<Limits>>& all, Limits& limits) {
  for_each_given(object, all, [&](const auto& limit, int64_t value) { limit.set(limits, value); });
}

}  // namespace router::config
