// What is sent beside messages over a connection that is the response to an HTTP request: nothing. What the
// client still sends is thrown away, as it has said all.
//
// Belongs to one thread.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "transport/framing/codec_event.h"
#include "transport/memory/buffer.h"

namespace transport {

class ResponseCodec {
 public:
  static CodecEvent next(std::span<char>& bytes) {
    bytes = {};
    return {};
  }
  static std::span<char> room() { return {}; }
  static void filled(size_t) {}
  static BufferRef take_buffer_of(std::string_view) { return {}; }
  static void set_max_message_size(size_t) {}
  // There are no such frames. Its peer is never pinged (Liveness).
  static BufferRef ping(std::string_view) { return Buffer::of({}); }
  static BufferRef pong(std::string_view) { return Buffer::of({}); }
  static BufferRef close(uint16_t, std::string_view) { return {}; }
  static size_t held() { return 0; }
  static size_t held_in_buffers() { return 0; }
  static std::optional<size_t> unfinished() { return std::nullopt; }
};

}  // namespace transport
