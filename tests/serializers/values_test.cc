// Options, details and arguments as our own values.
#include "serializers/serializer.h"

namespace serializers {
namespace {

using namespace std::string_literals;
using wamp::Binary;
using wamp::Dict;
using wamp::List;
using wamp::Value;

Dict options_of(Format format, const std::string& bytes) {
  Scratch scratch;
  const auto message = decode(format, bytes, scratch);
  EXPECT_TRUE(message) << message.error().message;
  return message ? std::get<wamp::Cancel>(*message).options : Dict();
}

TEST(Values, AreReadFromJsonOptions) {
  const Dict options = options_of(
      Format::json,
      R"([49,1,{"a":null,"b":true,"c":-1,"d":9223372036854775808,"e":1.0,"f":"\u00e9","g":"\u0000AQI=","h":[[],{}]}])");
  EXPECT_EQ(options, (Dict{{"a", Value()},
                           {"b", true},
                           {"c", -1},
                           {"d", Value(uint64_t{1} << 63)},
                           {"e", 1.0},
                           {"f", "é"},
                           {"g", Binary{"\x01\x02"}},
                           {"h", List{List(), Dict()}}}));
}

TEST(Values, AreReadFromMessagePackOptions) {
  const Dict options = options_of(Format::msgpack,
                                  "\x93\x31\x01\x88\xA1"
                                  "a\xC0\xA1"
                                  "b\xC3\xA1"
                                  "c\xFF\xA1"
                                  "d\xCF\x80\x00\x00\x00\x00\x00\x00\x00"
                                  "\xA1"
                                  "e\xCA\x3F\x80\x00\x00\xA1"
                                  "f\xA2é\xA1g\xC4\x02\x01\x02\xA1h\x92\x90\x80"s);
  EXPECT_EQ(options, (Dict{{"a", Value()},
                           {"b", true},
                           {"c", -1},
                           {"d", Value(uint64_t{1} << 63)},
                           {"e", 1.0},
                           {"f", "é"},
                           {"g", Binary{"\x01\x02"}},
                           {"h", List{List(), Dict()}}}));
}

TEST(Values, AreReadFromCborOptions) {
  const Dict options =
      options_of(Format::cbor,
                 "\x9F\x18\x31\x01\xBF\x61"
                 "a\xF6\x7F\x60\x61"
                 "b\xFF\xF5\x61"
                 "c\x20\x61"
                 "d\xC2\x48\x80\x00\x00\x00\x00\x00\x00\x00"
                 "\x61"
                 "e\xF9\x3C\x00\x61"
                 "f\x7F\x62é\xFF\x61g\x5F\x41\x01\x41\x02\xFF\x61h\x82\x9F\xFF\xA0\xFF\xFF"s);
  EXPECT_EQ(options, (Dict{{"a", Value()},
                           {"b", true},
                           {"c", -1},
                           {"d", Value(uint64_t{1} << 63)},
                           {"e", 1.0},
                           {"f", "é"},
                           {"g", Binary{"\x01\x02"}},
                           {"h", List{List(), Dict()}}}));
}

TEST(Values, HaveOneTypeForOneInteger) {
  EXPECT_EQ(options_of(Format::msgpack,
                       "\x93\x31\x01\x81\xA1"
                       "a\xCF\x00\x00\x00\x00\x00\x00\x00\x05"s),
            (Dict{{"a", 5}}));
  EXPECT_EQ(options_of(Format::msgpack,
                       "\x93\x31\x01\x81\xA1"
                       "a\xD0\x05"s),
            (Dict{{"a", 5}}));
  EXPECT_EQ(options_of(Format::json, R"([49,1,{"a":9223372036854775807}])"), (Dict{{"a", Value(INT64_MAX)}}));
  EXPECT_EQ(options_of(Format::json, R"([49,1,{"a":18446744073709551615}])"),
            (Dict{{"a", Value(UINT64_MAX)}}));
  EXPECT_EQ(options_of(Format::json, R"([49,1,{"a":18446744073709551616}])"),
            (Dict{{"a", 18446744073709551616.0}}));
}

TEST(Values, StayStringsIfTheyOnlyBeginLikeBinaryData) {
  EXPECT_EQ(options_of(Format::json,
                       R"([49,1,{"a":"\u0000A","b":"\u0000AQI","c":"\u0000A===","d":"x\u0000AQI="}])"),
            (Dict{{"a", "\0A"s}, {"b", "\0AQI"s}, {"c", "\0A==="s}, {"d", "x\0AQI="s}}));
  EXPECT_EQ(options_of(Format::msgpack,
                       "\x93\x31\x01\x81\xA1"
                       "a\xA5\x00"
                       "AQI="s),
            (Dict{{"a", "\0AQI="s}}));
}

// wampy sends JavaScript's undefined for options that are not given.
TEST(Values, OfUndefinedOptionsAreAbsent) {
  EXPECT_EQ(options_of(Format::msgpack,
                       "\x93\x31\x01\x83\xA1"
                       "a\xD4\x00\x00\xA1"
                       "b\x01\xA1"
                       "c\x81\xA1"
                       "d\xD4\x00\x00"s),
            (Dict{{"b", 1}, {"c", Dict()}}));
  EXPECT_EQ(options_of(Format::msgpack,
                       "\x93\x31\x01\x81\xA1"
                       "a\x91\xD4\x00\x00"s),
            (Dict{{"a", List{Value()}}}));
  EXPECT_EQ(options_of(Format::cbor,
                       "\x83\x18\x31\x01\xA3\x61"
                       "a\xF7\x61"
                       "b\x01\x61"
                       "c\xA1\x61"
                       "d\xF7"s),
            (Dict{{"b", 1}, {"c", Dict()}}));
  EXPECT_EQ(options_of(Format::cbor,
                       "\x83\x18\x31\x01\xA1\x61"
                       "a\x81\xF7"s),
            (Dict{{"a", List{Value()}}}));
}

TEST(Values, OfADuplicateKeyAreTheLastOne) {
  EXPECT_EQ(*options_of(Format::json, R"([49,1,{"a":1,"a":2}])").find("a"), Value(2));
}

TEST(Values, OfEmptyDictionariesWithSpaceInThemAreEmpty) {
  EXPECT_TRUE(options_of(Format::json, "[49,1,{ \n}]").empty());
  EXPECT_TRUE(options_of(Format::msgpack, "\x93\x31\x01\xDE\x00\x00"s).empty());
}

TEST(Values, InUrisMayBeEscaped) {
  Scratch scratch;
  const auto message = decode(Format::json, R"([48,1,{},"com\u002emyapp.\u00e9\"","\/"])", scratch);
  EXPECT_FALSE(message);
  const auto call = decode(Format::json, R"([48,1,{},"com\u002emyapp.\u00e9\""])", scratch);
  ASSERT_TRUE(call);
  EXPECT_EQ(std::get<wamp::Call>(*call).procedure, "com.myapp.é\"");
  const auto hello = decode(Format::json, R"([1,"\u0000AQI=",{}])", scratch);
  ASSERT_TRUE(hello);
  EXPECT_EQ(std::get<wamp::Hello>(*hello).realm, "\0AQI="s);
  EXPECT_EQ(scratch.strings.size(), 1u);
}

class ArgumentValues : public testing::TestWithParam<Format> {};

INSTANTIATE_TEST_SUITE_P(Formats, ArgumentValues, testing::ValuesIn(all_formats),
                         [](const auto& format) { return std::string(name(format.param)); });

TEST_P(ArgumentValues, ComeBackAsTheyWere) {
  const List args = {
      Value(), true, -1, Value(UINT64_MAX), 1.0, -0.0, "text \"\n", Binary{"\x00\xFF"s}, List{Value(List())},
      Dict()};
  const Dict kwargs = {{"a", 1}, {"b", Dict{{"c", List{}}}}};
  for (const Arguments& arguments :
       {Arguments{}, Arguments{args, {}}, Arguments{{}, kwargs}, Arguments{args, kwargs}}) {
    std::string bytes;
    const uint8_t count = encode_arguments(GetParam(), arguments, bytes);
    EXPECT_EQ(count, !arguments.kwargs.empty() ? 2 : !arguments.args.empty() ? 1 : 0);
    const Arguments decoded = decode_arguments(GetParam(), {bytes, count});
    EXPECT_EQ(decoded.args, arguments.args);
    EXPECT_EQ(decoded.kwargs, arguments.kwargs);
  }
}

TEST_P(ArgumentValues, AreAnEmptyListBeforeKeywordArguments) {
  std::string bytes;
  EXPECT_EQ(encode_arguments(GetParam(), {{}, {{"a", 1}}}, bytes), 2);
  const std::string expected[] = {"[],{\"a\":1}",
                                  "\x90\x81\xA1"
                                  "a\x01",
                                  "\x80\xA1\x61"
                                  "a\x01"};
  EXPECT_EQ(bytes, expected[static_cast<size_t>(GetParam())]);
}

TEST(PayloadBytes, AreTheSliceOfTheFrame) {
  Scratch scratch;
  const auto payload = [&scratch](Format format, const std::string& bytes) {
    const auto message = decode(format, bytes, scratch);
    EXPECT_TRUE(message) << message.error().message;
    const wamp::Payload found = std::get<wamp::Yield>(*message).payload;
    return std::to_string(found.count) + ":" + std::string(found.bytes);
  };
  EXPECT_EQ(payload(Format::json, "[70,1,{}]"), "0:");
  EXPECT_EQ(payload(Format::json, "[70,1,{} , [ ] ]"), "1:[ ]");
  EXPECT_EQ(payload(Format::json, "[70,1,{},\n[ 1.50, \"\\u0041\" ] ,\t{ \"a\":1E2 }\r]"),
            "2:[ 1.50, \"\\u0041\" ] ,\t{ \"a\":1E2 }");
  EXPECT_EQ(payload(Format::msgpack, "\x93\x46\x01\x80"), "0:");
  EXPECT_EQ(payload(Format::msgpack, "\x94\x46\x01\x80\xDC\x00\x01\xCC\x01"s), "1:\xDC\x00\x01\xCC\x01"s);
  EXPECT_EQ(payload(Format::msgpack, "\x95\x46\x01\x80\x90\xDE\x00\x00"s), "2:\x90\xDE\x00\x00"s);
  EXPECT_EQ(payload(Format::cbor, "\x83\x18\x46\x01\xA0"s), "0:");
  EXPECT_EQ(payload(Format::cbor, "\x9F\x18\x46\x01\xA0\xFF"s), "0:");
  EXPECT_EQ(payload(Format::cbor, "\x84\x18\x46\x01\xA0\x98\x01\x18\x01"s), "1:\x98\x01\x18\x01"s);
  EXPECT_EQ(payload(Format::cbor, "\x9F\x18\x46\x01\xA0\x9F\xFF\xBF\xFF\xFF"s), "2:\x9F\xFF\xBF\xFF"s);
}

}  // namespace
}  // namespace serializers
