// A payload in CBOR says the same in the other formats.
#include "serializers/serializer.h"
#include "tests/serializers/differential.h"

namespace serializers {
namespace {

using namespace std::string_literals;

// The value as the only argument.
std::string to_cbor(const std::string& json) {
  const std::string bytes = transcoded(Format::json, Format::cbor, {json, 1});
  EXPECT_TRUE(bytes.starts_with("\x9F"s) && bytes.ends_with("\xFF"s)) << testing::PrintToString(bytes);
  return bytes.substr(1, bytes.size() - 2);
}

std::string from_cbor(const std::string& cbor) {
  const std::string payload = "\x81" + cbor;
  EXPECT_TRUE(is_payload(Format::cbor, {payload, 1}, {})) << testing::PrintToString(payload);
  const std::string bytes = transcoded(Format::cbor, Format::json, {payload, 1});
  return bytes.substr(1, bytes.size() - 2);
}

struct CborPair {
  std::string json;
  std::string cbor;
};

// What has one form in each format.
const std::vector<CborPair> cbor_scalars = {
    {"null", "\xF6"s},
    {"false", "\xF4"s},
    {"true", "\xF5"s},
    {"0", "\x00"s},
    {"23", "\x17"s},
    {"24", "\x18\x18"s},
    {"255", "\x18\xFF"s},
    {"256", "\x19\x01\x00"s},
    {"65535", "\x19\xFF\xFF"s},
    {"65536", "\x1A\x00\x01\x00\x00"s},
    {"4294967295", "\x1A\xFF\xFF\xFF\xFF"s},
    {"4294967296", "\x1B\x00\x00\x00\x01\x00\x00\x00\x00"s},
    {"9223372036854775807", "\x1B\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s},
    {"18446744073709551615", "\x1B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s},
    {"-1", "\x20"s},
    {"-24", "\x37"s},
    {"-25", "\x38\x18"s},
    {"-256", "\x38\xFF"s},
    {"-257", "\x39\x01\x00"s},
    {"-9223372036854775808", "\x3B\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s},
    {"1.0", "\xFB\x3F\xF0\x00\x00\x00\x00\x00\x00"s},
    {"-0.0", "\xFB\x80\x00\x00\x00\x00\x00\x00\x00"s},
    {"0.1", "\xFB\x3F\xB9\x99\x99\x99\x99\x99\x9A"s},
    {R"("")", "\x60"s},
    {R"("Jürgen €😀")", "\x6FJürgen €😀"s},
    {R"("\u0000")", "\x40"s},
    {R"("\u0000AQL/")", "\x43\x01\x02\xFF"s},
    {R"("\u0000no base64")", "\x6A\x00no base64"s},
};

TEST(CborTranscode, SaysEveryScalarInBothFormats) {
  for (const CborPair& pair : cbor_scalars) {
    EXPECT_EQ(to_cbor("[" + pair.json + "]"), pair.cbor) << pair.json;
    EXPECT_EQ(from_cbor(pair.cbor), pair.json);
  }
}

TEST(CborTranscode, ReadsTheOtherForms) {
  const std::vector<CborPair> forms = {
      {"1", "\x1B\x00\x00\x00\x00\x00\x00\x00\x01"s},
      {"-1", "\x38\x00"s},
      {"1.0", "\xF9\x3C\x00"s},
      {"-4.0", "\xF9\xC4\x00"s},
      {"5.960464477539063e-08", "\xF9\x00\x01"s},
      {"0.10000000149011612", "\xFA\x3D\xCC\xCC\xCD"s},
      {R"("ab")", "\x7F\x61\x61\x60\x61\x62\xFF"s},
      {R"("")", "\x7F\xFF"s},
      {R"("\u0000AQI=")", "\x5F\x41\x01\x41\x02\xFF"s},
      {R"("\u0000")", "\x5F\xFF"s},
      {"[]", "\x9F\xFF"s},
      {"[1,[2,[]]]", "\x9F\x01\x82\x02\x9F\xFF\xFF"s},
      {"{}", "\xBF\xFF"s},
      {R"({"a":1,"b":[2],"c":{}})", "\xBF\x61\x61\x01\x7F\x61\x62\xFF\x9F\x02\xFF\x61\x63\xA0\xFF"s},
  };
  for (const CborPair& form : forms) EXPECT_EQ(from_cbor(form.cbor), form.json);
}

TEST(CborTranscode, SaysTheNextBestWhereJsonHasNoWord) {
  EXPECT_EQ(from_cbor("\xF9\x7E\x00"s), "null");
  EXPECT_EQ(from_cbor("\xFA\xFF\x80\x00\x00"s), "null");
  EXPECT_EQ(from_cbor("\xF7"), "null");
  EXPECT_EQ(from_cbor("\x3B\x80\x00\x00\x00\x00\x00\x00\x00"s), "-9223372036854775808.0");
  EXPECT_EQ(from_cbor("\x3B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s), "-18446744073709551616.0");
}

TEST(CborTranscode, DropsTagsAndKeepsTheirContent) {
  EXPECT_EQ(from_cbor("\xC0\x61\x61"), R"("a")");
  EXPECT_EQ(from_cbor("\xC1\x05"), "5");
  EXPECT_EQ(from_cbor("\xC6\x05"), "5");
  EXPECT_EQ(from_cbor("\xD4\x81\xD0\x05"), "[5]");
  EXPECT_EQ(from_cbor("\xD8\x25\x41\x01"), R"("\u0000AQ==")");
  EXPECT_EQ(from_cbor("\xC4\x82\x20\x03"), "[-1,3]");
  EXPECT_EQ(from_cbor("\xD9\xD9\xF7\xC1\x9F\xC1\x01\xFF"), "[1]");
  EXPECT_EQ(from_cbor("\xA1\xC1\x61\x61\xC1\x01"), R"({"a":1})");
}

TEST(CborTranscode, MakesNumbersOfBignums) {
  EXPECT_EQ(from_cbor("\xC2\x40"), "0");
  EXPECT_EQ(from_cbor("\xC3\x40"), "-1");
  EXPECT_EQ(from_cbor("\xC2\x42\x01\x00"s), "256");
  EXPECT_EQ(from_cbor("\xC3\x42\x01\x00"s), "-257");
  EXPECT_EQ(from_cbor("\xC2\x5F\x41\x01\x41\x00\xFF"s), "256");
  EXPECT_EQ(from_cbor("\xC2\x4A\x00\x00\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s), "18446744073709551615");
  EXPECT_EQ(from_cbor("\xC3\x48\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s), "-9223372036854775808");
  EXPECT_EQ(from_cbor("\xC2\x49\x01\x00\x00\x00\x00\x00\x00\x00\x00"s), "18446744073709551616.0");
  EXPECT_EQ(from_cbor("\xC3\x49\x01\x00\x00\x00\x00\x00\x00\x00\x00"s), "-18446744073709551616.0");
  EXPECT_EQ(from_cbor("\xC2\x59\x04\x00"s + std::string(1024, '\x01')), "null");
  EXPECT_EQ(from_cbor("\xC2\x05"), "5");
  EXPECT_EQ(from_cbor("\xC2\x81\x41\x05"), R"(["\u0000BQ=="])");
}

TEST(CborTranscode, MakesStringsOfKeys) {
  const auto key = [](const std::string& cbor) { return from_cbor("\xA1" + cbor + "\x01"); };
  EXPECT_EQ(key("\x61\x61"), R"({"a":1})");
  EXPECT_EQ(key("\x7F\x61\x61\x61\x62\xFF"), R"({"ab":1})");
  EXPECT_EQ(key("\x60"), R"({"":1})");
  EXPECT_EQ(key("\x05"), R"({"5":1})");
  EXPECT_EQ(key("\x20"), R"({"-1":1})");
  EXPECT_EQ(key("\xF6"), R"({"null":1})");
  EXPECT_EQ(key("\xF7"), R"({"null":1})");
  EXPECT_EQ(key("\xF5"), R"({"true":1})");
  EXPECT_EQ(key("\xF9\x3C\x00"s), R"({"1.0":1})");
  EXPECT_EQ(key("\xC2\x42\x01\x00"s), R"({"256":1})");
  EXPECT_EQ(key("\x80"), R"({"[]":1})");
  EXPECT_EQ(key("\x9F\xFF"), R"({"[]":1})");
  EXPECT_EQ(key("\x82\x61\x61\x41\x01"), R"({"[\"a\",\"\\u0000AQ==\"]":1})");
  EXPECT_EQ(key("\xBF\x01\x61\x62\x81\x61\x63\x03\xFF"), R"({"[1,\"b\",[\"c\"],3]":1})");
  EXPECT_EQ(key("\xA1\xA1\x01\x02\x03"), R"({"[[1,2],3]":1})");
  EXPECT_EQ(key("\x42\x01\x02"), R"({"\u0000AQI=":1})");
}

TEST(CborTranscode, GoesBothWaysToMessagePack) {
  for (const CborPair& pair : cbor_scalars) {
    const std::string json = "[" + pair.json + ",{\"k\":[" + pair.json + "]}]";
    const std::string msgpack = transcoded(Format::json, Format::msgpack, {json, 1});
    const std::string cbor = transcoded(Format::msgpack, Format::cbor, {msgpack, 1});
    EXPECT_EQ(cbor, "\x82" + pair.cbor + "\xA1\x61k\x81" + pair.cbor) << json;
    EXPECT_EQ(transcoded(Format::cbor, Format::msgpack, {cbor, 1}), msgpack) << json;
  }
}

// The header of a container of unknown size has 16 bits at first.
TEST(CborTranscode, MakesRoomForTheSizeOfALargeContainer) {
  for (const size_t size : std::vector<size_t>{65535, 65536, 70000}) {
    std::string cbor = "\x82\x9F" + std::string(size, '\x01') + "\xFF\xBF";
    for (size_t i = 0; i < size; ++i) cbor += "\x61k\xF6";
    cbor += "\xFF";
    const std::string msgpack = transcoded(Format::cbor, Format::msgpack, {cbor, 1});
    EXPECT_TRUE(is_payload(Format::msgpack, {msgpack, 1}, {}));
    EXPECT_EQ(transcoded(Format::msgpack, Format::json, {msgpack, 1}),
              transcoded(Format::cbor, Format::json, {cbor, 1}));
  }
}

TEST(CborTranscode, KeepsTheNumberOfElementsOfAPayload) {
  EXPECT_EQ(transcoded(Format::cbor, Format::json, {"", 0}), "");
  EXPECT_EQ(transcoded(Format::cbor, Format::json, {"\x80\xA0", 2}), "[],{}");
  EXPECT_EQ(transcoded(Format::cbor, Format::json, {"\x9F\x01\xFF\xBF\xFF", 2}), "[1],{}");
  EXPECT_EQ(transcoded(Format::json, Format::cbor, {"[1],{\"a\":2}", 2}), "\x9F\x01\xFF\xBF\x61\x61\x02\xFF");
}

TEST(CborTranscode, GoesToTheLimitOfDepth) {
  const std::string cbor = std::string(500, '\x81') + std::string(500, '\x9F') + std::string(500, '\xFF');
  EXPECT_EQ(transcoded(Format::cbor, Format::json, {cbor, 1}),
            std::string(1000, '[') + std::string(1000, ']'));
}

}  // namespace
}  // namespace serializers
