// "wampd check": says what would be served, or which rule decides, and serves nothing.
#pragma once

#include "router/main/program_options.h"

namespace router::program {

// Returns the exit status. Throws ConfigError with all faults of the file.
int check(const Options& options);

}  // namespace router::program
