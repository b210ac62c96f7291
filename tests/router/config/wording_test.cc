#include "router/config/wording.h"

namespace router::config {
namespace {

TEST(Wording, QuotesHostileTextSafely) {
  EXPECT_EQ(in_quotes("a\"b\\c\x1b[31m\n\x7f"), R"("a\"b\\c\u001b[31m\u000a\u007f")");
  EXPECT_EQ(in_quotes(""), "\"\"");
}

TEST(Wording, CutsLongTextBetweenCharacters) {
  const auto quoted = [](size_t count, std::string_view end) {
    std::string text = "\"";
    return text.append(count, 'a').append(end).append("\"");
  };
  EXPECT_EQ(in_quotes(std::string(64, 'a')), quoted(64, ""));
  EXPECT_EQ(in_quotes(std::string(65, 'a')), quoted(64, "..."));
  EXPECT_EQ(in_quotes(std::string(63, 'a').append("\u20ac")), quoted(63, "..."));
}

TEST(Wording, ListsAlternatives) {
  EXPECT_EQ(alternatives({"a"}), R"("a")");
  EXPECT_EQ(alternatives({"a", "b", "c"}), R"("a", "b" or "c")");
}

TEST(Wording, FindsTheNearestWord) {
  const Words words = {"publish", "subscribe", "permissions"};
  EXPECT_EQ(did_you_mean("permisions", words), R"(; did you mean "permissions"?)");
  EXPECT_EQ(did_you_mean("Publish", words), R"(; did you mean "publish"?)");
  EXPECT_EQ(did_you_mean("sbuscribe", words), R"(; did you mean "subscribe"?)");
}

TEST(Wording, SuggestsNothingThatIsFar) {
  const Words words = {"uri", "match", "allow"};
  EXPECT_EQ(did_you_mean("colour", words), "");
  EXPECT_EQ(did_you_mean("", words), "");
  EXPECT_EQ(did_you_mean(std::string(100000, 'x'), words), "");
}

}  // namespace
}  // namespace router::config
