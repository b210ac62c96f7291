#include "router/log.h"

#include <gtest/gtest.h>

namespace router {
namespace {

TEST(Log, WritesOneLineWhateverAPeerSays) {
  EXPECT_EQ(log::printable("a\nb\x1b[31m\x7f"), R"(a\x0ab\x1b[31m\x7f)");
  EXPECT_EQ(log::printable("caf\u00e9"), "caf\u00e9");
}

TEST(Log, CutsLongLines) {
  const std::string line = log::printable(std::string(100'000, 'x'));
  EXPECT_EQ(line.size(), 1003u);
  EXPECT_TRUE(line.ends_with("x..."));
}

}  // namespace
}  // namespace router
