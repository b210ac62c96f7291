// The "endpoint" of a transport: the address it listens on.
#pragma once

#include "router/config/config.h"
#include "router/config/document/setting.h"

namespace router::config {

// Fills interface (as the system writes that address), port, path, backlog, TLS and proxies; throws
// ConfigError.
void read_endpoint(const Setting& endpoint, Transport& transport);

}  // namespace router::config
