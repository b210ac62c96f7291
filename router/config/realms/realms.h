// The "realms" of a configuration: names, roles, permissions, limits.
#pragma once

#include <vector>

#include "router/config/config.h"
#include "router/config/document/setting.h"

namespace router::config {

// All throw ConfigError.
Realm read_realm(const Setting& setting);
// The list: names and files of stores differ.
std::vector<Realm> read_realms(const Setting& list);

}  // namespace router::config
