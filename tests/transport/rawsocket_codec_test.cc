// RawSocket without a socket: the handshake's octets, frames cut anywhere, frames that are wrong.
#include "transport/rawsocket/rawsocket_codec.h"

#include <algorithm>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/transport/codec_log.h"
#include "transport/memory/live_bytes.h"
#include "transport/messages/frame_message.h"

namespace transport {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;

// The stream cut into pieces of that size.
Lines read(const std::string& stream, size_t piece_size, size_t max_frame_size = 512) {
  RawSocketCodec codec(max_frame_size);
  Lines lines;
  for (size_t at = 0; at < stream.size(); at += piece_size) {
    std::string piece = stream.substr(at, piece_size);
    for (std::span<char> left(piece);;) {
      const CodecEvent event = codec.next(left);
      if (event.kind == CodecEvent::Kind::need_more) break;
      lines.push_back(line_of(event));
      if (event.kind == CodecEvent::Kind::error) return lines;
    }
    EXPECT_LE(codec.kept_bytes(), max_frame_size + rawsocket_header_size);
  }
  return lines;
}

std::string frame(RawSocketType type, std::string_view payload) {
  return std::string(make_rawsocket_frame(type, payload)->view());
}

TEST(RawSocketHandshake, SaysSerializerAndLength) {
  for (size_t length = 0; length < 16; ++length)
    for (uint8_t serializer = 0; serializer < 16; ++serializer) {
      const std::string octets = {0x7F, static_cast<char>(length << 4 | serializer), 0, 0};
      const RawSocketRequest request = read_rawsocket_request(octets);
      EXPECT_EQ(request.serializer, serializer);
      EXPECT_EQ(request.max_frame_size, size_t{512} << length);
      EXPECT_FALSE(request.reserved_bits);
      EXPECT_EQ(rawsocket_acceptance(serializer, request.max_frame_size), octets);
    }
}

TEST(RawSocketHandshake, TellsOfBitsThatMustBeZero) {
  EXPECT_TRUE(read_rawsocket_request("\x7F\xF1\x01\x00"s).reserved_bits);
  EXPECT_TRUE(read_rawsocket_request("\x7F\xF1\x00\x80"s).reserved_bits);
}

TEST(RawSocketHandshake, AnnouncesNoMoreThanTheLimit) {
  EXPECT_EQ(announced_rawsocket_length(size_t{1} << 24), size_t{1} << 24);
  EXPECT_EQ(announced_rawsocket_length(size_t{1} << 30), size_t{1} << 24);
  EXPECT_EQ(announced_rawsocket_length((size_t{1} << 24) - 1), size_t{1} << 23);
  EXPECT_EQ(announced_rawsocket_length(1000000), size_t{1} << 19);
  EXPECT_EQ(announced_rawsocket_length(512), 512u);
  EXPECT_EQ(announced_rawsocket_length(1), 512u);
}

TEST(RawSocketHandshake, RefusesWithTheErrorsOfTheSpecification) {
  EXPECT_EQ(rawsocket_refusal(RawSocketError::serializer_unsupported), "\x7F\x10\x00\x00"s);
  EXPECT_EQ(rawsocket_refusal(RawSocketError::length_unacceptable), "\x7F\x20\x00\x00"s);
  EXPECT_EQ(rawsocket_refusal(RawSocketError::reserved_bits_used), "\x7F\x30\x00\x00"s);
  EXPECT_EQ(rawsocket_refusal(RawSocketError::too_many_connections), "\x7F\x40\x00\x00"s);
}

TEST(RawSocketFrames, HaveALengthOf25Bits) {
  const auto octets = [](size_t size) {
    const auto header = rawsocket_header(RawSocketType::pong, size);
    return std::string(header.data(), header.size());
  };
  EXPECT_EQ(octets(0), "\x02\x00\x00\x00"s);
  EXPECT_EQ(octets(0x123456), "\x02\x12\x34\x56"s);
  EXPECT_EQ(octets(0xFFFFFF), "\x02\xFF\xFF\xFF"s);
  EXPECT_EQ(octets(0x1000000), "\x0A\x00\x00\x00"s);
  for (const size_t size : {size_t{0}, size_t{0x123456}, size_t{0xFFFFFF}, size_t{0x1000000}}) {
    const auto header = rawsocket_header(RawSocketType::ping, size);
    EXPECT_EQ(read_rawsocket_header(header).size, size);
    EXPECT_EQ(read_rawsocket_header(header).type(), RawSocketType::ping);
    EXPECT_FALSE(read_rawsocket_header(header).reserved());
  }
}

TEST(RawSocketFrames, AreMadeInFrontOfTheMessage) {
  BufferRef message = Buffer::create(max_frame_header, 20);
  message->append("[1]");
  EXPECT_EQ(frame_message(Framing::rawsocket, std::move(message))->view(), "\x00\x00\x00\x03[1]"s);
}

TEST(RawSocketCodec, ReadsFramesHoweverTheyAreCut) {
  const std::string stream = frame(RawSocketType::message, "one") + frame(RawSocketType::ping, "") +
                             frame(RawSocketType::message, std::string(512, 'x')) +
                             frame(RawSocketType::pong, "p") + frame(RawSocketType::message, "") +
                             frame(RawSocketType::ping, "last");
  const Lines expected = {"message one", "ping ",    "message " + std::string(512, 'x'),
                          "pong p",      "message ", "ping last"};
  for (const size_t piece_size : std::vector<size_t>{1, 2, 3, 4, 5, 7, 100, 10000})
    EXPECT_EQ(read(stream, piece_size), expected);
}

TEST(RawSocketCodec, RefusesWhatIsReserved) {
  for (unsigned first = 0; first < 256; ++first) {
    const unsigned type = first & 7;
    const bool good = first <= 2;
    const std::string stream = {static_cast<char>(first), 0, 0, 0};
    const Lines found = read(stream, 4);
    if (good)
      EXPECT_EQ(found.size(), 1u) << first;
    else if (first == 0x08)
      EXPECT_THAT(found, ElementsAre()) << first;  // 2^24 octets, more than announced
    else if (first <= 0x0F && type <= 2)
      EXPECT_THAT(found, ElementsAre("error 1009")) << first;  // a ping or pong of as many
    else
      EXPECT_THAT(found, ElementsAre("error 1002")) << first;
    EXPECT_EQ(read(stream, 1), found);
  }
}

TEST(RawSocketCodec, KeepsTheBeginningOfAMessageThatIsTooLong) {
  std::string payload = "[48,7,{},";
  payload.append(1000, 'x');
  const std::string stream = frame(RawSocketType::message, payload) + frame(RawSocketType::message, "next");
  for (const size_t piece_size : std::vector<size_t>{1, 3, 4, 5, 100, 516, 517, 2000})
    EXPECT_THAT(read(stream, piece_size),
                ElementsAre("oversized " + payload.substr(0, max_beginning), "message next"));
}

TEST(RawSocketCodec, KnowsThatItIsThrowingAway) {
  RawSocketCodec codec(512);
  std::string all = frame(RawSocketType::message, std::string(600, 'x'));
  std::span<char> left = std::span(all).first(all.size() - 1);
  EXPECT_EQ(codec.next(left).kind, CodecEvent::Kind::oversized);
  EXPECT_EQ(codec.next(left).kind, CodecEvent::Kind::need_more);
  EXPECT_TRUE(codec.unfinished());
  left = std::span(all).last(1);
  EXPECT_EQ(codec.next(left).kind, CodecEvent::Kind::need_more);
  EXPECT_FALSE(codec.unfinished());
}

TEST(RawSocketCodec, RefusesAPingThatIsTooLongBeforeItComes) {
  for (const size_t piece_size : std::vector<size_t>{1, 4, 100}) {
    EXPECT_THAT(read("\x01\xFF\xFF\xFF"s, piece_size), ElementsAre("error 1009"));
    EXPECT_THAT(read("\x08\x00\x00\x01"s, piece_size, max_rawsocket_length), ElementsAre("error 1002"));
  }
}

TEST(RawSocketCodec, TakesTheLongestFrameThereIs) {
  const std::string payload(max_rawsocket_length, 'x');
  const std::string stream = "\x08\x00\x00\x00"s + payload + frame(RawSocketType::message, "next");
  EXPECT_EQ(read(stream, 1 << 16, max_rawsocket_length), (Lines{"message " + payload, "message next"}));
}

// ---- frames that are longer than a read

TEST(RawSocketCodec, ReadsALongFrameInPiecesOfAnySize) {
  const std::string payload(150'000, 'x');
  const std::string stream = frame(RawSocketType::message, payload) + frame(RawSocketType::ping, payload) +
                             frame(RawSocketType::message, "next");
  for (const size_t size : {1u, 3u, 4u, 5u, 999u, 65'536u, 100'001u, 1'000'000u})
    EXPECT_EQ(read(stream, size, max_rawsocket_length),
              (Lines{"message " + payload, "ping " + payload, "message next"}))
        << size;
}

TEST(RawSocketCodec, TakesTheRestOfALongFrameWhereItIsPut) {
  std::string payload;
  for (int i = 0; payload.size() < 150'000; ++i) payload += std::to_string(i);
  std::string stream = frame(RawSocketType::message, payload);
  RawSocketCodec codec(max_rawsocket_length);
  EXPECT_TRUE(codec.room().empty()) << "nothing has begun";
  std::span<char> bytes = std::span(stream).first(1000);
  EXPECT_EQ(codec.next(bytes).kind, CodecEvent::Kind::need_more);
  EXPECT_EQ(codec.unfinished(), 1000u);
  for (size_t at = 1000; at < stream.size();) {
    const auto room = codec.room();
    ASSERT_FALSE(room.empty());
    ASSERT_LE(room.size(), stream.size() - at) << "room for more than the frame";
    const size_t count = std::min<size_t>(room.size(), 33'333);
    std::copy_n(stream.data() + at, count, room.data());
    codec.filled(count);
    at += count;
  }
  const auto event = codec.next(bytes);
  EXPECT_EQ(line_of(event), "message " + payload);
  EXPECT_TRUE(codec.room().empty()) << "the frame has ended";
  EXPECT_FALSE(codec.unfinished());
}

TEST(RawSocketCodec, HandsOverTheBufferOfALongMessageIfMostOfItIsWanted) {
  const std::string payload(150'000, 'x');
  std::string stream = frame(RawSocketType::message, payload) + frame(RawSocketType::message, "next");
  RawSocketCodec codec(max_rawsocket_length);
  std::span<char> bytes(stream);
  const auto part = bytes.first(100'000);
  bytes = bytes.subspan(100'000);
  std::span<char> left = part;
  EXPECT_EQ(codec.next(left).kind, CodecEvent::Kind::need_more);
  const auto event = codec.next(bytes);
  const std::string_view message(event.payload.data(), event.payload.size());
  EXPECT_FALSE(codec.take_buffer_of(message.substr(0, 1000))) << "the rest would be kept in vain";
  const BufferRef buffer = codec.take_buffer_of(message.substr(10));
  ASSERT_TRUE(buffer);
  EXPECT_FALSE(codec.take_buffer_of(message.substr(10))) << "it is taken";
  EXPECT_EQ(line_of(codec.next(bytes)), "message next");
  EXPECT_EQ(buffer->view(), payload) << "it is the taker's now";
}

TEST(RawSocketCodec, CountsALongFrameAmongTheBuffersAndHoldsNoMoreThanTwiceWhatHasCome) {
  // A thread of its own has kept no long buffers of other tests.
  std::thread([] {
    const size_t before = live_buffer_bytes();
    RawSocketCodec codec(max_rawsocket_length);
    std::string beginning = frame(RawSocketType::message, std::string(15'000'000, 'x')).substr(0, 300'000);
    std::span<char> bytes(beginning);
    EXPECT_EQ(codec.next(bytes).kind, CodecEvent::Kind::need_more);
    EXPECT_GE(live_buffer_bytes() - before, 300'000u);
    EXPECT_LE(live_buffer_bytes() - before, 700'000u);
    EXPECT_GE(codec.held(), 300'000u);
  }).join();
}

TEST(RawSocketCodec, KeepsNothingBetweenFrames) {
  RawSocketCodec codec(512);
  std::string bytes = frame(RawSocketType::message, "x");
  std::string first = bytes.substr(0, 3);
  std::string second = bytes.substr(3);
  std::span<char> left(first);
  EXPECT_EQ(codec.next(left).kind, CodecEvent::Kind::need_more);
  EXPECT_EQ(codec.kept_bytes(), 3u);
  left = second;
  EXPECT_EQ(codec.next(left).kind, CodecEvent::Kind::message);
  EXPECT_EQ(codec.next(left).kind, CodecEvent::Kind::need_more);
  EXPECT_EQ(codec.kept_bytes(), 0u);
}

}  // namespace
}  // namespace transport
