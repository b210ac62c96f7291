// A payload says the same in the other format.
#include "serializers/json/json_writer.h"
#include "serializers/serializer.h"
#include "tests/serializers/differential.h"

namespace serializers {
namespace {

using namespace std::string_literals;

// The value as the only argument.
std::string to_msgpack(const std::string& json) {
  const std::string bytes = transcoded(Format::json, Format::msgpack, {json, 1});
  // The header of the list, and of it the length.
  EXPECT_TRUE(bytes.starts_with("\xDC\x00\x01"s)) << testing::PrintToString(bytes);
  return bytes.substr(3);
}

std::string from_msgpack(const std::string& msgpack) {
  const std::string bytes = transcoded(Format::msgpack, Format::json, {msgpack, 1});
  return bytes.substr(1, bytes.size() - 2);
}

struct Pair {
  std::string json;
  std::string msgpack;
};

// What has one form in each format.
const std::vector<Pair> scalars = {
    {"null", "\xC0"s},
    {"false", "\xC2"s},
    {"true", "\xC3"s},
    {"0", "\x00"s},
    {"127", "\x7F"s},
    {"128", "\xCC\x80"s},
    {"255", "\xCC\xFF"s},
    {"256", "\xCD\x01\x00"s},
    {"65535", "\xCD\xFF\xFF"s},
    {"65536", "\xCE\x00\x01\x00\x00"s},
    {"4294967295", "\xCE\xFF\xFF\xFF\xFF"s},
    {"4294967296", "\xCF\x00\x00\x00\x01\x00\x00\x00\x00"s},
    {"9223372036854775807", "\xCF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s},
    {"9223372036854775808", "\xCF\x80\x00\x00\x00\x00\x00\x00\x00"s},
    {"18446744073709551615", "\xCF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s},
    {"-1", "\xFF"s},
    {"-32", "\xE0"s},
    {"-33", "\xD0\xDF"s},
    {"-128", "\xD0\x80"s},
    {"-129", "\xD1\xFF\x7F"s},
    {"-32768", "\xD1\x80\x00"s},
    {"-32769", "\xD2\xFF\xFF\x7F\xFF"s},
    {"-2147483648", "\xD2\x80\x00\x00\x00"s},
    {"-2147483649", "\xD3\xFF\xFF\xFF\xFF\x7F\xFF\xFF\xFF"s},
    {"-9223372036854775808", "\xD3\x80\x00\x00\x00\x00\x00\x00\x00"s},
    {"1.0", "\xCB\x3F\xF0\x00\x00\x00\x00\x00\x00"s},
    {"0.0", "\xCB\x00\x00\x00\x00\x00\x00\x00\x00"s},
    {"-0.0", "\xCB\x80\x00\x00\x00\x00\x00\x00\x00"s},
    {"0.1", "\xCB\x3F\xB9\x99\x99\x99\x99\x99\x9A"s},
    {"1e+100", "\xCB\x54\xB2\x49\xAD\x25\x94\xC3\x7D"s},
    {"5e-324", "\xCB\x00\x00\x00\x00\x00\x00\x00\x01"s},
    {"1.7976931348623157e+308", "\xCB\x7F\xEF\xFF\xFF\xFF\xFF\xFF\xFF"s},
    {R"("")", "\xA0"s},
    {R"("a")",
     "\xA1"
     "a"s},
    {R"("Jürgen €😀")",
     "\xAF"
     "Jürgen €😀"s},
    {R"("\"\\/\b\f\n\r\t\u0001\u001f")", "\xAA\"\\/\b\f\n\r\t\x01\x1F"s},
    {R"("\u0000")", "\xC4\x00"s},
    {R"("\u0000EOP/kFMHXFJvX8BtT+N82w==")",
     "\xC4\x10\x10\xE3\xFF\x90\x53\x07\x5C\x52\x6F\x5F\xC0\x6D\x4F\xE3\x7C\xDB"s},
    {R"("\u0000no base64")", "\xAA\x00no base64"s},
};

TEST(Transcode, SaysEveryScalarInBothFormats) {
  for (const Pair& pair : scalars) {
    EXPECT_EQ(to_msgpack("[" + pair.json + "]"), pair.msgpack) << pair.json;
    EXPECT_EQ(from_msgpack("\x91" + pair.msgpack), pair.json);
  }
}

TEST(Transcode, ReadsTheOtherFormsOfJson) {
  const auto msgpack = [](const std::string& json) { return to_msgpack(" [\t" + json + "\n] "); };
  const auto float64 = [](double value) { return to_msgpack("[" + std::to_string(value) + "]"); };
  EXPECT_EQ(msgpack("1e2"), float64(100));
  EXPECT_EQ(msgpack("1E+2"), float64(100));
  EXPECT_EQ(msgpack("-2.50e0"), float64(-2.5));
  EXPECT_EQ(msgpack("-0"), "\x00"s);
  EXPECT_EQ(msgpack("18446744073709551616"), float64(18446744073709551616.0));
  EXPECT_EQ(msgpack("-9223372036854775809"), float64(-9223372036854775808.0));
  EXPECT_EQ(msgpack("1e-400"), float64(0.0));
  EXPECT_EQ(msgpack("-1e-400"), float64(-0.0));
  EXPECT_EQ(msgpack("128.74836467836484838364836483643636483648e-336"), float64(0.0));
  EXPECT_EQ(msgpack("0.0000074836628E-2147483636"), float64(0.0));
  EXPECT_EQ(msgpack(R"("\u0041\u00e9\u20AC\ud83d\ude00\/")"),
            "\xAB"
            "Aé€😀/"s);
}

TEST(Transcode, ReadsTheOtherFormsOfMessagePack) {
  const auto json = [](const std::string& msgpack) { return from_msgpack("\x91" + msgpack); };
  EXPECT_EQ(json("\xCA\x3F\x80\x00\x00"s), "1.0");
  EXPECT_EQ(json("\xCA\x3D\xCC\xCC\xCD"s), "0.10000000149011612");
  EXPECT_EQ(json("\xD3\x00\x00\x00\x00\x00\x00\x00\x01"s), "1");
  EXPECT_EQ(json("\xCF\x00\x00\x00\x00\x00\x00\x00\x01"s), "1");
  EXPECT_EQ(json("\xDB\x00\x00\x00\x01"
                 "a"s),
            "\"a\"");
  EXPECT_EQ(json("\xC6\x00\x00\x00\x01\x00"s), R"("\u0000AA==")");
  EXPECT_EQ(json("\xDD\x00\x00\x00\x01\x01"s), "[1]");
  EXPECT_EQ(json("\xDF\x00\x00\x00\x01\xA1"
                 "a\x01"s),
            R"({"a":1})");
}

TEST(Transcode, SaysTheNextBestWhereJsonHasNoWord) {
  const auto json = [](const std::string& msgpack) { return from_msgpack("\x91" + msgpack); };
  EXPECT_EQ(json("\xCB\x7F\xF8\x00\x00\x00\x00\x00\x00"s), "null");
  EXPECT_EQ(json("\xCB\x7F\xF0\x00\x00\x00\x00\x00\x00"s), "null");
  EXPECT_EQ(json("\xCA\xFF\x80\x00\x00"s), "null");
  EXPECT_EQ(json("\xD4\x00\x00"s), "null");
  EXPECT_EQ(json("\xD4\x00\x01"s), R"("\u0000AQ==")");
  EXPECT_EQ(json("\xD6\xFF\x00\x00\x00\x01"s), R"("\u0000AAAAAQ==")");
  EXPECT_EQ(json("\xC7\x00\x05"s), R"("\u0000")");
}

TEST(Transcode, MakesStringsOfKeys) {
  const auto key = [](const std::string& msgpack) { return from_msgpack("\x91\x81" + msgpack + "\x01"); };
  EXPECT_EQ(key("\xA1"
                "a"),
            R"({"a":1})");
  EXPECT_EQ(key("\xA0"), R"({"":1})");
  EXPECT_EQ(key("\x05"), R"({"5":1})");
  EXPECT_EQ(key("\xFF"), R"({"-1":1})");
  EXPECT_EQ(key("\xC0"), R"({"null":1})");
  EXPECT_EQ(key("\xC3"), R"({"true":1})");
  EXPECT_EQ(key("\xCB\x3F\xF0\x00\x00\x00\x00\x00\x00"s), R"({"1.0":1})");
  EXPECT_EQ(key("\xD4\x00\x00"s), R"({"null":1})");
  EXPECT_EQ(key("\xD4\x05\x01"s), R"({"\u0000AQ==":1})");
  EXPECT_EQ(key("\x90"), R"({"[]":1})");
  EXPECT_EQ(key("\x92\xA1"
                "a\xC4\x01\x01"),
            R"({"[\"a\",\"\\u0000AQ==\"]":1})");
  EXPECT_EQ(key("\x82\x01\xA1"
                "b\x81\xA1"
                "c\x02\x03"),
            R"({"[1,\"b\",[\"c\",2],3]":1})");
  EXPECT_EQ(from_msgpack("\x91\x82\x01\x81\x02\x03\xA1"
                         "a\x04"s),
            R"({"1":{"2":3},"a":4})");
}

TEST(Transcode, KeepsBinaryKeys) {
  const std::string json = R"([{"\u0000AQI=":1}])";
  const std::string msgpack = "\xDE\x00\x01\xC4\x02\x01\x02\x01"s;
  EXPECT_EQ(to_msgpack(json), msgpack);
  EXPECT_EQ("[" + from_msgpack("\x91" + msgpack) + "]", json);
}

TEST(Transcode, KeepsTheShapeOfContainers) {
  for (const char* json :
       {"[]", "[[]]", "[{}]", "[[],{},[[[]]]]", R"([{"a":[1,{"b":{}}],"c":[]},2,[3,[4]]])"}) {
    const std::string msgpack = transcoded(Format::json, Format::msgpack, {json, 1});
    EXPECT_EQ(transcoded(Format::msgpack, Format::json, {msgpack, 1}), json);
  }
}

TEST(Transcode, KeepsTheNumberOfElementsOfAPayload) {
  for (const auto& [json, msgpack] :
       {Pair{"[],{}", "\xDC\x00\x00\xDE\x00\x00"s}, Pair{"[1],{\"a\":2}",
                                                         "\xDC\x00\x01\x01\xDE\x00\x01\xA1"
                                                         "a\x02"s}}) {
    EXPECT_EQ(transcoded(Format::json, Format::msgpack, {json, 2}), msgpack);
    EXPECT_EQ(transcoded(Format::msgpack, Format::json, {msgpack, 2}), json);
  }
  EXPECT_EQ(transcoded(Format::json, Format::msgpack, {"[] \n, { }", 2}), "\xDC\x00\x00\xDE\x00\x00"s);
  EXPECT_EQ(transcoded(Format::json, Format::msgpack, {"", 0}), "");
  EXPECT_EQ(transcoded(Format::msgpack, Format::json, {"", 0}), "");
}

TEST(Transcode, AppendsToWhatIsThere) {
  std::string out = "before";
  transcode(Format::msgpack, Format::json, {"\x91\x01", 1}, out);
  EXPECT_EQ(out, "before[1]");
  out = "before";
  transcode(Format::json, Format::msgpack, {"[[1]]", 1}, out);
  EXPECT_EQ(out, "before\xDC\x00\x01\xDC\x00\x01\x01"s);
}

// The header of a container of unknown size has 16 bits at first.
TEST(Transcode, MakesRoomForTheSizeOfALargeContainer) {
  for (const size_t size : std::vector<size_t>{65535, 65536, 70000}) {
    std::string json = "[[[0";
    for (size_t i = 1; i < size; ++i) json += ",0";
    json += "],{";
    for (size_t i = 0; i < size; ++i) json += "\"a\":1,";
    json.back() = '}';
    json += "],7]";
    const std::string msgpack = transcoded(Format::json, Format::msgpack, {json, 1});
    EXPECT_TRUE(is_payload(Format::msgpack, {msgpack, 1}, {}));
    EXPECT_EQ(transcoded(Format::msgpack, Format::json, {msgpack, 1}), json) << size;
  }
}

TEST(Transcode, WritesStringsOfAnyLength) {
  for (const size_t size : std::vector<size_t>{0, 15, 16, 17, 31, 32, 255, 256, 65535, 65536}) {
    const std::string json =
        "[\"" + std::string(size, 'x') + "\",\"\\u0000" + std::string(size / 4 * 4, 'A') + "\"]";
    const std::string msgpack = transcoded(Format::json, Format::msgpack, {json, 1});
    EXPECT_TRUE(is_payload(Format::msgpack, {msgpack, 1}, {}));
    EXPECT_EQ(transcoded(Format::msgpack, Format::json, {msgpack, 1}), json) << size;
  }
}

TEST(Transcode, WritesNoFloatWithoutPointOrExponent) {
  for (const double value :
       {1.0, -1.0, 100.0, 1e15, 1e16, 1e17, 1e22, 1e23, 123456789012345680.0, 1e-5, 0.5}) {
    std::string out;
    JsonWriter(out).floating(value);
    EXPECT_NE(out.find_first_of(".e"), std::string::npos) << out;
    EXPECT_EQ(std::stod(out), value);
  }
}

TEST(Transcode, GoesToTheLimitOfDepth) {
  const auto repeat = [](const char* text, int times) {
    std::string all;
    for (; times > 0; --times) all += text;
    return all;
  };
  const std::string json =
      repeat("[", 100) + "{\"a\":" + repeat("[", 900) + "1" + repeat("]", 900) + "}" + repeat("]", 100);
  const std::string msgpack = transcoded(Format::json, Format::msgpack, {json, 1});
  EXPECT_EQ(transcoded(Format::msgpack, Format::json, {msgpack, 1}), json);
}

}  // namespace
}  // namespace serializers
