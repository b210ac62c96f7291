// RawSocket on the wire (advanced profile, "RawSocket Transport"): the four octets of the handshake, and
// those in front of each frame.
//
// Pure functions; any thread.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "transport/memory/buffer.h"

namespace transport {

// The first octet of a RawSocket client, which no HTTP request can begin with.
constexpr char rawsocket_magic = 0x7F;
constexpr size_t rawsocket_handshake_size = 4;
constexpr size_t rawsocket_header_size = 4;

// What LENGTH can say: 2^9 to 2^24 octets.
constexpr size_t min_rawsocket_length = size_t{1} << 9;
constexpr size_t max_rawsocket_length = size_t{1} << 24;

enum class RawSocketError : uint8_t {
  not_served = 0,  // never on the wire: no RawSocket is spoken here at all
  serializer_unsupported = 1,
  length_unacceptable = 2,
  reserved_bits_used = 3,
  too_many_connections = 4,
};

// On the wire is only the error; the text is for the log, and for clients that RawSocket is not served to.
struct RawSocketRefusal {
  RawSocketError error;
  std::string why;
};

// What a client asks for.
struct RawSocketRequest {
  uint8_t serializer = 0;      // 1 JSON, 2 MessagePack, 3 CBOR, ...
  size_t max_frame_size = 0;   // of the frames it is willing to receive, without their headers
  bool reserved_bits = false;  // what must be zero is not
};

// Of a client, or of a server that accepts one: both have the same form. Precondition: `octets` are
// rawsocket_handshake_size.
inline RawSocketRequest read_rawsocket_request(std::string_view octets) {
  const auto second = static_cast<uint8_t>(octets[1]);
  return {static_cast<uint8_t>(second & 0x0F), min_rawsocket_length << (second >> 4),
          octets[2] != 0 || octets[3] != 0};
}

// The longest LENGTH that is no longer than the limit, but at least the shortest there is.
constexpr size_t announced_rawsocket_length(size_t limit) {
  return std::bit_floor(std::clamp(limit, min_rawsocket_length, max_rawsocket_length));
}

// `max_frame_size` is one of the possible lengths.
inline std::string rawsocket_acceptance(uint8_t serializer, size_t max_frame_size) {
  const auto length = static_cast<unsigned>(std::countr_zero(max_frame_size / min_rawsocket_length));
  return {rawsocket_magic, static_cast<char>(length << 4 | serializer), 0, 0};
}
// What a client says first: what it wants to speak, and the longest frame that it takes.
inline std::string rawsocket_request(uint8_t serializer, size_t max_frame_size) {
  return rawsocket_acceptance(serializer, max_frame_size);
}
inline std::string rawsocket_refusal(RawSocketError error) {
  return {rawsocket_magic, static_cast<char>(static_cast<unsigned>(error) << 4), 0, 0};
}

enum class RawSocketType : uint8_t { message = 0, ping = 1, pong = 2 };

struct RawSocketHeader {
  uint8_t first_octet = 0;  // RRRR XTTT
  size_t size = 0;          // of what follows

  bool reserved() const { return first_octet & 0xF0 || (first_octet & 7) > 2 || size > max_rawsocket_length; }
  RawSocketType type() const { return static_cast<RawSocketType>(first_octet & 7); }
};

// Precondition: `octets` are at least rawsocket_header_size. X is the 25th bit of the size.
inline RawSocketHeader read_rawsocket_header(std::span<const char> octets) {
  const auto octet = [&](size_t i) { return static_cast<uint8_t>(octets[i]); };
  const size_t extra = octet(0) & 0x08 ? max_rawsocket_length : 0;
  return {octet(0), extra + (size_t{octet(1)} << 16 | size_t{octet(2)} << 8 | octet(3))};
}

// Precondition: size <= max_rawsocket_length.
inline std::array<char, rawsocket_header_size> rawsocket_header(RawSocketType type, size_t size) {
  const unsigned extra = size >> 24 & 1 ? 0x08u : 0u;
  return {static_cast<char>(extra | static_cast<unsigned>(type)), static_cast<char>(size >> 16 & 0xFF),
          static_cast<char>(size >> 8 & 0xFF), static_cast<char>(size & 0xFF)};
}

inline BufferRef make_rawsocket_frame(RawSocketType type, std::string_view payload) {
  const auto header = rawsocket_header(type, payload.size());
  BufferRef frame = Buffer::create(0, header.size() + payload.size());
  frame->append({header.data(), header.size()});
  frame->append(payload);
  return frame;
}

}  // namespace transport
