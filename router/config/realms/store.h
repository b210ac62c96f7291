// The "store" of a realm: where event histories and retained events are kept, and which.
#pragma once

#include "router/config/config.h"
#include "router/config/document/setting.h"

namespace router::config {

// `rule` is the realm's rule for URIs. Throws ConfigError.
Store read_store(const Setting& setting, wamp::UriRule rule);

}  // namespace router::config
