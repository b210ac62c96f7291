// Crossbar's config.json, version 2 or 1: its router workers become one Config.
//
// What has no counterpart is told as a notice; what would let somebody do more than the file says is refused.
#pragma once

#include "router/config/config.h"
#include "router/config/document/setting.h"

namespace router::config {

// Reads the whole file into `config`. Throws ConfigError.
void read_crossbar(const Setting& root, Config& config);

}  // namespace router::config
