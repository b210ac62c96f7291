// The "transports" of a configuration: addresses, paths, and the settings of their connections.
#pragma once

#include <optional>
#include <vector>

#include "router/config/config.h"
#include "router/config/document/setting.h"

namespace router::config {

// All throw ConfigError. Roles that are named must be in `realms`. Nothing: it is of a Crossbar file and not
// served, which is noted.
std::optional<Transport> read_transport(const Setting& setting, const std::vector<Realm>& realms);
// The list: addresses differ.
std::vector<Transport> read_transports(const Setting& list, const std::vector<Realm>& realms);

// False: any free port is asked for.
bool has_fixed_address(const Transport& transport);

}  // namespace router::config
