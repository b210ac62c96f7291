// What a codec makes of a stream of bytes, as lines that a test can compare.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "transport/websocket/websocket_codec.h"

namespace transport {

using Lines = std::vector<std::string>;

inline std::string line_of(const CodecEvent& event) {
  const std::string payload(event.payload.begin(), event.payload.end());
  switch (event.kind) {
    case CodecEvent::Kind::need_more:
      return "need more";
    case CodecEvent::Kind::message:
      return "message " + payload;
    case CodecEvent::Kind::oversized:
      return "oversized " + payload;
    case CodecEvent::Kind::ping:
      return "ping " + payload;
    case CodecEvent::Kind::pong:
      return "pong " + payload;
    case CodecEvent::Kind::close:
      return "close " + std::to_string(event.code) + " " + std::string(event.text);
    case CodecEvent::Kind::error:
      return "error " + std::to_string(event.code);
    case CodecEvent::Kind::pause:
      return "pause";
  }
  return "?";
}

// Feeds a piece, without a pause; false once a close frame or an error ended the stream.
inline bool feed(WebSocketCodec& codec, std::string_view piece, Lines& lines) {
  std::string bytes(piece);
  std::span<char> left(bytes);
  for (;;) {
    const auto event = codec.next(left);
    if (event.kind == WebSocketCodec::Kind::need_more) return true;
    if (event.kind == WebSocketCodec::Kind::pause) continue;
    lines.push_back(line_of(event));
    if (event.kind == WebSocketCodec::Kind::close || event.kind == WebSocketCodec::Kind::error) return false;
  }
}

struct Feeding {
  Framing framing = Framing::websocket_text;
  size_t max_message_size = 1 << 20;
};

// The stream cut into these pieces, the last of them being the rest.
inline Lines read_pieces(std::string_view stream, const std::vector<size_t>& sizes, const Feeding& how = {}) {
  WebSocketCodec codec(how.framing, how.max_message_size);
  Lines lines;
  for (size_t size : sizes) {
    if (!feed(codec, stream.substr(0, size), lines)) return lines;
    stream.remove_prefix(std::min(size, stream.size()));
  }
  feed(codec, stream, lines);
  return lines;
}

inline Lines read_whole(std::string_view stream, const Feeding& how = {}) {
  return read_pieces(stream, {}, how);
}

inline Lines read_dribbled(std::string_view stream, const Feeding& how = {}) {
  return read_pieces(stream, std::vector<size_t>(stream.size(), 1), how);
}

// The same, however the stream is cut: whole, byte by byte, and in two at every place.
inline void expect_always(const std::string& stream, const Lines& expected, const Feeding& how = {}) {
  EXPECT_EQ(read_whole(stream, how), expected);
  EXPECT_EQ(read_dribbled(stream, how), expected);
  for (size_t cut = 1; cut < stream.size(); ++cut) {
    ASSERT_EQ(read_pieces(stream, {cut}, how), expected) << "cut at " << cut;
  }
}

}  // namespace transport
