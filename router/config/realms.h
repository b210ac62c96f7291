// The "realms" of a configuration: names, roles, permissions, limits.
#pragma once

#include <vector>

#include "router/config/config.h"
#include "router/config/setting.h"

namespace router::config {

// Reads and checks the list; throws ConfigError.
std::vector<Realm> read_realms(const Setting& list);

}  // namespace router::config
