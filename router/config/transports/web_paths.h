// The paths of a transport: what is served under which beginning of a URL's path.
#pragma once

#include <vector>

#include "router/config/config.h"
#include "router/config/document/setting.h"

namespace router::config {

// Adds the members of a "paths" or "websocket" object to `transport.paths` and appends the settings of those
// that take WebSocket connections to `websockets`. Throws ConfigError.
void read_paths(const Setting& paths, const Words& allowed_types, const std::vector<Realm>& realms,
                Transport& transport, std::vector<Setting>& websockets);

}  // namespace router::config
