#include "transport/frame.h"

#include <cassert>

#include "transport/batch.h"

namespace transport {
namespace {

void write_big_endian(char* bytes, size_t count, uint64_t value) {
  for (size_t i = count; i-- > 0; value >>= 8) bytes[i] = static_cast<char>(value & 0xFF);
}

// Of a frame that has `size` bytes of payload, some of which may be in the buffer.
void prepend_header(Opcode opcode, uint64_t size, Buffer& buffer, uint8_t reserved_bits = 0) {
  char header[max_frame_header];
  header[0] = static_cast<char>(0x80 | reserved_bits | static_cast<uint8_t>(opcode));
  const auto code = static_cast<uint8_t>(size < 126 ? size : size <= 0xFFFF ? 126 : 127);
  header[1] = static_cast<char>(code);
  const size_t extended = extended_length_size(code);
  write_big_endian(header + 2, extended, size);
  buffer.prepend({header, 2 + extended});
}

void put_into_carrier(Framing framing, Buffer& message) {
  using Carrier = Framing::Carrier;
  if (framing.carrier == Carrier::websocket) [[likely]] {
    prepend_header(opcode_of(framing), message.size(), message);
  } else if (framing.carrier == Carrier::rawsocket) {
    const auto header = rawsocket_header(RawSocketType::message, message.size());
    message.prepend({header.data(), header.size()});
  }
}

// The longest prefix of at most `limit` bytes that does not end inside a UTF-8 character.
std::string_view cut(std::string_view text, size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<uint8_t>(text[limit]) & 0xC0) == 0x80) --limit;
  return text.substr(0, limit);
}

}  // namespace

BufferRef frame_message(Framing framing, BufferRef message) {
  using Batching = Framing::Batching;
  if (framing.batching == Batching::none) {
    put_into_carrier(framing, *message);
  } else if (framing.batching == Batching::length) {
    char length[batch_length_size];
    write_big_endian(length, sizeof length, message->size());
    message->prepend({length, sizeof length});
  } else {
    const char separator = separator_of(framing);
    message->append({&separator, 1});
  }
  return message;
}

BufferRef frame_compressed(Framing framing, BufferRef message) {
  prepend_header(opcode_of(framing), message->size(), *message, compressed_bit);
  return message;
}

BufferRef make_message_header(Framing framing, uint64_t size) {
  BufferRef header = Buffer::create(max_frame_header, 0);
  prepend_header(opcode_of(framing), size, *header);
  return header;
}

BufferRef make_control_frame(Opcode opcode, std::string_view payload) {
  assert(payload.size() <= max_control_payload);
  BufferRef frame = Buffer::create(max_frame_header, payload.size());
  frame->append(payload);
  prepend_header(opcode, payload.size(), *frame);
  return frame;
}

BufferRef make_close_frame(uint16_t code, std::string_view reason) {
  if (code == close_code::none) return make_control_frame(Opcode::close, {});
  std::array<char, max_control_payload> payload;
  write_big_endian(payload.data(), 2, code);
  const std::string_view text = cut(reason, max_close_reason);
  text.copy(payload.data() + 2, text.size());
  return make_control_frame(Opcode::close, {payload.data(), 2 + text.size()});
}

}  // namespace transport
