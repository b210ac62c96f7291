// How a message is put on the wire. All receivers with the same framing can share one frame.
#pragma once

#include <bit>
#include <cstdint>

namespace transport {

// How WebSocket messages are compressed, if they are (permessage-deflate, RFC 7692): all that the compressed
// bytes depend on, as no message depends on another one.
class Compression {
 public:
  constexpr Compression() = default;  // there is none
  // zlib's: 9 to 15, the bits of the window's size, and 1 to 9.
  constexpr Compression(unsigned window_bits, unsigned memory_level)
      : code_(static_cast<uint8_t>(memory_level << 3 | (window_bits - 8))) {}

  constexpr explicit operator bool() const { return code_ != 0; }
  constexpr int window_bits() const { return 8 + (code_ & 7); }
  constexpr int memory_level() const { return code_ >> 3; }
  bool operator==(const Compression&) const = default;

 private:
  uint8_t code_ = 0;
};

struct Framing {
  enum Kind : uint8_t {
    websocket_text,
    websocket_binary,
    batched_text,        // several messages in one WebSocket message, see batch.h
    batched_text_octal,  // the same with the separator of clients that take "\30" for octal
    batched_binary,
    rawsocket,
    bare,  // the message and nothing else
  };

  constexpr Framing(Kind what, Compression how = {}) : kind(what), compression(how) {}
  friend constexpr bool operator==(Framing one, Framing other) {
    return std::bit_cast<uint16_t>(one) == std::bit_cast<uint16_t>(other);
  }

  Kind kind;
  Compression compression;  // of the first two only
};

constexpr bool is_text(Framing framing) {
  return framing.kind <= Framing::batched_text_octal && framing.kind != Framing::websocket_binary;
}
constexpr bool is_batched(Framing framing) {
  return framing.kind >= Framing::batched_text && framing.kind <= Framing::batched_binary;
}

}  // namespace transport
