// The settings of a transport that concern its connections and sessions: auth, serializers, options, limits.
//
// A file gives them for a transport or, as Crossbar does, for its WebSocket paths; a Transport has one set of
// them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "router/config/clients/auth.h"
#include "router/config/config.h"
#include "router/config/document/setting.h"

namespace router::config {

// Fills the transport from the settings of `whole` and of its WebSocket paths; `roles` are those of all
// realms. Throws ConfigError.
void read_session_settings(const Setting& whole, const std::vector<Setting>& websockets,
                           const RoleNames& roles, Transport& transport);

// A list of serializers, each once.
std::vector<std::string> read_serializers(const Setting& list);

}  // namespace router::config
