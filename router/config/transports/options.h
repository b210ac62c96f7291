// The "options" (Crossbar's) and "limits" (ours) of a transport.
#pragma once

#include <optional>

#include "router/config/config.h"
#include "router/config/document/setting.h"

namespace router::config {

// The options of Crossbar's web services, which have no effect here.
extern const Words ignored_web_options;

// Fills `allowed_origins`, `compression` and `limits`; a value may be given in one of the two objects only.
// Throws ConfigError.
void read_options(const std::optional<Setting>& options, const std::optional<Setting>& limits,
                  Transport& transport);

}  // namespace router::config
