#include "transport/websocket/websocket_codec.h"

#include <random>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/raw_client.h"
#include "tests/transport/codec_log.h"
#include "transport/memory/live_bytes.h"

namespace transport {
namespace {

using test_support::close_payload;
using test_support::frame_bytes;
using test_support::FrameOptions;
namespace opcode = test_support::opcode;

constexpr FrameOptions not_final{.fin = false};

std::string text(std::string_view payload) {
  return frame_bytes(opcode::text, payload);
}
std::string binary(std::string_view payload) {
  return frame_bytes(opcode::binary, payload);
}
std::string close_frame(uint16_t code, std::string_view reason = {}) {
  return frame_bytes(opcode::close, close_payload(code, reason));
}

// A header as it is, with nothing behind it.
std::string header(int first, int second, const std::string& rest = {}) {
  return std::string{static_cast<char>(first), static_cast<char>(second)} + rest;
}

TEST(WebSocketCodec, ReadsATextMessage) {
  expect_always(text("hello"), {"message hello"});
}

TEST(WebSocketCodec, ReadsAnEmptyMessage) {
  expect_always(text(""), {"message "});
}

TEST(WebSocketCodec, ReadsABinaryMessageThatIsNoUtf8) {
  expect_always(binary("\xFF\x80"), {"message \xFF\x80"}, {.framing = Framing::websocket_binary});
}

TEST(WebSocketCodec, ReadsSeveralMessagesOfOneRead) {
  expect_always(text("one") + text("two") + text("three"), {"message one", "message two", "message three"});
}

TEST(WebSocketCodec, ReadsMessagesOfAllLengthForms) {
  for (size_t size : {1u, 15u, 16u, 17u, 125u, 126u, 127u, 65535u, 65536u, 200000u}) {
    const std::string payload(size, 'x');
    EXPECT_EQ(read_whole(text(payload)), Lines{"message " + payload}) << size;
    EXPECT_EQ(read_pieces(text(payload), {1, 1, 3, size / 2}), Lines{"message " + payload}) << size;
  }
}

TEST(WebSocketCodec, RemovesTheMaskAtAnyLength) {
  for (size_t size = 0; size < 70; ++size) {
    std::string payload;
    for (size_t i = 0; i < size; ++i) payload += static_cast<char>('a' + i % 26);
    EXPECT_EQ(read_whole(text(payload)), Lines{"message " + payload});
  }
}

TEST(WebSocketCodec, PutsFragmentsTogether) {
  const std::string stream = frame_bytes(opcode::text, "one ", not_final) +
                             frame_bytes(opcode::continuation, "two ", not_final) +
                             frame_bytes(opcode::continuation, "three") + text("next");
  expect_always(stream, {"message one two three", "message next"});
}

TEST(WebSocketCodec, TakesEmptyFragments) {
  const std::string stream = frame_bytes(opcode::text, "", not_final) +
                             frame_bytes(opcode::continuation, "", not_final) +
                             frame_bytes(opcode::continuation, "") + text("next");
  expect_always(stream, {"message ", "message next"});
}

TEST(WebSocketCodec, AnswersAPingBetweenFragments) {
  const std::string stream = frame_bytes(opcode::text, "be", not_final) +
                             frame_bytes(opcode::ping, "are you there?") + frame_bytes(opcode::pong, "") +
                             frame_bytes(opcode::continuation, "fore");
  expect_always(stream, {"ping are you there?", "pong ", "message before"});
}

TEST(WebSocketCodec, ReadsControlFramesOfTheLargestSize) {
  const std::string payload(125, 'p');
  EXPECT_EQ(read_whole(frame_bytes(opcode::ping, payload)), Lines{"ping " + payload});
}

TEST(WebSocketCodec, ReadsTheCodeAndReasonOfACloseFrame) {
  expect_always(close_frame(1000, "bye"), {"close 1000 bye"});
}

TEST(WebSocketCodec, ACloseFrameNeedsNoCode) {
  expect_always(frame_bytes(opcode::close, ""), {"close 1005 "});
}

TEST(WebSocketCodec, TakesEveryCloseCodeThatMayBeSent) {
  for (int code :
       {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999}) {
    const auto sent = static_cast<uint16_t>(code);
    EXPECT_EQ(read_whole(close_frame(sent)), Lines{"close " + std::to_string(code) + " "});
  }
}

TEST(WebSocketCodec, RefusesCloseCodesThatMustNotBeSent) {
  for (int code : {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535}) {
    EXPECT_EQ(read_whole(close_frame(static_cast<uint16_t>(code))), Lines{"error 1002"}) << code;
  }
}

TEST(WebSocketCodec, RefusesAClosePayloadOfOneByte) {
  expect_always(frame_bytes(opcode::close, "\x03"), {"error 1002"});
}

TEST(WebSocketCodec, RefusesACloseReasonThatIsNotUtf8) {
  expect_always(close_frame(1000, "\xC3"), {"error 1007"});
}

TEST(WebSocketCodec, RefusesUnmaskedFrames) {
  for (int code : {opcode::text, opcode::ping, opcode::close}) {
    expect_always(frame_bytes(code, "", {.masked = false}), {"error 1002"});
  }
  expect_always(frame_bytes(opcode::text, "hello", {.masked = false}), {"error 1002"});
}

TEST(WebSocketCodec, RefusesReservedBits) {
  for (int bits = 1; bits < 8; ++bits) {
    expect_always(frame_bytes(opcode::text, "hello", {.reserved_bits = bits}), {"error 1002"});
  }
}

TEST(WebSocketCodec, RefusesReservedOpcodes) {
  for (int code : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) expect_always(frame_bytes(code, "x"), {"error 1002"});
}

TEST(WebSocketCodec, RefusesControlFramesThatAreTooLong) {
  EXPECT_EQ(read_whole(frame_bytes(opcode::ping, std::string(126, 'x'))), Lines{"error 1002"});
  EXPECT_EQ(read_dribbled(frame_bytes(opcode::close, std::string(70000, 'x'))), Lines{"error 1002"});
}

TEST(WebSocketCodec, RefusesFragmentedControlFrames) {
  expect_always(frame_bytes(opcode::ping, "x", not_final), {"error 1002"});
}

TEST(WebSocketCodec, RefusesAContinuationOfNothing) {
  expect_always(frame_bytes(opcode::continuation, "x"), {"error 1002"});
  expect_always(frame_bytes(opcode::continuation, "x", not_final), {"error 1002"});
}

TEST(WebSocketCodec, RefusesANewMessageInsideAFragmentedOne) {
  expect_always(frame_bytes(opcode::text, "x", not_final) + text("y"), {"error 1002"});
}

TEST(WebSocketCodec, RefusesLengthsThatAreNotMinimal) {
  expect_always(frame_bytes(opcode::text, "short", {.length_size = 2}), {"error 1002"});
  expect_always(frame_bytes(opcode::text, "short", {.length_size = 8}), {"error 1002"});
  EXPECT_EQ(read_whole(frame_bytes(opcode::text, std::string(65535, 'x'), {.length_size = 8})),
            Lines{"error 1002"});
}

TEST(WebSocketCodec, RefusesALengthWithTheTopBitSet) {
  expect_always(header(0x81, 0xFF, std::string("\x80\0\0\0\0\0\0\1mask", 12)), {"error 1002"});
}

TEST(WebSocketCodec, RefusesInvalidUtf8) {
  for (const char* bytes : {"\x80", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF", "abc\xE2\x82"}) {
    expect_always(text(bytes), {"error 1007"});
  }
}

TEST(WebSocketCodec, TakesCharactersThatAreCutByFragments) {
  const std::string word = "\xE2\x82\xAC und \xF0\x9F\x98\x80";
  for (size_t cut = 0; cut <= word.size(); ++cut) {
    const std::string stream = frame_bytes(opcode::text, word.substr(0, cut), not_final) +
                               frame_bytes(opcode::continuation, word.substr(cut));
    EXPECT_EQ(read_whole(stream), Lines{"message " + word});
    EXPECT_EQ(read_dribbled(stream), Lines{"message " + word});
  }
}

TEST(WebSocketCodec, RefusesInvalidUtf8ThatIsCutByFragments) {
  expect_always(frame_bytes(opcode::text, "\xE2\x82", not_final) + frame_bytes(opcode::continuation, "\x41"),
                {"error 1007"});
  expect_always(frame_bytes(opcode::text, "ok", not_final) + frame_bytes(opcode::continuation, "\xE2\x82"),
                {"error 1007"});
}

TEST(WebSocketCodec, TakesAMessageOfTheLargestSizeAndNoByteMore) {
  const Feeding ten{.max_message_size = 10};
  expect_always(text("0123456789"), {"message 0123456789"}, ten);
  expect_always(text("0123456789x") + text("next"), {"oversized 0123456789x", "message next"}, ten);
}

TEST(WebSocketCodec, KeepsTheBeginningOfAMessageThatIsTooLong) {
  const Feeding ten{.max_message_size = 10};
  std::string beginning = "[48,7,{},";
  beginning.append(max_beginning - beginning.size(), 'x');
  for (const size_t more : {0u, 1u, 300u})
    expect_always(text(beginning + std::string(more, 'y')) + text("next"),
                  {"oversized " + beginning, "message next"}, ten);
}

TEST(WebSocketCodec, KeepsNothingElseOfIt) {
  WebSocketCodec codec(Framing::websocket_text, 1000);
  Lines lines;
  const std::string large = text(std::string(1 << 20, 'x'));
  for (size_t at = 0; at + 1 < large.size(); at += 100'000) {
    feed(codec, large.substr(at, std::min<size_t>(100'000, large.size() - 1 - at)), lines);
    EXPECT_LE(codec.kept_bytes(), max_beginning);
    EXPECT_TRUE(codec.unfinished());
  }
  EXPECT_EQ(lines, Lines{"oversized " + std::string(max_beginning, 'x')});
  feed(codec, large.substr(large.size() - 1), lines);
  EXPECT_FALSE(codec.unfinished());
}

TEST(WebSocketCodec, RefusesAnAbsurdSizeBeforeItComes) {
  expect_always(header(0x81, 0xFF, std::string("\0\0\0\0\x80\0\0\1mask", 12)), {"error 1009"});
}

TEST(WebSocketCodec, DoesNotCheckWhatItThrowsAway) {
  const Feeding ten{.max_message_size = 10};
  expect_always(text("0123456789\xFF\xFF") + text("next"), {"oversized 0123456789\xFF\xFF", "message next"},
                ten);
}

TEST(WebSocketCodec, CountsAllFragmentsOfAMessage) {
  const Feeding ten{.max_message_size = 10};
  const std::string begin = frame_bytes(opcode::text, "01234", not_final);
  expect_always(begin + frame_bytes(opcode::continuation, "56789"), {"message 0123456789"}, ten);
  expect_always(begin + frame_bytes(opcode::continuation, "56789x") + text("next"),
                {"oversized 0123456789x", "message next"}, ten);
}

TEST(WebSocketCodec, ThrowsFragmentsAwayUntilTheLast) {
  const Feeding ten{.max_message_size = 10};
  const std::string ping = frame_bytes(opcode::ping, "p");
  const auto more = [](std::string_view payload, bool fin = false) {
    return frame_bytes(opcode::continuation, payload, {.fin = fin});
  };
  const std::string stream = frame_bytes(opcode::text, "01234567890", not_final) + ping + more("ab") +
                             more("") + ping + more(std::string(600, 'c')) + more("", true) + text("next");
  std::string beginning = "01234567890ab";
  beginning.append(max_beginning - beginning.size(), 'c');
  expect_always(stream, {"ping p", "ping p", "oversized " + beginning, "message next"}, ten);
  expect_always(
      frame_bytes(opcode::text, "01234", not_final) + more("567890") + more("", true) + text("next"),
      {"oversized 01234567890", "message next"}, ten);
}

TEST(WebSocketCodec, RefusesWhatBreaksTheProtocolInAMessageThatIsTooLong) {
  const Feeding ten{.max_message_size = 10};
  const std::string begin = frame_bytes(opcode::text, "01234567890", not_final);
  expect_always(begin + text("x"), {"error 1002"}, ten);
  expect_always(begin + frame_bytes(opcode::continuation, "x", {.masked = false}), {"error 1002"}, ten);
  expect_always(begin + frame_bytes(opcode::continuation, "x", {.reserved_bits = 1}), {"error 1002"}, ten);
  expect_always(begin + frame_bytes(opcode::continuation, "x", {.length_size = 8}), {"error 1002"}, ten);
  expect_always(begin + frame_bytes(3, "x"), {"error 1002"}, ten);
  expect_always(frame_bytes(opcode::continuation, "0123456789x"), {"error 1002"}, ten);
  expect_always(frame_bytes(3, "0123456789x"), {"error 1002"}, ten);
}

TEST(WebSocketCodec, ReadsACloseFrameInAMessageThatIsTooLong) {
  const Feeding ten{.max_message_size = 10};
  expect_always(frame_bytes(opcode::text, "01234567890", not_final) + close_frame(1000), {"close 1000 "},
                ten);
}

TEST(WebSocketCodec, AFragmentOfAnAbsurdSizeIsTooBig) {
  const std::string huge = header(0x80, 0xFF, std::string("\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFFmask", 12));
  expect_always(frame_bytes(opcode::text, "01234", not_final) + huge, {"error 1009"});
}

TEST(WebSocketCodec, RefusesTheOtherTypeOfData) {
  expect_always(binary("x"), {"error 1003"});
  expect_always(frame_bytes(opcode::binary, "x", not_final), {"error 1003"});
  expect_always(text("x"), {"error 1003"}, {.framing = Framing::websocket_binary});
}

TEST(WebSocketCodec, KeepsOnlyWhatHasArrived) {
  WebSocketCodec codec(Framing::websocket_text, 1 << 20);
  Lines lines;
  const std::string large = text(std::string(1 << 20, 'x'));
  feed(codec, large.substr(0, 1000), lines);
  EXPECT_EQ(codec.kept_bytes(), 1000u - 14) << "the header has been read";
  feed(codec, large.substr(1000), lines);
  EXPECT_EQ(lines.size(), 1u);
  EXPECT_EQ(codec.kept_bytes(), 0u);
}

TEST(WebSocketCodec, AMessageMayBeChangedInPlace) {
  WebSocketCodec codec(Framing::websocket_text, 100);
  std::string bytes = text("abc") + text("def");
  std::span<char> left(bytes);
  for (char& c : codec.next(left).payload) c = '!';
  EXPECT_EQ(line_of(codec.next(left)), "message def");
}

TEST(WebSocketCodec, ReadsTheSameHoweverTheStreamIsCut) {
  std::mt19937 random(1);
  std::string stream;
  Lines expected;
  for (int i = 0; i < 200; ++i) {
    const std::string payload(random() % 300, static_cast<char>('a' + i % 26));
    if (random() % 4 == 0) {
      stream += frame_bytes(opcode::ping, payload.substr(0, 50));
      expected.push_back("ping " + payload.substr(0, 50));
    }
    const size_t cut = random() % (payload.size() + 1);
    stream += random() % 2 ? text(payload)
                           : frame_bytes(opcode::text, payload.substr(0, cut), not_final) +
                                 frame_bytes(opcode::continuation, payload.substr(cut));
    expected.push_back("message " + payload);
  }
  for (int round = 0; round < 50; ++round) {
    std::vector<size_t> sizes;
    for (size_t at = 0; at < stream.size(); at += sizes.back()) sizes.push_back(1 + random() % 500);
    ASSERT_EQ(read_pieces(stream, sizes), expected);
  }
}

// ---- messages that are longer than a read

std::string long_text() {
  std::string text;
  for (int i = 0; text.size() < 150'000; ++i) text += std::to_string(i) + " café ";
  return text;
}

TEST(WebSocketCodec, ReadsALongMessageInPiecesOfAnySize) {
  const std::string stream = text(long_text()) + text("next");
  const Lines expected = {"message " + long_text(), "message next"};
  EXPECT_EQ(read_whole(stream), expected);
  for (const size_t size : {1u, 2u, 3u, 5u, 64u, 999u, 65'536u, 100'001u})
    EXPECT_EQ(read_pieces(stream, std::vector<size_t>(stream.size() / size, size)), expected) << size;
}

TEST(WebSocketCodec, RefusesALongTextWithOneWrongByteWhereverItIs) {
  const std::string good(100'000, 'x');
  for (const size_t at : {0u, 1u, 65'535u, 65'536u, 99'999u}) {
    std::string bad = good;
    bad[at] = '\xFF';
    EXPECT_EQ(read_pieces(text(bad), {70'000}), Lines{"error 1007"}) << at;
  }
}

TEST(WebSocketCodec, TakesTheRestOfALongMessageWhereItIsPut) {
  const std::string message = long_text();
  const std::string stream = text(message);
  WebSocketCodec codec(Framing::websocket_text, 1 << 20);
  Lines lines;
  EXPECT_TRUE(codec.room().empty()) << "nothing has begun";
  feed(codec, stream.substr(0, 1000), lines);
  EXPECT_EQ(lines, Lines());
  for (size_t at = 1000; at < stream.size();) {
    const auto room = codec.room();
    ASSERT_FALSE(room.empty());
    ASSERT_LE(room.size(), stream.size() - at) << "room for more than the message";
    const size_t count = std::min<size_t>(room.size(), 33'333);
    std::copy_n(stream.data() + at, count, room.data());
    codec.filled(count);
    at += count;
    feed(codec, "", lines);
  }
  EXPECT_EQ(lines, Lines{"message " + message});
  EXPECT_TRUE(codec.room().empty()) << "the message has ended";
  feed(codec, text("next"), lines);
  EXPECT_EQ(lines.back(), "message next");
}

TEST(WebSocketCodec, HandsOverTheBufferOfALongMessageIfMostOfItIsWanted) {
  std::string stream = text(long_text());
  WebSocketCodec codec(Framing::websocket_text, 1 << 20);
  std::span<char> bytes(stream);
  const auto event = codec.next(bytes);
  const std::string_view message(event.payload.data(), event.payload.size());
  const std::string another = long_text();
  EXPECT_FALSE(codec.take_buffer_of(message.substr(0, 1000))) << "the rest would be kept in vain";
  EXPECT_FALSE(codec.take_buffer_of(another)) << "that is another text";
  const BufferRef buffer = codec.take_buffer_of(message.substr(10));
  ASSERT_TRUE(buffer);
  EXPECT_EQ(buffer->view(), long_text());
  EXPECT_FALSE(codec.take_buffer_of(message.substr(10))) << "it is taken";
  Lines lines;
  feed(codec, text("next"), lines);
  EXPECT_EQ(lines, Lines{"message next"});
  EXPECT_EQ(buffer->view(), long_text()) << "it is the taker's now";
}

TEST(WebSocketCodec, HoldsNoMoreForALongMessageThanTwiceWhatHasCome) {
  // A thread of its own has kept no long buffers of other tests.
  std::thread([] {
    const size_t before = live_buffer_bytes();
    WebSocketCodec codec(Framing::websocket_text, size_t{1} << 30);
    Lines lines;
    feed(codec, text(std::string(50'000'000, 'x')).substr(0, 300'000), lines);
    EXPECT_LE(live_buffer_bytes() - before, 700'000u);
    EXPECT_EQ(codec.unfinished(), 300'000u - 14);
    EXPECT_EQ(codec.kept_bytes(), 300'000u - 14);
  }).join();
}

}  // namespace
}  // namespace transport
