#include "tests/router/support/session_script.h"

#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace router {
namespace {

TEST(RandomSessionScripts, LeaveNothingBehind) {
  std::mt19937 random(1);
  for (int story = 0; story < 400; ++story) {
    std::vector<uint8_t> script(100 + random() % 400);
    for (uint8_t& byte : script) byte = static_cast<uint8_t>(random());
    run_session_script(script);
  }
}

}  // namespace
}  // namespace router
