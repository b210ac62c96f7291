// What a WebSocketCodec makes of a stream of bytes, as lines that a test can compare.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "transport/websocket_codec.h"

namespace transport {

using Lines = std::vector<std::string>;

inline std::string line_of(const WebSocketCodec::Event& event) {
  const std::string payload(event.payload.begin(), event.payload.end());
  switch (event.kind) {
    case WebSocketCodec::Kind::need_more:
      return "need more";
    case WebSocketCodec::Kind::message:
      return "message " + payload;
    case WebSocketCodec::Kind::oversized:
      return "oversized " + payload;
    case WebSocketCodec::Kind::ping:
      return "ping " + payload;
    case WebSocketCodec::Kind::pong:
      return "pong " + payload;
    case WebSocketCodec::Kind::close:
      return "close " + std::to_string(event.code) + " " + std::string(event.text);
    case WebSocketCodec::Kind::error:
      return "error " + std::to_string(event.code);
  }
  return "?";
}

// Feeds a piece; false once a close frame or an error ended the stream.
inline bool feed(WebSocketCodec& codec, std::string_view piece, Lines& lines) {
  std::string bytes(piece);
  std::span<char> left(bytes);
  for (;;) {
    const auto event = codec.next(left);
    if (event.kind == WebSocketCodec::Kind::need_more) return true;
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

}  // namespace transport
