#include "router/config/document/json_document.h"

#include "router/config/config.h"

namespace router::config {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string error_of(std::string_view text) {
  try {
    parse_json(text, "f");
    return "accepted";
  } catch (const ConfigError& error) {
    return error.what();
  }
}

std::string place(JsonPosition position) {
  return std::to_string(position.line) + ":" + std::to_string(position.column);
}

std::string repeated(const std::string& text, size_t times) {
  std::string result;
  while (times-- > 0) result += text;
  return result;
}

TEST(JsonDocument, KeepsKindsTextsAndOrder) {
  const JsonNode root = parse_json(R"({"b": [null, true, -1.50e3], "a": "x\ny"})", "f");
  ASSERT_EQ(root.kind, JsonKind::object);
  ASSERT_EQ(root.children.size(), 2u);
  const JsonNode& list = root.children[0];
  EXPECT_EQ(list.key, "b");
  ASSERT_EQ(list.children.size(), 3u);
  EXPECT_EQ(list.children[0].kind, JsonKind::null);
  EXPECT_EQ(list.children[1].kind, JsonKind::boolean);
  EXPECT_TRUE(list.children[1].boolean);
  EXPECT_EQ(list.children[2].kind, JsonKind::number);
  EXPECT_EQ(list.children[2].text, "-1.50e3");
  EXPECT_EQ(root.children[1].kind, JsonKind::string);
  EXPECT_EQ(root.children[1].text, "x\ny");
}

TEST(JsonDocument, RemembersWhereKeysAndValuesBegin) {
  const JsonNode root = parse_json("{\n  \"a\\n\": [1,\n 22 , \"x\\u00e9\", {}\n], \"b\":true}", "f");
  const JsonNode& list = root.children[0];
  EXPECT_EQ(place(root.position), "1:1");
  EXPECT_EQ(place(list.key_position), "2:3");
  EXPECT_EQ(place(list.position), "2:10");
  EXPECT_EQ(place(list.children[0].position), "2:11");
  EXPECT_EQ(place(list.children[1].position), "3:2");
  EXPECT_EQ(place(list.children[2].position), "3:7");
  EXPECT_EQ(place(list.children[3].position), "3:18");
  EXPECT_EQ(place(root.children[1].key_position), "4:4");
  EXPECT_EQ(place(root.children[1].position), "4:8");
}

TEST(JsonDocument, CountsColumnsInCharactersNotBytes) {
  const JsonNode root = parse_json("[\"\u00e9\u20ac\U0001F600\", 1]", "f");
  EXPECT_EQ(place(root.children[1].position), "1:9");
}

TEST(JsonDocument, SkipsCommentsOfBothKindsAnywhere) {
  const JsonNode root = parse_json(
      "// 1\n{ // \"no\": 1,\n /* {[ ** // \n */ \"a\" /*:*/ : // x\n /**/ 7 /* , */, \"b\"://,\n8}// end",
      "f");
  ASSERT_EQ(root.children.size(), 2u);
  EXPECT_EQ(place(root.position), "2:1");
  EXPECT_EQ(place(root.children[0].key_position), "4:5");
  EXPECT_EQ(place(root.children[0].position), "5:7");
  EXPECT_EQ(root.children[1].text, "8");
  EXPECT_EQ(place(root.children[1].position), "6:1");
}

TEST(JsonDocument, TakesSlashesInStringsForText) {
  const JsonNode root = parse_json(R"(["/* no */", "// no", 1])", "f");
  EXPECT_EQ(root.children[0].text, "/* no */");
  EXPECT_EQ(place(root.children[2].position), "1:23");
}

TEST(JsonDocument, SkipsAByteOrderMark) {
  EXPECT_EQ(place(parse_json("\xEF\xBB\xBF[1]", "f").children[0].position), "1:2");
}

TEST(JsonDocument, TellsWhereTheSyntaxIsWrong) {
  EXPECT_THAT(error_of("{\n  \"a\": 1\n  \"b\": 2}"), StartsWith("f:3:3: JSON syntax: Missing a comma"));
  EXPECT_THAT(error_of(""), StartsWith("f:1:1: JSON syntax:"));
  EXPECT_THAT(error_of("// only a comment"), StartsWith("f:1:18: JSON syntax:"));
  EXPECT_THAT(error_of("[1] 2"), StartsWith("f:1:5: JSON syntax:"));
  EXPECT_THAT(error_of("[1 /* open"), HasSubstr("JSON syntax:"));
  EXPECT_THAT(error_of("[1"), HasSubstr("JSON syntax:"));
}

TEST(JsonDocument, RefusesTrailingCommas) {
  EXPECT_THAT(error_of("[1,]"), StartsWith("f:1:4: JSON syntax:"));
  EXPECT_THAT(error_of("{\"a\":1,}"), StartsWith("f:1:8: JSON syntax:"));
}

TEST(JsonDocument, RefusesAKeyGivenTwice) {
  EXPECT_EQ(error_of("{\"a\": 1,\n \"b\": {\"a\": 2},\n \"a\": 3}"),
            "f:3:2: the key \"a\" is given twice in one object");
}

TEST(JsonDocument, RefusesNulsAndBadUtf8) {
  EXPECT_EQ(error_of(std::string_view("{}\0[", 4)), "f:1:3: a NUL byte in the file");
  EXPECT_EQ(error_of(R"([ "a\u0000b"])"), "f:1:3: a string must not contain the character U+0000");
  EXPECT_EQ(error_of(R"({"\u0000":1})"), "f:1:2: a string must not contain the character U+0000");
  EXPECT_THAT(error_of("[\"\xC3\x28\"]"), StartsWith("f:1:"));
  EXPECT_THAT(error_of(R"(["\ud800"])"), StartsWith("f:1:"));
}

TEST(JsonDocument, TakesThirtyTwoLevelsAndNoMore) {
  EXPECT_EQ(error_of(repeated("[", 32) + repeated("]", 32)), "accepted");
  EXPECT_EQ(error_of(repeated("[", 33) + repeated("]", 33)), "f:1:33: nested deeper than 32 levels");
  EXPECT_THAT(error_of(repeated("{\"a\":", 100000)), HasSubstr("nested deeper"));
}

TEST(JsonDocument, LeavesNumbersThatCrashRapidJsonUnconverted) {
  for (const std::string number :
       {"128.74836467836484838364836483643636483648e-336", "0.0000074836628E-2147483636", "1.9e-400",
        "12345678901234567890123456789"})
    EXPECT_EQ(parse_json("[" + number + "]", "f").children.at(0).text, number);
}

TEST(JsonDocument, ComparesTreesWithoutTheirPlaces) {
  const JsonNode a = parse_json(R"({"a": [1, "x", true]})", "f");
  EXPECT_TRUE(is_equal(a, parse_json("{\"a\":\n[1,\"x\",true]}", "f")));
  EXPECT_FALSE(is_equal(a, parse_json(R"({"b": [1, "x", true]})", "f")));
  EXPECT_FALSE(is_equal(a, parse_json(R"({"a": [1, "x", false]})", "f")));
  EXPECT_FALSE(is_equal(a, parse_json(R"({"a": [1, "x"]})", "f")));
  EXPECT_FALSE(is_equal(a, parse_json(R"({"a": ["1", "x", true]})", "f")));
}

}  // namespace
}  // namespace router::config
