#include "text/utf8.h"

#include <random>

#include <gtest/gtest.h>
#include <websocketpp/utf8_validator.hpp>

namespace text {
namespace {

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

bool oracle(const std::string& text) {
  return websocketpp::utf8_validator::validate(text);
}

// Copied to the heap without a spare byte, so that the sanitizer sees every read behind the end.
bool tight_is_utf8(const std::string& text) {
  const std::vector<char> exact(text.begin(), text.end());
  return is_utf8({exact.data(), exact.size()});
}

TEST(Utf8, AgreesWithTheOracleOnAllSequencesOfTwoBytes) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text{static_cast<char>(first), static_cast<char>(second)};
      ASSERT_EQ(tight_is_utf8(text), oracle(text)) << first << " " << second;
    }
  }
}

TEST(Utf8, AgreesWithTheOracleAtTheBordersOfEveryByte) {
  const std::vector<int> borders = {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF,
                                    0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE,
                                    0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF};
  size_t valid = 0;
  for (int a : borders) {
    for (int b : borders) {
      for (int c : borders) {
        for (int d : borders) {
          const std::string text{static_cast<char>(a), static_cast<char>(b), static_cast<char>(c),
                                 static_cast<char>(d)};
          ASSERT_EQ(tight_is_utf8(text), oracle(text)) << a << " " << b << " " << c << " " << d;
          valid += is_utf8(text);
        }
      }
    }
  }
  EXPECT_GT(valid, 100u);
}

TEST(Utf8, AgreesWithTheOracleOnTextsWithOneWrongByte) {
  std::mt19937 random(7);
  const std::vector<std::string> letters = {"a", "\xC3\xBC", "\xE2\x82\xAC", "\xF0\x9F\x98\x80",
                                            "plain ascii text "};
  size_t valid = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (auto i = random() % 30; i > 0; --i) text += letters[random() % letters.size()];
    if (round % 2 && !text.empty()) text[random() % text.size()] = static_cast<char>(random());
    ASSERT_EQ(tight_is_utf8(text), oracle(text));
    valid += is_utf8(text);
  }
  EXPECT_GT(valid, 10000u);
}

}  // namespace
}  // namespace text
