// The "transports" of a configuration: addresses, paths, and the settings of their connections.
#pragma once

#include <vector>

#include "router/config/config.h"
#include "router/config/setting.h"

namespace router::config {

// Reads and checks the list and appends it to `transports`; roles that it names must be in `realms`. Throws
// ConfigError.
void read_transports(const Setting& list, const std::vector<Realm>& realms,
                     std::vector<Transport>& transports);

}  // namespace router::config
