// UTF-8 and base64.
#include "serializers/base64.h"
#include "serializers/utf8.h"

namespace serializers {
namespace {

using namespace std::string_literals;

// The code points by definition, RFC 3629 section 3.
std::string utf8_of(uint32_t code) {
  std::string text;
  const auto put = [&text](uint32_t byte) { text.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6), put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12), put(0x80 | (code >> 6 & 0x3F)), put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18), put(0x80 | (code >> 12 & 0x3F)), put(0x80 | (code >> 6 & 0x3F)),
        put(0x80 | (code & 0x3F));
  }
  return text;
}

TEST(Utf8, AcceptsEveryCodePointThatIsNoSurrogate) {
  for (uint32_t code = 0; code < 0x120000; ++code) {
    const bool valid = code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
    ASSERT_EQ(is_utf8(utf8_of(code)), valid) << std::hex << code;
  }
}

// There are no others than those: of all sequences of up to three bytes exactly the code points are valid.
TEST(Utf8, AcceptsNothingElse) {
  size_t valid = 0;
  for (uint32_t bytes = 0; bytes < 0x1000000; ++bytes) {
    const char text[] = {static_cast<char>(bytes >> 16), static_cast<char>(bytes >> 8),
                         static_cast<char>(bytes)};
    if (static_cast<unsigned char>(text[0]) < 0xE0) continue;
    valid += is_utf8({text, 3});
  }
  EXPECT_EQ(valid, 0x10000u - 0x800u - 0x800u);  // the code points of three bytes
  valid = 0;
  for (uint32_t bytes = 0; bytes < 0x10000; ++bytes) {
    const char text[] = {static_cast<char>(bytes >> 8), static_cast<char>(bytes)};
    valid += is_utf8({text, 2});
  }
  EXPECT_EQ(valid, 0x80u * 0x80u + 0x780u);  // two of ASCII, or one of two bytes
}

TEST(Utf8, FindsAnErrorAtAnyPlace) {
  for (size_t size = 1; size < 40; ++size)
    for (size_t i = 0; i < size; ++i) {
      std::string text(size, 'x');
      EXPECT_TRUE(is_utf8(text));
      text[i] = '\x80';
      EXPECT_FALSE(is_utf8(text)) << size << " " << i;
    }
}

TEST(Utf8, RefusesACharacterThatIsCutOff) {
  for (const uint32_t code : {0x80u, 0x800u, 0x10000u}) {
    const std::string text = utf8_of(code);
    for (size_t size = 1; size < text.size(); ++size) EXPECT_FALSE(is_utf8(text.substr(0, size)));
  }
}

std::string base64(const std::string& bytes) {
  std::string text;
  append_base64(bytes, text);
  return text;
}

// RFC 4648 section 10.
TEST(Base64, HasTheVectorsOfItsSpecification) {
  const std::pair<std::string, std::string> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(base64(bytes), text);
    EXPECT_EQ(decode_base64(text), bytes);
  }
}

TEST(Base64, ComesBackForAllBytes) {
  std::string bytes;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(decode_base64(base64(bytes)), bytes);
    bytes.push_back(static_cast<char>(i * 37));
  }
}

TEST(Base64, RefusesOtherText) {
  for (const char* text : {"A", "AA", "AAA", "AAAAA", "A===", "====", "=AAA", "A=AA", "AA=A",
                           "AAAA====", "AA==AAAA", "AA-A", "AA_A", "AA A", "AAA\n",
                           "AA\x80"
                           "A",
                           "AAAA\n"})
    EXPECT_EQ(decode_base64(text), std::nullopt) << text;
}

TEST(Base64, StandsForBinaryDataBehindANul) {
  EXPECT_EQ(decode_json_binary("\0AQI="s), "\x01\x02");
  EXPECT_EQ(decode_json_binary("\0"s), "");
  EXPECT_EQ(decode_json_binary("AQI="), std::nullopt);
  EXPECT_EQ(decode_json_binary("\0AQI"s), std::nullopt);
  EXPECT_EQ(decode_json_binary(""), std::nullopt);
}

}  // namespace
}  // namespace serializers
