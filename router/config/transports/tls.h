// The "tls" of an endpoint, and the proxies in front of it.
#pragma once

#include "router/config/config.h"
#include "router/config/document/setting.h"

namespace router::config {

// Reads the certificates and keys as well; throws ConfigError if they cannot serve.
Tls read_tls(const Setting& setting);

// "trusted_proxies" and "proxy_protocol"; throws ConfigError.
void read_proxies(const Setting& endpoint, Transport& transport);

}  // namespace router::config
