// The "endpoint" of a transport: the address it listens on.
#pragma once

#include <optional>
#include <string>

#include "router/config/config.h"
#include "router/config/document/setting.h"

namespace router::config {

// Fills interface (as the system writes that address), port, path, backlog, TLS and proxies; throws
// ConfigError.
void read_endpoint(const Setting& endpoint, Transport& transport);

// An IP address as the system writes it, so that two spellings of one compare equal; none: it is no address.
std::optional<std::string> normalized_interface(const std::string& text);

}  // namespace router::config
