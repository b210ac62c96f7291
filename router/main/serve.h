// "wampd": serves until it is told to end.
#pragma once

#include "router/config/config.h"
#include "router/main/program_options.h"

namespace router::program {

// What the options say is to be served. Throws ConfigError or UsageError.
config::Config load(const Options& options);

// Until SIGINT or SIGTERM; SIGHUP reads the file again. Returns the exit status; throws std::runtime_error if
// it cannot begin.
int serve(const Options& options);

}  // namespace router::program
