// How a message is put on the wire. All receivers with the same framing can share one frame.
#pragma once

#include <bit>
#include <cstddef>
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

// The most bytes frame_message() puts in front of a message, and behind it.
constexpr size_t max_frame_header = 10;
constexpr size_t max_frame_trailer = 1;

// All that tells how a message goes out. A further framing is a further constant below.
struct Framing {
  enum class Carrier : uint8_t { websocket, rawsocket, long_poll, response };
  // Several messages in one of the carrier's (batch.h), and how one is told from the next: by the octet
  // behind each, or by its length in front of it.
  enum class Batching : uint8_t { none = 0, length = 1, octal_separator = 0x18, record_separator = 0x1E };

  Carrier carrier = Carrier::websocket;
  bool text = false;  // as WebSocket tells it from binary
  Batching batching = Batching::none;
  Compression compression = {};  // over WebSocket, not batched

  friend constexpr bool operator==(Framing one, Framing other) {
    return std::bit_cast<uint32_t>(one) == std::bit_cast<uint32_t>(other);
  }
  constexpr bool batched() const { return batching != Batching::none; }
  constexpr Framing over(Carrier other) const { return {other, text, batching, {}}; }
  constexpr Framing compressed(Compression how) const { return {carrier, text, batching, how}; }

  static const Framing websocket_text, websocket_binary;
  static const Framing batched_text, batched_binary;
  static const Framing batched_text_octal;  // of clients that take the specification's "\30" for octal
  static const Framing rawsocket;
  static const Framing bare;      // the message and nothing else
  static const Framing response;  // likewise, head and body of an HTTP response included
};

inline constexpr Framing Framing::websocket_text{.text = true};
inline constexpr Framing Framing::websocket_binary{};
inline constexpr Framing Framing::batched_text{.text = true, .batching = Batching::record_separator};
inline constexpr Framing Framing::batched_binary{.batching = Batching::length};
inline constexpr Framing Framing::batched_text_octal{.text = true, .batching = Batching::octal_separator};
inline constexpr Framing Framing::rawsocket{.carrier = Carrier::rawsocket};
inline constexpr Framing Framing::bare{.carrier = Carrier::long_poll};
inline constexpr Framing Framing::response{.carrier = Carrier::response};

// Of messages in a batch. Precondition: they are parted by one.
constexpr char separator_of(Framing framing) {
  return static_cast<char>(framing.batching);
}

}  // namespace transport
