// WebSocket frames on the wire (RFC 6455, section 5.2): reading a header, making what a server sends; mask.h
// makes a client's of it.
//
// Pure functions; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include "transport/framing/framing.h"
#include "transport/framing/opcode.h"
#include "transport/memory/buffer.h"

namespace transport {

// The most bytes a control frame may carry (section 5.5), and a close frame's reason after its code.
constexpr size_t max_control_payload = 125;
constexpr size_t max_close_reason = max_control_payload - 2;

inline Opcode opcode_of(Framing framing) {
  return framing.text ? Opcode::text : Opcode::binary;
}
// Of a frame that is a whole message, and not compressed.
inline uint8_t first_byte_of_message(Framing framing) {
  return static_cast<uint8_t>(0x80 | static_cast<uint8_t>(opcode_of(framing)));
}

struct FrameHeader {
  uint8_t first_byte = 0;  // FIN, RSV1 to RSV3, opcode
  bool masked = false;
  bool minimal = true;         // the length is in the shortest form, as section 5.2 demands
  size_t header_size = 0;      // bytes of the header itself
  uint64_t payload_size = 0;   // as announced: nothing of it needs to be there
  std::array<char, 4> mask{};  // zeros if not masked

  bool final() const { return first_byte & 0x80; }
  bool reserved_bits() const { return first_byte & 0x70; }
  Opcode opcode() const { return static_cast<Opcode>(first_byte & 0x0F); }
  bool control() const { return first_byte & 0x08; }
};

// Bytes of the extended length that this length code (7 bits) announces.
inline size_t extended_length_size(uint8_t length_code) {
  return length_code < 126 ? 0 : length_code == 126 ? 2 : 8;
}

// Bytes of the header that has this second byte.
inline size_t frame_header_size(uint8_t second_byte) {
  return 2 + extended_length_size(second_byte & 0x7F) + (second_byte & 0x80 ? 4 : 0);
}

// The header at the front of `bytes`, or nothing if a part of it is still missing.
inline std::optional<FrameHeader> read_frame_header(std::span<const char> bytes) {
  if (bytes.size() < 2) return std::nullopt;
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(bytes[i]); };
  const size_t header_size = frame_header_size(byte(1));
  if (bytes.size() < header_size) return std::nullopt;

  FrameHeader header;
  header.first_byte = byte(0);
  header.masked = byte(1) & 0x80;
  header.header_size = header_size;
  const size_t extended = extended_length_size(byte(1) & 0x7F);
  if (extended == 0) header.payload_size = byte(1) & 0x7F;
  for (size_t i = 0; i < extended; ++i) header.payload_size = header.payload_size << 8 | byte(2 + i);
  if (extended != 0) header.minimal = header.payload_size > (extended == 2 ? 125u : 0xFFFFu);
  if (header.masked) std::memcpy(header.mask.data(), bytes.data() + 2 + extended, header.mask.size());
  return header;
}

// Where the payload of a frame is that is all there and has nothing special about it.
struct PlainFrame {
  size_t header_size = 0;  // 0: the frame is not of that kind
  size_t payload_size = 0;
  std::array<char, 4> mask;
};

// Of the frame at the front of `bytes`, if it begins with that byte, is masked and minimal, and has at most
// `max_payload_size` bytes of payload, all of them there: the way that nearly all frames take.
inline PlainFrame read_plain_frame(std::span<const char> bytes, uint16_t first_byte,
                                   size_t max_payload_size) {
  constexpr size_t mask_size = 4;
  constexpr uint8_t masked = 0x80;
  if (bytes.size() < 2 + mask_size || static_cast<uint8_t>(bytes[0]) != first_byte) return {};
  const auto second = static_cast<uint8_t>(bytes[1]);
  if (second < masked) return {};
  PlainFrame frame;
  size_t length_end = 2;
  frame.payload_size = second - masked;
  if (frame.payload_size == 126) {
    frame.payload_size =
        static_cast<size_t>(static_cast<uint8_t>(bytes[2]) << 8 | static_cast<uint8_t>(bytes[3]));
    if (frame.payload_size < 126) return {};
    length_end = 4;
  } else if (frame.payload_size == 127) {
    return {};  // more than 64 KiB are seldom all there
  }
  const size_t header_size = length_end + mask_size;
  if (bytes.size() < header_size + frame.payload_size || frame.payload_size > max_payload_size) return {};
  std::memcpy(frame.mask.data(), bytes.data() + length_end, mask_size);
  frame.header_size = header_size;
  return frame;
}

inline void write_big_endian(char* bytes, size_t count, uint64_t value) {
  for (size_t i = count; i-- > 0; value >>= 8) bytes[i] = static_cast<char>(value & 0xFF);
}

// Writes the header of a frame, which takes max_frame_header bytes at most; returns its size.
inline size_t write_frame_header(char* header, Opcode opcode, uint64_t size, uint8_t reserved_bits = 0) {
  header[0] = static_cast<char>(0x80 | reserved_bits | static_cast<uint8_t>(opcode));
  const auto code = static_cast<uint8_t>(size < 126 ? size : size <= 0xFFFF ? 126 : 127);
  header[1] = static_cast<char>(code);
  const size_t extended = extended_length_size(code);
  write_big_endian(header + 2, extended, size);
  return 2 + extended;
}

// Puts the header of a frame in front that has `size` bytes of payload, some of which may be in the buffer.
inline void prepend_header(Opcode opcode, uint64_t size, Buffer& buffer, uint8_t reserved_bits = 0) {
  char header[max_frame_header];
  buffer.prepend({header, write_frame_header(header, opcode, size, reserved_bits)});
}

// RSV1, which says that a message is compressed (RFC 7692, section 6).
constexpr uint8_t compressed_bit = 0x40;

// The frame of a message that is compressed already. Precondition: unique(), max_frame_header bytes of
// headroom.
BufferRef frame_compressed(Framing framing, BufferRef message);

// Precondition: payload.size() <= max_control_payload.
BufferRef make_control_frame(Opcode opcode, std::string_view payload);

// The header of a message's only frame, whose payload of that size follows.
BufferRef make_message_header(Framing framing, uint64_t size);

// Of the length in front of a message in a batch.
constexpr size_t batch_length_size = 4;

// A reason that is too long is cut, at a character's boundary. `code` 1005 makes an empty close frame.
BufferRef make_close_frame(uint16_t code, std::string_view reason);

}  // namespace transport
