// "wampd upgrade": makes a running router start the program anew and hand over to it (docs/upgrading.md).
#pragma once

#include <sys/types.h>

namespace router::program {

struct UpgradeOptions {
  pid_t process = 0;  // 0: the only router that runs here
};

// Returns the exit status once the other process serves. Throws std::runtime_error with why it does not.
int upgrade(const UpgradeOptions& options);

}  // namespace router::program
