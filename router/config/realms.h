// The "realms" of a configuration: names, roles, permissions, limits.
#pragma once

#include <vector>

#include "router/config/config.h"
#include "router/config/setting.h"

namespace router::config {

// Reads and checks the list and appends it to `realms`; throws ConfigError.
void read_realms(const Setting& list, std::vector<Realm>& realms);

}  // namespace router::config
