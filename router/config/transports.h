// The "transports" of a configuration: addresses, paths, and the settings of their connections.
#pragma once

#include <vector>

#include "router/config/config.h"
#include "router/config/setting.h"

namespace router::config {

// Reads and checks the list; roles that it names must be in `realms`. Throws ConfigError.
std::vector<Transport> read_transports(const Setting& list, const std::vector<Realm>& realms);

}  // namespace router::config
