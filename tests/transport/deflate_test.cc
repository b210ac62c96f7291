#include "transport/websocket/deflate.h"

#include <algorithm>
#include <span>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/deflate.h"
#include "transport/framing/framing.h"
#include "transport/memory/live_bytes.h"

namespace transport {
namespace {

using test_support::deflated;
using test_support::inflated;
using Outcome = InflatedMessage::Outcome;

std::string numbers(size_t size) {
  std::string text;
  for (int i = 0; text.size() < size; ++i) text += "{\"number\":" + std::to_string(i) + "},";
  text.resize(size);
  return text;
}

// Nothing that repeats.
std::string noise(size_t size) {
  std::string bytes;
  uint32_t state = 1;
  for (size_t i = 0; i < size; ++i) bytes += static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  return bytes;
}

TEST(Deflater, MakesAMessageShorterThatAnybodyCanInflate) {
  Deflater deflater;
  for (const size_t size : {256u, 1000u, 100'000u, 1024u * 1024}) {
    const BufferRef compressed = deflater.compress({15, 8}, numbers(size));
    ASSERT_TRUE(compressed) << size;
    EXPECT_LT(compressed->size(), size);
    EXPECT_GE(compressed->headroom(), max_frame_header);
    EXPECT_EQ(inflated(compressed->view()), numbers(size));
  }
}

TEST(Deflater, LeavesAloneWhatIsShortOrVeryLong) {
  Deflater deflater;
  EXPECT_FALSE(deflater.compress({15, 8}, numbers(Deflater::min_size - 1)));
  EXPECT_FALSE(deflater.compress({15, 8}, numbers(Deflater::max_size + 1)));
}

TEST(Deflater, LeavesAloneWhatWouldBecomeNoShorter) {
  Deflater deflater;
  for (const size_t size : {256u, 1000u, 100'000u}) EXPECT_FALSE(deflater.compress({15, 8}, noise(size)));
  EXPECT_TRUE(deflater.compress({15, 8}, numbers(1000))) << "and goes on as if nothing had been";
}

TEST(Deflater, MakesTheSameOfEqualMessages) {
  Deflater deflater;
  const std::string first(deflater.compress({15, 8}, numbers(1000))->view());
  deflater.compress({9, 1}, numbers(5000));
  deflater.compress({15, 8}, numbers(7000));
  EXPECT_EQ(deflater.compress({15, 8}, numbers(1000))->view(), first);
}

TEST(Deflater, KeepsToTheWindow) {
  Deflater deflater;
  const std::string far_apart = noise(3000) + noise(3000);
  for (unsigned bits = 9; bits <= 15; ++bits) {
    const BufferRef compressed = deflater.compress({bits, 8}, far_apart);
    // What repeats is seen by the larger ones only.
    EXPECT_EQ(static_cast<bool>(compressed), bits >= 12) << bits;
    const std::string text = numbers(20'000);
    EXPECT_EQ(inflated(deflater.compress({bits, 1}, text)->view(), static_cast<int>(bits)), text) << bits;
  }
}

// "good TEXT" or how it ended, when it comes in pieces of that size.
std::string taken(std::string_view compressed, size_t max_size = 1 << 20, size_t piece = SIZE_MAX) {
  InflatedMessage message(max_size);
  Outcome outcome = Outcome::good;
  for (; outcome == Outcome::good && !compressed.empty();) {
    const std::string_view part = compressed.substr(0, piece);
    outcome = message.take({part.data(), part.size()});
    compressed.remove_prefix(part.size());
  }
  if (outcome == Outcome::good) outcome = message.end();
  const std::string text(message.bytes().begin(), message.bytes().end());
  return outcome == Outcome::broken ? "broken" : (outcome == Outcome::good ? "good " : "too long ") + text;
}

TEST(InflatedMessage, ComesOutAsItWentIn) {
  for (const size_t size : {0u, 1u, 1000u, 65'536u, 70'000u, 500'000u})
    for (const int bits : {9, 12, 15})
      for (const size_t piece : {size_t{1}, size_t{1000}, SIZE_MAX})
        EXPECT_EQ(taken(deflated(numbers(size), bits), 1 << 20, piece), "good " + numbers(size));
}

// The examples of section 7.2.3.
TEST(InflatedMessage, IsReadInAllFormsThatTheSpecificationNames) {
  using namespace std::literals;
  EXPECT_EQ(taken("\xF2\x48\xCD\xC9\xC9\x07\x00"sv), "good Hello");
  EXPECT_EQ(taken("\x00\x05\x00\xFA\xFF\x48\x65\x6C\x6C\x6F\x00"sv), "good Hello") << "not compressed";
  EXPECT_EQ(taken("\xF3\x48\xCD\xC9\xC9\x07\x00\x00"sv), "good Hello") << "a last block, and one behind it";
  EXPECT_EQ(taken("\xF2\x48\x05\x00\x00\x00\xFF\xFF\xCA\xC9\xC9\x07\x00"sv), "good Hello") << "two blocks";
  EXPECT_EQ(taken("\x00"sv), "good ");
}

TEST(InflatedMessage, IsBrokenIfItIsNoDeflateStream) {
  using namespace std::literals;
  const std::string whole = deflated(numbers(1000));
  EXPECT_EQ(taken("\x06"sv), "broken") << "a reserved type of block";
  EXPECT_EQ(taken("\x00\x05\x00\x00\x00Hello"sv), "broken") << "two lengths that do not fit";
  EXPECT_EQ(taken("\x03\x02"sv), "broken") << "it refers to what was never there";
  EXPECT_EQ(taken(""), "broken");
  for (size_t cut = 1; cut < whole.size() - 1; ++cut)
    EXPECT_EQ(taken(whole.substr(0, cut)), "broken") << "cut at " << cut;
  EXPECT_EQ(taken(whole + "more"), "broken");
}

TEST(InflatedMessage, IsTooLongWithOneByteMoreThanTheLargestSize) {
  EXPECT_EQ(taken(deflated("0123456789"), 10), "good 0123456789");
  EXPECT_EQ(taken(deflated("0123456789x"), 10), "too long 0123456789");
  const std::string large(300'000, 'x');
  EXPECT_EQ(taken(deflated(large), large.size()), "good " + large);
  EXPECT_EQ(taken(deflated(large + "y"), large.size()), "too long " + large);
}

TEST(InflatedMessage, HoldsLittleUntilMuchHasComeOut) {
  const std::string compressed = deflated(numbers(200'000));
  const size_t before = live_buffer_bytes();
  InflatedMessage message(16 * 1024 * 1024);
  EXPECT_LE(live_buffer_bytes() - before, 2048u);
  EXPECT_LE(message.held(), 10'000u);
  message.take({compressed.data(), 20});
  EXPECT_LE(message.held(), 44'000u) << "and zlib's window";
  for (size_t at = 20; at < compressed.size(); at += 20) {
    message.take(std::span(compressed).subspan(at, std::min<size_t>(20, compressed.size() - at)));
    ASSERT_LE(live_buffer_bytes() - before, 2 * message.size() + 4096);
    ASSERT_GE(message.held(), live_buffer_bytes() - before);
  }
}

TEST(InflatedMessage, HoldsNoMoreThanTheLargestSizeOfABomb) {
  const std::string bomb = deflated(std::string(50'000'000, '\0'));
  const size_t before = live_buffer_bytes();
  InflatedMessage message(1'000'000);
  EXPECT_EQ(message.take({bomb.data(), bomb.size()}), Outcome::too_long);
  EXPECT_EQ(message.size(), 1'000'000u);
  EXPECT_LE(live_buffer_bytes() - before, 1'100'000u);
  EXPECT_LE(message.held(), 1'200'000u);
}

}  // namespace
}  // namespace transport
