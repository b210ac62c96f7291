#include "transport/websocket/unmask.h"

#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace transport {
namespace {

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
