// Stories of several peers, told by the fuzzer.
#include <cstddef>
#include <cstdint>

#include "tests/router/support/session_script.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  router::run_session_script({data, size});
  return 0;
}
