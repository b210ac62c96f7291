// Bytes that brought other routers down.
#include "serializers/serializer.h"

namespace serializers {
namespace {

using namespace std::string_literals;

std::string error(Format format, std::string_view bytes, const Limits& limits = {}) {
  Scratch scratch;
  const auto message = decode(format, bytes, scratch, limits);
  return message ? "" : message.error().message;
}

TEST(HostileInput, IsNestedAHundredThousandTimes) {
  for (const std::string& part : {"["s, "{\"a\":"s, "[{\"a\":"s}) {
    std::string bytes;
    for (int i = 0; i < 100000; ++i) bytes += part;
    EXPECT_NE(error(Format::json, bytes), "");
    for (const std::string& before : {"[48,1,"s, "[48,1,{},\"a\","s, "[48,1,{\"a\":"s, "[48,1,{},\"a\",[],"s})
      EXPECT_NE(error(Format::json, before + bytes), "");
  }
  for (const char tag : {'\x91', '\x81'}) {
    const std::string bytes(100000, tag);
    EXPECT_NE(error(Format::msgpack, bytes), "");
    for (const std::string& before : {"\x93\x30\x01"s,
                                      "\x95\x30\x01\x80\xA1"
                                      "a"s,
                                      "\x94\x30\x01\x81\xA1"
                                      "a"s})
      EXPECT_NE(error(Format::msgpack, before + bytes), "");
  }
}

TEST(HostileInput, IsCborNestedAHundredThousandTimes) {
  for (const char head : {'\x81', '\x9F', '\xA1', '\xBF', '\xC1', '\x5F', '\x7F'}) {
    const std::string bytes(100000, head);
    EXPECT_NE(error(Format::cbor, bytes), "");
    for (const std::string& before :
         {"\x83\x18\x30\x01"s, "\x9F\x18\x30\x01"s, "\x85\x18\x30\x01\xA0\x61\x61"s,
          "\x84\x18\x30\x01\xA1\x61\x61"s, "\x9F\x18\x30\x01\xA0"s, "\x9F\x18"s, "\x9F"s})
      EXPECT_NE(error(Format::cbor, before + bytes), "");
  }
}

TEST(HostileInput, AnnouncesMoreCborThanItHas) {
  for (const std::string& bytes :
       {"\x9B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s, "\x99\xFF\xFF"s,
        "\x83\x18\x30\x01\xBB\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s,
        "\x85\x18\x30\x01\xA0\x7B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x61"s, "\x9F\x18\x30\x01\xA0\x61\x61"s,
        "\x9F\x18\x30\x01\xA0\x61\x61\x80"s, "\x9F\x18\x30"s, "\x9F"s,
        "\x85\x18\x30\x01\xA0\x61\x61\x81\x5A\xFF\xFF\xFF\xFF"s})
    EXPECT_THAT(error(Format::cbor, bytes), testing::EndsWith("unexpected end"))
        << testing::PrintToString(bytes);
}

TEST(HostileInput, AnnouncesMoreThanItHas) {
  for (const std::string& bytes :
       {"\xDD\xFF\xFF\xFF\xFF"s, "\xDC\xFF\xFF"s, "\x93\x30\x01\xDF\xFF\xFF\xFF\xFF"s,
        "\x95\x30\x01\x80\xA1"
        "a\xDD\xFF\xFF\xFF\xFF"s,
        "\x95\x30\x01\x80\xDB\xFF\xFF\xFF\xFF"
        "a\x90"s,
        "\x95\x30\x01\x80\xA1"
        "a\x91\xC6\xFF\xFF\xFF\xFF"s,
        "\x95\x30\x01\x80\xA1"
        "a\x91\xC9\xFF\xFF\xFF\xFF"s,
        "\x95\x30\x01\x80\xA1"
        "a\x91\xDF\x7F\xFF\xFF\xFF"s})
    EXPECT_THAT(error(Format::msgpack, bytes), testing::EndsWith("unexpected end"))
        << testing::PrintToString(bytes);
}

TEST(HostileInput, HasNumbersThatCrashRapidJson) {
  for (const char* number :
       {"128.74836467836484838364836483643636483648e-336", "0.0000074836628E-2147483636"}) {
    const std::string json = "[48,1,{\"a\":"s + number + "},\"a\",["s + number + "]]";
    Scratch scratch;
    const auto message = decode(Format::json, json, scratch);
    ASSERT_TRUE(message);
    const auto& call = std::get<wamp::Call>(*message);
    EXPECT_EQ(*call.options.find("a"), wamp::Value(0.0));
    EXPECT_EQ(decode_arguments(Format::json, call.payload).args, wamp::List{0.0});
  }
  EXPECT_NE(error(Format::json, "[48,1,{},\"a\",[1." + std::string(1000, '9') + "e308,2e308]]"), "");
}

TEST(HostileInput, IsOneLongNumber) {
  const std::string digits(1000000, '1');
  EXPECT_NE(error(Format::json, "[48,1,{},\"a\",[" + digits + "]]"), "");
  EXPECT_EQ(error(Format::json, "[48,1,{},\"a\",[1." + digits + "e308]]"), "");
  EXPECT_EQ(error(Format::json, "[48," + digits + ",{},\"a\"]"),
            "CALL.Request: invalid JSON at byte 4: number out of range");
}

TEST(HostileInput, HasAUriOfAMegabyte) {
  const std::string uri(1 << 20, 'a');
  EXPECT_EQ(error(Format::json, "[48,1,{},\"" + uri + "\"]"), "");
  EXPECT_EQ(error(Format::json, "[48,1,{},\"" + uri + "\\n\"]"), "");
}

TEST(HostileInput, IsStoppedByALimitOfDepthThatLeavesNoRoom) {
  EXPECT_NE(error(Format::json, "[48,1,{},\"a\"]", {.max_depth = 1}), "");
  EXPECT_NE(error(Format::msgpack,
                  "\x94\x30\x01\x80\xA1"
                  "a",
                  {.max_depth = 1}),
            "");
  EXPECT_EQ(error(Format::json, "[48,1,{},\"a\"]", {.max_depth = 2}), "");
  EXPECT_EQ(error(Format::msgpack,
                  "\x94\x30\x01\x80\xA1"
                  "a",
                  {.max_depth = 2}),
            "");
}

}  // namespace
}  // namespace serializers
