// Crowds of clients on several threads. What is found may not be found again with the same input, as the
// threads interleave by chance; the program says which seed it was.
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "router/base/log.h"
#include "tests/router/support/session_crowd.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  static const bool quiet =
      (router::log::configure(router::log::Format::text, router::log::Level::error), true);
  static_cast<void>(quiet);
  router::CrowdPlan plan{.workers = data[0] % 2 ? 2u : 4u,
                         .steps = 300,
                         .end = static_cast<router::CrowdPlan::End>(data[0] / 2 % 3)};
  std::memcpy(&plan.seed, data + 1, size - 1 < sizeof plan.seed ? size - 1 : sizeof plan.seed);
  router::run_session_crowd(plan);
  return 0;
}
