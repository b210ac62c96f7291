#include "transport/utf8.h"

#include <random>

#include <gtest/gtest.h>
#include <websocketpp/utf8_validator.hpp>

namespace transport {
namespace {

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

TEST(Unmask, DoesWhatMaskingByteByByteDoes) {
  std::mt19937 random(3);
  for (size_t size = 0; size < 200; ++size) {
    std::array<char, 4> mask;
    for (char& c : mask) c = static_cast<char>(random());
    std::vector<char> payload(size);
    for (char& c : payload) c = static_cast<char>(random());
    std::vector<char> expected = payload;
    for (size_t i = 0; i < size; ++i) expected[i] = static_cast<char>(expected[i] ^ mask[i % 4]);
    unmask(payload, mask);
    ASSERT_EQ(payload, expected);
  }
}

TEST(Unmask, TellsWhetherTheResultIsAscii) {
  const std::array<char, 4> mask = {'\x80', 0, '\x7F', '\xFF'};
  for (size_t size = 1; size < 100; ++size) {
    std::vector<char> ascii(size, '\x7F');
    unmask(ascii, mask);
    EXPECT_TRUE(unmask(ascii, mask));
    for (size_t odd = 0; odd < size; ++odd) {
      std::vector<char> not_ascii(size, 'a');
      not_ascii[odd] = '\x80';
      unmask(not_ascii, mask);
      EXPECT_FALSE(unmask(not_ascii, mask)) << odd << " of " << size;
    }
  }
}

}  // namespace
}  // namespace transport
