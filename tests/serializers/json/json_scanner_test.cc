// The grammar of RFC 8259, and where we are stricter.
#include "serializers/json/json_scanner.h"

#include "tests/serializers/differential.h"

namespace serializers {
namespace {

using namespace std::string_literals;

// "" if it is accepted.
std::string json_error(std::string_view text) {
  JsonScanner scanner(text, 128);
  if (we_accept_json(scanner)) return "";
  return scanner.error();
}

TEST(JsonScanner, AcceptsWhatTheGrammarAllows) {
  for (const std::string& text :
       {"null"s,
        "true"s,
        "false"s,
        "0"s,
        "-0"s,
        "10"s,
        "-1.5e+10"s,
        "1E5"s,
        "1e-5"s,
        "0.0"s,
        "0e0"s,
        "\"\""s,
        "[]"s,
        "{}"s,
        " [ ] "s,
        "\t\r\n{ }\n"s,
        "[1 , 2,3]"s,
        "{\"a\" : 1 , \"a\":[{}]}"s,
        R"("\"\\\/\b\f\n\r\t\u00e9\uFFFF")"s,
        R"("\ud83d\ude00")"s,
        "\"\x7F\""s,
        "\"äöü€😀\""s,
        "\"\xEF\xBF\xBF\xF4\x8F\xBF\xBF\""s,
        R"("\u0000")"s,
        "18446744073709551616"s,
        "-99999999999999999999999999"s,
        "1e-999999999999999999999"s,
        "\"a long text, so long that it takes more than one step of sixteen bytes \\\" to its end\""s}) {
    EXPECT_EQ(json_error(text), "") << text;
    EXPECT_TRUE(rapidjson_accepts(text)) << text;
  }
}

TEST(JsonScanner, RefusesWhatTheGrammarDoesNotAllow) {
  for (const std::string& text : {""s,
                                  " "s,
                                  "nul"s,
                                  "nulll"s,
                                  "True"s,
                                  "01"s,
                                  "-01"s,
                                  "00"s,
                                  "-"s,
                                  "+1"s,
                                  ".5"s,
                                  "1."s,
                                  "1.e5"s,
                                  "1e"s,
                                  "1e+"s,
                                  "0x1"s,
                                  "NaN"s,
                                  "Infinity"s,
                                  "1 2"s,
                                  "["s,
                                  "]"s,
                                  "[1"s,
                                  "[1,"s,
                                  "[1,]"s,
                                  "[,1]"s,
                                  "[1 2]"s,
                                  "[1}"s,
                                  "{"s,
                                  "}"s,
                                  "{1:2}"s,
                                  "{\"a\"}"s,
                                  "{\"a\":}"s,
                                  "{\"a\":1,}"s,
                                  "{\"a\":1"s,
                                  "{\"a\" 1}"s,
                                  "{a:1}"s,
                                  "{\"a\":1]"s,
                                  "\""s,
                                  "\"a"s,
                                  "'a'"s,
                                  "\"\\"s,
                                  "\"\\\""s,
                                  R"("\x")"s,
                                  R"("\u12")"s,
                                  R"("\u12g4")"s,
                                  R"("\u-123")"s,
                                  R"("\u+123")"s,
                                  "\"\n\""s,
                                  "\"\x1F\""s,
                                  "\"\0\""s,
                                  "1\0"s,
                                  "[1]\0"s,
                                  "// c\n1"s,
                                  "[1/**/]"s,
                                  "\xEF\xBB\xBF[]"s,
                                  "\v1"s,
                                  "\f1"s,
                                  "\xC2\xA0[]"s}) {
    EXPECT_NE(json_error(text), "") << text;
    EXPECT_FALSE(rapidjson_accepts(text)) << text;
  }
}

TEST(JsonScanner, RefusesInvalidUtf8) {
  for (const char* bytes :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2 ", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xED\xBF\xBF",
        "\xE2\x82", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xF0\x9F\x98", "\xFF"})
    EXPECT_EQ(json_error("\""s + bytes + "\""), "invalid JSON at byte 1: invalid UTF-8");
}

TEST(JsonScanner, RefusesLoneSurrogates) {
  for (const char* text :
       {R"("\ud800")", R"("\udc00")", R"("\ud800\ud800")", R"("\udc00\ud800")", R"("\ud800x")",
        R"("\ud800\n")", R"("\uDBFF\uE000")", R"("\ud800\u")", R"("\ud800)"})
    EXPECT_EQ(json_error(text), "invalid JSON at byte 1: lone surrogate") << text;
}

TEST(JsonScanner, RefusesNumbersThatAreNoDouble) {
  const std::string digits308 = "9" + std::string(307, '9');
  for (const std::string& text :
       {"1e308"s, "1.7976931348623157e308"s, "-1.7976931348623157e308"s, "0.01e308"s, digits308,
        digits308 + "e-400", "17e307"s, "1e0000000000000000000000308"s})
    EXPECT_EQ(json_error(text), "") << text;
  for (const std::string& text :
       {"1e309"s, "1e999"s, "-1e999"s, "1.7976931348623159e308"s, "18e307"s, "100e307"s,
        "1e99999999999999999999999"s, "1e9223372036854775807"s, digits308 + "0", digits308 + "e1", "0e309"s})
    EXPECT_THAT(json_error(text), testing::EndsWith("number out of range")) << text;
}

TEST(JsonScanner, NamesTheNumbersThatPythonWritesAndJsonDoesNotHave) {
  for (const std::string& number : {"NaN"s, "Infinity"s, "-Infinity"s}) {
    JsonScanner scanner(number, 128);
    EXPECT_FALSE(scanner.skip_value());
    EXPECT_EQ(scanner.error(), "invalid JSON at byte 0: " + number + " is no JSON");
    EXPECT_TRUE(scanner.is_refusable());
  }
  for (const std::string& text : {"nan"s, "-NaN"s, "Inf"s, "-"s, "undefined"s}) {
    JsonScanner scanner(text, 128);
    EXPECT_FALSE(scanner.skip_value());
    EXPECT_FALSE(scanner.is_refusable()) << text;
  }
}

// Debian's RapidJSON reads or writes out of bounds when it converts these itself.
TEST(JsonScanner, AcceptsTheNumbersThatCrashRapidJson) {
  for (const char* text :
       {"128.74836467836484838364836483643636483648e-336", "0.0000074836628E-2147483636", "1e-2147483649"})
    EXPECT_EQ(json_error(text), "") << text;
}

TEST(JsonScanner, CountsTheNestingOfContainers) {
  const auto nested = [](size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_EQ(json_error(nested(128)), "");
  EXPECT_THAT(json_error(nested(129)), testing::EndsWith("nested too deeply (max_depth)"));
  std::string dictionaries;
  for (int i = 0; i < 128; ++i) dictionaries += "{\"a\":";
  EXPECT_EQ(json_error(dictionaries + "1" + std::string(128, '}')), "");
  EXPECT_THAT(json_error("[" + dictionaries + "1" + std::string(128, '}') + "]"),
              testing::EndsWith("nested too deeply (max_depth)"));
  std::string side_by_side = "[";
  for (int i = 0; i < 1000; ++i) side_by_side += "[[]],";
  EXPECT_EQ(json_error(side_by_side + "1]"), "");
}

TEST(JsonScanner, TakesNoMoreThanItsOwnLimitOfDepth) {
  const std::string text(100000, '[');
  JsonScanner scanner(text, 1000000);
  EXPECT_FALSE(scanner.skip_value());
  EXPECT_EQ(scanner.error(), "invalid JSON at byte 1024: nested too deeply (max_depth)");
}

TEST(JsonScanner, TellsWhereItFailed) {
  EXPECT_EQ(json_error("[1, 2,, 3]"), "invalid JSON at byte 6: expected a value");
  EXPECT_EQ(json_error("{\"a\";1}"), "invalid JSON at byte 4: expected ':'");
  EXPECT_EQ(json_error("[\"abc"), "invalid JSON at byte 5: unterminated string");
}

}  // namespace
}  // namespace serializers
