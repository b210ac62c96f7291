// What a codec finds in the bytes of a peer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace transport {

// What is kept of a message that is too long.
constexpr size_t max_beginning = 512;

// Takes so many bytes of the front.
inline std::span<char> take_front(std::span<char>& bytes, size_t count) {
  const auto front = bytes.first(count);
  bytes = bytes.subspan(count);
  return front;
}

struct CodecEvent {
  enum class Kind : uint8_t {
    need_more,
    message,
    oversized,
    ping,
    pong,
    close,
    error,
    pause,  // much was inflated: before the codec is asked again, others may have their turn
  };

  Kind kind = Kind::need_more;
  uint16_t code = 0;  // close: as received, 1005 if there was none; error: the one to send
  // message, ping, pong; of an oversized message, the rest of which is thrown away, the first max_beginning
  // bytes. May be changed; valid until the codec is asked again.
  std::span<char> payload;
  std::string_view text;  // close: the reason; error: what was wrong; valid as long as the payload
  size_t inflated = 0;    // message, oversized: what was inflated of it, if it came compressed
};

}  // namespace transport
