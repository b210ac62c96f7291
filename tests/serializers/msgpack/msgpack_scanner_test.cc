// The forms of MessagePack, and lengths that lie.
#include "serializers/msgpack/msgpack_scanner.h"

#include "tests/serializers/differential.h"

namespace serializers {
namespace {

using namespace std::string_literals;

// "" if it is accepted.
std::string msgpack_error(std::string_view bytes) {
  MsgpackScanner scanner(bytes, 128);
  if (!scanner.skip_value()) return scanner.error();
  return scanner.at_end() ? "" : "too long";
}

const std::vector<std::string> every_msgpack_form = {"\x00"s,
                                                     "\x7F"s,
                                                     "\xE0"s,
                                                     "\xFF"s,
                                                     "\xC0"s,
                                                     "\xC2"s,
                                                     "\xC3"s,
                                                     "\x80"s,
                                                     "\x90"s,
                                                     "\xA0"s,
                                                     "\xA3"
                                                     "abc"s,
                                                     "\xC4\x02"
                                                     "ab"s,
                                                     "\xC5\x00\x01"
                                                     "a"s,
                                                     "\xC6\x00\x00\x00\x01"
                                                     "a"s,
                                                     "\xC7\x02\x05"
                                                     "ab"s,
                                                     "\xC8\x00\x00\x05"s,
                                                     "\xC9\x00\x00\x00\x01\x05"
                                                     "a"s,
                                                     "\xCA"
                                                     "1234"s,
                                                     "\xCB"
                                                     "12345678"s,
                                                     "\xCC"
                                                     "1"s,
                                                     "\xCD"
                                                     "12"s,
                                                     "\xCE"
                                                     "1234"s,
                                                     "\xCF"
                                                     "12345678"s,
                                                     "\xD0"
                                                     "1"s,
                                                     "\xD1"
                                                     "12"s,
                                                     "\xD2"
                                                     "1234"s,
                                                     "\xD3"
                                                     "12345678"s,
                                                     "\xD4\x00"
                                                     "1"s,
                                                     "\xD5\x00"
                                                     "12"s,
                                                     "\xD6\x00"
                                                     "1234"s,
                                                     "\xD7\x00"
                                                     "12345678"s,
                                                     "\xD8\x00"
                                                     "1234567812345678"s,
                                                     "\xD9\x01"
                                                     "a"s,
                                                     "\xDA\x00\x01"
                                                     "a"s,
                                                     "\xDB\x00\x00\x00\x01"
                                                     "a"s,
                                                     "\xDC\x00\x01\x01"s,
                                                     "\xDD\x00\x00\x00\x01\x01"s,
                                                     "\xDE\x00\x01\x01\x02"s,
                                                     "\xDF\x00\x00\x00\x01\x01\x02"s,
                                                     "\x81\x90\x80"s,
                                                     "\x92\x91\x01\x02"s,
                                                     "\x81\xA1"
                                                     "a"
                                                     "\x92\xC0\x81\x01\xC3"s};

TEST(MsgpackScanner, AcceptsEveryForm) {
  for (const std::string& bytes : every_msgpack_form)
    EXPECT_EQ(msgpack_error(bytes), "") << testing::PrintToString(bytes);
}

TEST(MsgpackScanner, RefusesEveryFormThatIsCutOff) {
  for (const std::string& bytes : every_msgpack_form)
    for (size_t size = 0; size < bytes.size(); ++size)
      EXPECT_NE(msgpack_error(std::string_view(bytes).substr(0, size)), "")
          << testing::PrintToString(bytes) << size;
}

TEST(MsgpackScanner, StopsBehindTheValue) {
  for (const std::string& bytes : every_msgpack_form) {
    const std::string longer = bytes + "\xC1";
    MsgpackScanner scanner(longer, 128);
    EXPECT_TRUE(scanner.skip_value());
    EXPECT_EQ(scanner.position(), longer.data() + bytes.size());
  }
}

TEST(MsgpackScanner, RefusesTheReservedType) {
  EXPECT_EQ(msgpack_error("\xC1"), "invalid MessagePack at byte 0: invalid type");
  EXPECT_EQ(msgpack_error("\x92\x01\xC1"), "invalid MessagePack at byte 2: invalid type");
}

TEST(MsgpackScanner, BelievesNoLength) {
  for (const char* bytes :
       {"\xDD\xFF\xFF\xFF\xFF", "\xDF\xFF\xFF\xFF\xFF", "\xDB\xFF\xFF\xFF\xFF", "\xC6\xFF\xFF\xFF\xFF",
        "\xC9\xFF\xFF\xFF\xFF", "\xDD\x80\x01\x01\x01\x90", "\xDF\x80\x01\x01\x01\x90"})
    EXPECT_THAT(msgpack_error(bytes), testing::EndsWith("unexpected end"));
}

TEST(MsgpackScanner, ChecksTheUtf8OfStringsButNotOfBinaryData) {
  EXPECT_THAT(msgpack_error("\xA1\xFF"), testing::EndsWith("invalid UTF-8"));
  EXPECT_THAT(msgpack_error("\x81\xA1\x80\x01"), testing::EndsWith("invalid UTF-8"));
  EXPECT_THAT(msgpack_error("\xD9\x14"
                            "more than 8 bytes: \xC3"),
              testing::EndsWith("invalid UTF-8"));
  EXPECT_EQ(msgpack_error("\xC4\x01\xFF"), "");
  EXPECT_EQ(msgpack_error("\xD4\x01\xFF"), "");
}

TEST(MsgpackScanner, CountsTheNestingOfContainers) {
  EXPECT_EQ(msgpack_error(std::string(127, '\x91').append("\x90")), "");
  EXPECT_THAT(msgpack_error(std::string(128, '\x91').append("\x90")),
              testing::EndsWith("nested too deeply (max_depth)"));
  EXPECT_THAT(msgpack_error(std::string(100000, '\x91')), testing::EndsWith("nested too deeply (max_depth)"));
  EXPECT_THAT(msgpack_error(std::string(100000, '\x81')), testing::EndsWith("nested too deeply (max_depth)"));
  std::string side_by_side = "\xDC\x03\xE8";
  for (int i = 0; i < 1000; ++i) side_by_side += "\x91\x90";
  EXPECT_EQ(msgpack_error(side_by_side), "");
}

TEST(MsgpackScanner, TakesNoMoreThanItsOwnLimitOfDepth) {
  const std::string bytes(100000, '\x91');
  MsgpackScanner scanner(bytes, 1000000);
  EXPECT_FALSE(scanner.skip_value());
  EXPECT_EQ(scanner.error(), "invalid MessagePack at byte 1024: nested too deeply (max_depth)");
}

}  // namespace
}  // namespace serializers
