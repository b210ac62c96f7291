// JSON text as the ranges of its parts.
#include "serializers/json_parts.h"

#include <gtest/gtest.h>

namespace serializers {
namespace {

constexpr int depth = 8;

std::string parts(std::string_view text) {
  const auto read = read_json_parts(text, 4, depth);
  if (!read) return read.error().message;
  std::string all(read->is_object ? "object" : read->whole);
  for (const JsonMember& member : read->members) all += " " + member.key + "=" + std::string(member.value);
  return all;
}

TEST(JsonParts, AreTheMembersOfAnObject) {
  EXPECT_EQ(parts(R"( {"a": [1, {"b": 2}] , "c":"x\"y"} )"), R"(object a=[1, {"b": 2}] c="x\"y")");
  EXPECT_EQ(parts("{}"), "object");
  EXPECT_EQ(parts(R"({"a":1,"b":2,"\u0061":3})"), "object b=2 a=3");
}

TEST(JsonParts, AreTheWholeOfAnythingElse) {
  EXPECT_EQ(parts(" [1, 2]\n"), "[1, 2]");
  EXPECT_EQ(parts("null"), "null");
}

TEST(JsonParts, AreRefusedIfTheTextIsNone) {
  EXPECT_EQ(parts(""), "invalid JSON at byte 0: unexpected end");
  EXPECT_EQ(parts("{\"a\":1"), "invalid JSON at byte 6: unexpected end");
  EXPECT_EQ(parts("{\"a\":1,}"), "invalid JSON at byte 7: unexpected character");
  EXPECT_EQ(parts("{\"a\" 1}"), "invalid JSON at byte 5: unexpected character");
  EXPECT_EQ(parts("{} x"), "invalid JSON at byte 3: unexpected character");
  EXPECT_EQ(parts("[1] [2]"), "invalid JSON at byte 4: unexpected character");
  EXPECT_EQ(parts("[[[[[[[[[1]]]]]]]]]"), "invalid JSON at byte 8: nested too deeply (max_depth)");
  EXPECT_EQ(parts(R"({"a":1,"b":1,"c":1,"d":1,"e":1})"), "an object with more than 4 members");
}

TEST(JsonParts, AreThoseOfAPayload) {
  EXPECT_EQ(json_arguments({R"([1] , {"k":[]})", 2}).args, "[1]");
  EXPECT_EQ(json_arguments({R"([1] , {"k":[]})", 2}).kwargs, R"({"k":[]})");
  EXPECT_EQ(json_arguments({"[1]", 1}).kwargs, "");
  EXPECT_EQ(json_arguments({"", 0}).args, "");
}

TEST(JsonParts, OfTextAreQuoted) {
  EXPECT_EQ(json_string("a\"\n\xc3\xbc"), "\"a\\\"\\n\xc3\xbc\"");
}

}  // namespace
}  // namespace serializers
