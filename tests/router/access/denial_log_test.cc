#include "router/access/denial_log.h"

#include <gtest/gtest.h>

namespace router {
namespace {

TEST(DenialLog, TakesEachActionOnAUriOnce) {
  DenialLog log;
  EXPECT_TRUE(log.add(Action::call, "com.a"));
  EXPECT_TRUE(log.add(Action::register_, "com.a"));
  EXPECT_TRUE(log.add(Action::call, "com.b"));
  EXPECT_FALSE(log.add(Action::call, "com.a"));
}

TEST(DenialLog, TakesABoundedNumber) {
  DenialLog log;
  for (size_t i = 0; i < DenialLog::max_lines; ++i) {
    EXPECT_FALSE(log.is_full());
    EXPECT_TRUE(log.add(Action::call, std::to_string(i)));
  }
  EXPECT_TRUE(log.is_full());
  EXPECT_FALSE(log.add(Action::call, "one more"));
}

}  // namespace
}  // namespace router
