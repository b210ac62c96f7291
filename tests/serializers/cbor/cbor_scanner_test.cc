// The forms of CBOR, and lengths that lie.
#include "serializers/cbor/cbor_scanner.h"

#include "tests/serializers/differential.h"

namespace serializers {
namespace {

using namespace std::string_literals;

// "" if it is accepted.
std::string cbor_error(std::string_view bytes) {
  CborScanner scanner(bytes, 128);
  if (!scanner.skip_value()) return scanner.error();
  return scanner.at_end() ? "" : "too long";
}

// As in RFC 8949, appendix A, and more.
const std::vector<std::string> every_cbor_form = {"\x00"s,
                                                  "\x17"s,
                                                  "\x18\x64"s,
                                                  "\x19\x03\xE8"s,
                                                  "\x1A\x00\x0F\x42\x40"s,
                                                  "\x1B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s,
                                                  "\x20"s,
                                                  "\x38\x63"s,
                                                  "\x39\x03\xE7"s,
                                                  "\x3A\x00\x00\x00\x01"s,
                                                  "\x3B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s,
                                                  "\x40"s,
                                                  "\x42\x01\xFF"s,
                                                  "\x58\x01\xFF"s,
                                                  "\x5A\x00\x00\x00\x01\xFF"s,
                                                  "\x5B\x00\x00\x00\x00\x00\x00\x00\x01\xFF"s,
                                                  "\x5F\xFF"s,
                                                  "\x5F\x42\x01\x02\x40\x58\x01\xFF\xFF"s,
                                                  "\x60"s,
                                                  "\x62\xC3\xBC"s,
                                                  "\x78\x01\x61"s,
                                                  "\x79\x00\x01\x61"s,
                                                  "\x7A\x00\x00\x00\x01\x61"s,
                                                  "\x7F\xFF"s,
                                                  "\x7F\x62\xC3\xBC\x60\x61\x61\xFF"s,
                                                  "\x80"s,
                                                  "\x83\x01\x82\x02\x03\x82\x04\x05"s,
                                                  "\x98\x01\x01"s,
                                                  "\x9B\x00\x00\x00\x00\x00\x00\x00\x01\x01"s,
                                                  "\x9F\xFF"s,
                                                  "\x9F\x01\x82\x02\x03\x9F\x04\x05\xFF\xFF"s,
                                                  "\xA0"s,
                                                  "\xA2\x61\x61\x01\x61\x62\x82\x02\x03"s,
                                                  "\xA1\x9F\xFF\xA0"s,
                                                  "\xB8\x01\x01\x02"s,
                                                  "\xBF\xFF"s,
                                                  "\xBF\x61\x61\x01\x7F\xFF\x9F\x02\xFF\xFF"s,
                                                  "\xC0\x60"s,
                                                  "\xC1\xFB\x41\xD4\x52\xD9\xE8\x20\x00\x00"s,
                                                  "\xC2\x49\x01\x00\x00\x00\x00\x00\x00\x00\x00"s,
                                                  "\xD8\x20\xC1\x00"s,
                                                  "\xD9\xD9\xF7\x80"s,
                                                  "\xDB\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x00"s,
                                                  "\xF4"s,
                                                  "\xF5"s,
                                                  "\xF6"s,
                                                  "\xF7"s,
                                                  "\xF9\x7E\x00"s,
                                                  "\xFA\x7F\x80\x00\x00"s,
                                                  "\xFB\x40\x09\x21\xFB\x54\x44\x2D\x18"s};

TEST(CborScanner, AcceptsEveryForm) {
  for (const std::string& bytes : every_cbor_form) {
    EXPECT_EQ(cbor_error(bytes), "") << testing::PrintToString(bytes);
    EXPECT_EQ(differs_from_libcbor(bytes), "") << testing::PrintToString(bytes);
  }
}

TEST(CborScanner, RefusesEveryFormThatIsCutOff) {
  for (const std::string& bytes : every_cbor_form)
    for (size_t size = 0; size < bytes.size(); ++size) {
      const std::string_view cut = std::string_view(bytes).substr(0, size);
      EXPECT_THAT(cbor_error(cut), testing::EndsWith("unexpected end"))
          << testing::PrintToString(bytes) << size;
      EXPECT_EQ(differs_from_libcbor(cut), "");
    }
}

TEST(CborScanner, StopsBehindTheValue) {
  for (const std::string& bytes : every_cbor_form) {
    const std::string longer = bytes + "\xFF";
    CborScanner scanner(longer, 128);
    EXPECT_TRUE(scanner.skip_value());
    EXPECT_EQ(scanner.position(), longer.data() + bytes.size());
  }
}

TEST(CborScanner, RefusesEveryFirstByteThatIsReserved) {
  for (const unsigned major : {0u, 1u, 2u, 3u, 4u, 5u, 6u, 7u})
    for (const unsigned additional : {28u, 29u, 30u}) {
      const std::string bytes(20, static_cast<char>(major << 5 | additional));
      EXPECT_EQ(cbor_error(bytes), "invalid CBOR at byte 0: reserved additional information");
      EXPECT_EQ(cbor_error("\x82\x01" + bytes), "invalid CBOR at byte 2: reserved additional information");
    }
  // There is no indefinite integer or tag.
  for (const char* bytes : {"\x1F\x01\xFF", "\x3F\x01\xFF", "\xDF\x01\xFF"})
    EXPECT_EQ(cbor_error(bytes), "invalid CBOR at byte 0: reserved additional information");
}

TEST(CborScanner, RefusesSimpleValuesWithoutAMeaning) {
  for (const std::string& bytes : {"\xE0"s, "\xF0"s, "\xF3"s, "\xF8\x14"s, "\xF8\x18"s, "\xF8\xFF"s})
    EXPECT_EQ(cbor_error(bytes), "invalid CBOR at byte 0: unassigned simple value");
}

TEST(CborScanner, RefusesABreakWhereNoneMayBe) {
  for (const std::string& bytes :
       {"\xFF"s, "\x81\xFF"s, "\xA1\xFF\xFF"s, "\xA1\x01\xFF"s, "\xBF\x01\xFF"s, "\xBF\x01\x02\x03\xFF"s,
        "\xC1\xFF"s, "\x9F\x81\xFF\xFF"s, "\x9F\xC1\xFF\xFF"s})
    EXPECT_THAT(cbor_error(bytes), testing::EndsWith("unexpected break")) << testing::PrintToString(bytes);
  EXPECT_EQ(cbor_error("\x9F\xFF\xFF"), "too long");
}

TEST(CborScanner, RefusesChunksThatAreNoStringsOfTheSameTypeAndDefiniteLength) {
  for (const std::string& bytes :
       {"\x5F\x61\x61\xFF"s, "\x7F\x41\x61\xFF"s, "\x5F\x01\xFF"s, "\x7F\x7F\xFF\xFF"s, "\x5F\x5F\xFF\xFF"s,
        "\x7F\xC0\x60\xFF"s, "\x7F\x80\xFF"s, "\x7F\xF6\xFF"s})
    EXPECT_EQ(cbor_error(bytes), "invalid CBOR at byte 1: invalid chunk of a string")
        << testing::PrintToString(bytes);
}

TEST(CborScanner, BelievesNoLength) {
  for (const std::string& bytes :
       {"\x5B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x00"s, "\x7B\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x00"s,
        "\x9B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x00"s, "\xBB\x80\x00\x00\x00\x00\x00\x00\x00\x00"s,
        "\xBB\x80\x00\x00\x00\x00\x00\x00\x01\x00\x00"s, "\xBB\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x00\x00"s,
        "\x9A\xFF\xFF\xFF\xFF\x00"s, "\x99\x00\x02\x00"s, "\xB9\x00\x01\x00"s,
        "\x7F\x7A\xFF\xFF\xFF\xFF\x61\xFF"s,
        // What stands in for the missing end of indefinite containers.
        "\x9B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFE\xFF"s, "\x9B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s})
    EXPECT_THAT(cbor_error(bytes), testing::EndsWith("unexpected end")) << testing::PrintToString(bytes);
}

TEST(CborScanner, ChecksTheUtf8OfEveryChunkOfTextButNotOfBinaryData) {
  for (const std::string& bytes :
       {"\x61\xFF"s, "\xA1\x61\x80\x01"s, "\x7F\x61\xC3\x61\xBC\xFF"s, "\x74more than 8 bytes: \xC3"s})
    EXPECT_THAT(cbor_error(bytes), testing::EndsWith("invalid UTF-8")) << testing::PrintToString(bytes);
  EXPECT_EQ(cbor_error("\x41\xFF"), "");
  EXPECT_EQ(cbor_error("\x5F\x41\xFF\xFF"), "");
}

TEST(CborScanner, CountsTheNestingOfContainersAndTags) {
  for (const char head : {'\x81', '\x9F', '\xC1'}) {
    const std::string breaks(head == '\x9F' ? 127 : 0, '\xFF');
    EXPECT_EQ(cbor_error(std::string(127, head).append("\x80") + breaks), "");
    EXPECT_THAT(cbor_error(std::string(128, head).append("\x80")),
                testing::EndsWith("nested too deeply (max_depth)"));
  }
  for (const char head : {'\x81', '\x9F', '\xA1', '\xBF', '\xC1'})
    EXPECT_THAT(cbor_error(std::string(100000, head)), testing::EndsWith("nested too deeply (max_depth)"));
  std::string side_by_side = "\x9F";
  for (int i = 0; i < 1000; ++i) side_by_side += "\x81\xC1\x9F\xFF";
  EXPECT_EQ(cbor_error(side_by_side + "\xFF"), "");
}

TEST(CborScanner, TakesNoMoreThanItsOwnLimitOfDepth) {
  const std::string bytes(100000, '\x81');
  CborScanner scanner(bytes, 1000000);
  EXPECT_FALSE(scanner.skip_value());
  EXPECT_EQ(scanner.error(), "invalid CBOR at byte 1024: nested too deeply (max_depth)");
}

}  // namespace
}  // namespace serializers
