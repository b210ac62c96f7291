#include "router/base/log.h"

#include <gtest/gtest.h>

#include "text/utf8.h"

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

TEST(Log, EscapesWhatIsNotUtf8) {
  EXPECT_EQ(log::printable("a\xff\xc3"), R"(a\xff\xc3)");
  std::string cut(999, 'x');
  cut.append("caf\u00e9");
  EXPECT_TRUE(text::is_utf8(log::printable(cut))) << "a character is not cut in two";
}

TEST(Log, HasEachFactAsAFieldInJson) {
  EXPECT_EQ(
      log::json_line("2026-11-23T01:02:03Z", log::Level::warning, "x \"y\"\n", {{"n", 5}, {"who", "\xff"}}),
      R"({"time":"2026-11-23T01:02:03Z","level":"warning","message":"x \"y\"\\x0a","n":5,"who":"\\xff"})");
}

class LogSampler : public testing::Test {
 protected:
  // How many of so many lines are logged.
  int admitted(int lines, log::Sampler::Time now, log::Kind kind = log::Kind::abort) {
    int count = 0;
    for (int i = 0; i < lines; ++i) count += sampler.admit(kind, now) ? 1 : 0;
    return count;
  }
  log::Sampler sampler;
  const log::Sampler::Time start{std::chrono::hours(1)};
  static constexpr int most = log::Sampler::lines_per_second;
};

TEST_F(LogSampler, AdmitsSoManyLinesOfEachKindInASecond) {
  EXPECT_EQ(admitted(100, start), most);
  EXPECT_EQ(admitted(100, start + std::chrono::milliseconds(999)), 0);
  EXPECT_EQ(admitted(100, start, log::Kind::login), most);
  EXPECT_EQ(admitted(100, start + std::chrono::seconds(1)), most);
}

TEST_F(LogSampler, TellsHowManyWereLeftOutOnceInAWhile) {
  EXPECT_TRUE(sampler.left_out(start).empty());
  admitted(most + 7, start);
  EXPECT_TRUE(sampler.left_out(start + std::chrono::seconds(9)).empty());
  const auto told = sampler.left_out(start + std::chrono::seconds(10));
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].kind, log::Kind::abort);
  EXPECT_EQ(told[0].lines, 7u);
  EXPECT_TRUE(sampler.left_out(start + std::chrono::seconds(20)).empty()) << "they are told once";
}

}  // namespace
}  // namespace router
