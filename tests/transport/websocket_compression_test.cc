// Compressed WebSocket messages (RFC 7692), as the codec reads them and over real sockets.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/deflate.h"
#include "tests/support/raw_client.h"
#include "tests/transport/codec_log.h"
#include "tests/transport/server.h"
#include "transport/websocket/frame.h"

namespace transport {
namespace {

using namespace std::literals;
using test_support::deflated;
using test_support::frame_bytes;
using test_support::FrameOptions;
using test_support::RawClient;
namespace opcode = test_support::opcode;

constexpr int rsv1 = 4;
constexpr FrameOptions compressed{.reserved_bits = rsv1};
constexpr FrameOptions compressed_not_final{.fin = false, .reserved_bits = rsv1};
constexpr FrameOptions plain_not_final{.fin = false};
constexpr Compression usual(15, 8);

const Feeding text_framing{.framing = Framing::websocket_text.compressed(usual)};
const Feeding binary_framing{.framing = Framing::websocket_binary.compressed(usual)};

Feeding of_at_most(size_t size) {
  return {.framing = Framing::websocket_text.compressed(usual), .max_message_size = size};
}

std::string compressed_text(std::string_view text) {
  return frame_bytes(opcode::text, deflated(text), compressed);
}
std::string plain_text(std::string_view payload) {
  return frame_bytes(opcode::text, payload);
}
std::string last(std::string_view payload) {
  return frame_bytes(opcode::continuation, payload);
}

TEST(ACompressedMessage, IsReadBesideOthers) {
  expect_always(plain_text("one") + compressed_text("two") + plain_text("three") + compressed_text("four"),
                {"message one", "message two", "message three", "message four"}, text_framing);
}

TEST(ACompressedMessage, MayBeBinary) {
  expect_always(frame_bytes(opcode::binary, deflated("\xFF\x80"), compressed), {"message \xFF\x80"},
                binary_framing);
}

TEST(ACompressedMessage, MayBeEmpty) {
  expect_always(compressed_text("") + plain_text("next"), {"message ", "message next"}, text_framing);
}

TEST(ACompressedMessage, MayComeInFragmentsOfWhichTheFirstSaysThatItIsOne) {
  const std::string bytes = deflated("one two three");
  expect_always(frame_bytes(opcode::text, bytes.substr(0, 3), compressed_not_final) +
                    frame_bytes(opcode::ping, "still there?") +
                    frame_bytes(opcode::continuation, "", plain_not_final) +
                    frame_bytes(opcode::continuation, bytes.substr(3, 5), plain_not_final) +
                    last(bytes.substr(8)) + plain_text("next"),
                {"ping still there?", "message one two three", "message next"}, text_framing);
  expect_always(frame_bytes(opcode::text, "", compressed_not_final) + last(bytes) + plain_text("next"),
                {"message one two three", "message next"}, text_framing);
}

TEST(ACompressedMessage, IsReadWhateverItsLength) {
  std::string long_one;
  for (int i = 0; long_one.size() < 900'000; ++i) long_one += std::to_string(i * 7919 % 10007) + ",";
  for (const size_t size : {100u, 70'000u, 65'536u, 900'000u}) {
    const std::string message = long_one.substr(0, size) + "x";
    const std::string stream = compressed_text(message) + plain_text("next");
    const Lines expected = {"message " + message, "message next"};
    EXPECT_EQ(read_whole(stream, text_framing), expected);
    EXPECT_EQ(read_dribbled(stream, text_framing), expected);
    EXPECT_EQ(read_pieces(stream, {70'000, 70'000, 70'000}, text_framing), expected);
  }
}

TEST(ACompressedMessage, IsRefusedIfItsTextIsNoUtf8) {
  expect_always(compressed_text("abc\xE2\x82"), {"error 1007"}, text_framing);
  expect_always(compressed_text("\xE2\x82\xAC"), {"message \xE2\x82\xAC"}, text_framing);
}

TEST(ACompressedMessage, IsRefusedIfItCannotBeInflated) {
  const std::string good = deflated("a text that is long enough to be cut in two");
  for (const std::string& bytes : {good.substr(0, 20), good + "trailing", "\x06"s, "\xFF\xFF\xFF"s, ""s})
    expect_always(frame_bytes(opcode::text, bytes, compressed), {"error 1007"}, text_framing);
}

TEST(ACompressedMessage, IsRefusedIfNobodyAgreedOnIt) {
  expect_always(compressed_text("hello"), {"error 1002"});
}

TEST(ACompressedMessage, IsRefusedIfTheBitIsWhereItMustNotBe) {
  const std::string begun = frame_bytes(opcode::text, deflated("hello"), compressed_not_final);
  const std::string plain = frame_bytes(opcode::text, "hello", plain_not_final);
  for (const std::string& before : {begun, plain}) {
    expect_always(before + frame_bytes(opcode::continuation, "x", compressed), {"error 1002"}, text_framing);
    expect_always(before + compressed_text("x"), {"error 1002"}, text_framing);
    expect_always(before + plain_text("x"), {"error 1002"}, text_framing);
  }
  for (const int control : {opcode::ping, opcode::pong, opcode::close, opcode::continuation})
    expect_always(frame_bytes(control, "", compressed), {"error 1002"}, text_framing);
}

TEST(ACompressedMessage, IsRefusedForWhatEveryFrameIsRefusedFor) {
  for (const int bits : {1, 2, 3, 5, 6, 7})
    expect_always(frame_bytes(opcode::text, deflated("x"), {.reserved_bits = bits}), {"error 1002"},
                  text_framing);
  expect_always(frame_bytes(opcode::text, deflated("x"), {.masked = false, .reserved_bits = rsv1}),
                {"error 1002"}, text_framing);
  expect_always(frame_bytes(opcode::text, deflated("x"), {.reserved_bits = rsv1, .length_size = 2}),
                {"error 1002"}, text_framing);
  expect_always(frame_bytes(opcode::binary, deflated("x"), compressed), {"error 1003"}, text_framing);
  expect_always("\xC1\xFF\0\0\0\0\x80\0\0\1mask"s, {"error 1009"}, text_framing);
}

// ---- those that grow too long

TEST(ACompressedMessage, CountsByWhatItBecomes) {
  expect_always(compressed_text("0123456789"), {"message 0123456789"}, of_at_most(10));
  expect_always(compressed_text("0123456789x") + plain_text("next"), {"oversized 0123456789", "message next"},
                of_at_most(10));
}

TEST(ACompressedMessage, IsThrownAwayFromWhereItIsTooLong) {
  const std::string beginning = "[48,7,{},\"com.add\",[\"" + std::string(max_beginning, 'x');
  const std::string bytes = deflated(beginning + std::string(3000, 'y'));
  const Lines expected = {"oversized " + beginning.substr(0, max_beginning), "message next"};
  expect_always(frame_bytes(opcode::text, bytes, compressed) + plain_text("next"), expected,
                of_at_most(1000));
  for (size_t cut = 0; cut < bytes.size(); ++cut)
    expect_always(frame_bytes(opcode::text, bytes.substr(0, cut), compressed_not_final) +
                      last(bytes.substr(cut)) + plain_text("next"),
                  expected, of_at_most(1000));
}

TEST(ACompressedMessage, OfTwentyMegabytesInTwentyKilobytesTakesOneMegabyteAtMost) {
  const std::string bomb = compressed_text("[48,7,{}," + std::string(20'000'000, ' '));
  ASSERT_LT(bomb.size(), 21'000u);
  WebSocketCodec codec(text_framing.framing, 1'000'000);
  Lines lines;
  size_t most = 0;
  for (size_t at = 0; at < bomb.size(); at += 100) {
    feed(codec, bomb.substr(at, 100), lines);
    most = std::max(most, codec.held());
  }
  EXPECT_LE(most, 1'200'000u);
  EXPECT_GE(most, 500'000u) << "so long as it might be good";
  EXPECT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines.at(0).substr(0, 20), "oversized [48,7,{}, ");
  feed(codec, plain_text("next"), lines);
  EXPECT_EQ(lines.back(), "message next");
  feed(codec, "", lines);
  EXPECT_EQ(codec.held(), 0u);
}

TEST(ACompressedMessage, HoldsWhatItHasBecomeSoFar) {
  const std::string stream = compressed_text(std::string(200'000, 'x'));
  WebSocketCodec codec(text_framing.framing, 1 << 20);
  Lines lines;
  feed(codec, stream.substr(0, stream.size() - 1), lines);
  EXPECT_GE(codec.kept_bytes(), 190'000u);
  EXPECT_GE(codec.held(), codec.kept_bytes());
  EXPECT_EQ(codec.unfinished(), stream.size() - 1 - 8) << "counted as it comes, for its pace";
  feed(codec, stream.substr(stream.size() - 1), lines);
  EXPECT_EQ(codec.held(), 0u) << "one that has none at present holds nothing";
}

TEST(ACompressedMessage, HandsOverItsBufferIfItIsLong) {
  for (const size_t size : {1000u, 100'000u}) {
    std::string stream = compressed_text(std::string(size, 'x'));
    WebSocketCodec codec(text_framing.framing, 1 << 20);
    std::span<char> bytes(stream);
    const auto event = codec.next(bytes);
    const BufferRef buffer = codec.take_buffer_of({event.payload.data(), event.payload.size()});
    EXPECT_EQ(static_cast<bool>(buffer), size > 65536) << "a short one would hold much in vain";
    EXPECT_EQ(event.inflated, size);
  }
}

TEST(ACompressedMessage, LetsOthersHaveTheirTurnWhenMuchIsInflated) {
  std::string stream;
  for (int i = 0; i < 10; ++i) stream += compressed_text(std::string(50'000, 'x'));
  WebSocketCodec codec(text_framing.framing, 1 << 20);
  std::span<char> left(stream);
  size_t since_pause = 0, pauses = 0;
  for (;;) {
    const auto event = codec.next(left);
    if (event.kind == WebSocketCodec::Kind::need_more) break;
    if (event.kind == WebSocketCodec::Kind::pause) {
      ++pauses;
      since_pause = 0;
    }
    since_pause += event.payload.size();
    EXPECT_LE(since_pause, 100'000u);
  }
  EXPECT_EQ(pauses, 4u);
}

// ---- over real sockets

RawClient open_compressing(Server& server) {
  return server.open("/", "compressed");
}

TEST(ACompressingConnection, ReadsWhatIsCompressedAndWhatIsNot) {
  Server server;
  RawClient client = open_compressing(server);
  client.send(compressed_text("one") + plain_text("two") + compressed_text(std::string(100'000, 'x')));
  EXPECT_EQ(client.read_message(), "one");
  EXPECT_EQ(client.read_message(), "two");
  EXPECT_EQ(client.read_message(), std::string(100'000, 'x'));
}

TEST(ACompressingConnection, ReadsInSeveralTurnsWhatBecomesVeryMuch) {
  int turns = 0;
  Server server;
  RawClient client = open_compressing(server);
  server.on_loop([&] { server.turn_ended = [&] { ++turns; }; });
  const std::string message(60'000, 'x');
  std::string stream;
  for (int i = 0; i < 20; ++i) stream += compressed_text(message);
  client.send(stream + plain_text("the last"));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(client.read_message(), message);
  EXPECT_EQ(client.read_message(), "the last");
  server.on_loop([&] { EXPECT_GE(turns, 5); });
}

TEST(ACompressingConnection, IsClosedIfTheReceiverCannotAnswerWhatIsTooLong) {
  ConnectionLimits limits = patient_limits();
  limits.max_message_size = 1000;
  Server server(limits);
  RawClient client = open_compressing(server);
  client.send(compressed_text(std::string(1'000'000, 'x')));
  const auto close = client.read_frame();
  EXPECT_EQ(close.close_code(), 1009);
  EXPECT_EQ(close.close_reason(), "a message of more than 1000 bytes");
}

TEST(ACompressingConnection, IsToldWhatWasWrong) {
  Server server;
  RawClient client = open_compressing(server);
  client.send_frame(opcode::text, "\x06", compressed);
  const auto close = client.read_frame();
  EXPECT_EQ(close.close_code(), 1007);
  EXPECT_EQ(close.close_reason(), "a compressed message that cannot be inflated");
}

TEST(ACompressingConnection, CountsWhatIsInflatedForItsRate) {
  ConnectionLimits limits = patient_limits();
  limits.max_rate = {.bytes_per_second = 100'000};
  Server server(limits);
  RawClient client = open_compressing(server);
  client.send(compressed_text(std::string(10'000'000, 'x')));
  EXPECT_EQ(client.read_message().size(), 10'000'000u);
  client.send_text("more");
  server.settle();
  EXPECT_EQ(server.log.count("received more"), 0u);
}

TEST(ACompressingConnection, IsChargedForABegunMessageOfSomebodyWhoIsNotKnown) {
  Server server;
  RawClient client = open_compressing(server);
  const auto held = [&] {
    size_t bytes = 0;
    server.settle();
    server.on_loop([&] { bytes = server.connection().account()->of(Holding::input); });
    return bytes;
  };
  const std::string stream = compressed_text("hello, who is there?");
  client.send(stream.substr(0, 6));
  EXPECT_GE(held(), 7'000u) << "what zlib begins with";
  EXPECT_LE(held(), 11'000u);
  client.send(stream.substr(6, stream.size() - 7));
  EXPECT_GE(held(), 40'000u) << "and its window";
  EXPECT_LE(held(), 44'000u);
  client.send(stream.substr(stream.size() - 1));
  EXPECT_EQ(client.read_message(), "hello, who is there?");
  EXPECT_EQ(held(), 0u);
}

TEST(ACompressingConnection, CountsThePartsOfAMessageAsHeld) {
  Server server;
  RawClient client = open_compressing(server);
  const std::string stream = compressed_text(std::string(200'000, 'x'));
  client.send(stream.substr(0, stream.size() - 1));
  server.settle();
  server.on_loop([&] { EXPECT_GE(server.connection().account()->of(Holding::input), 190'000u); });
  client.send(stream.substr(stream.size() - 1));
  EXPECT_EQ(client.read_message().size(), 200'000u);
  server.settle();
  server.on_loop([&] { EXPECT_EQ(server.connection().account()->of(Holding::input), 0u); });
}

}  // namespace
}  // namespace transport
