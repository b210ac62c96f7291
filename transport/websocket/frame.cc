#include "transport/websocket/frame.h"

#include <cassert>

#include "transport/framing/close_code.h"

namespace transport {
namespace {

// The longest prefix of at most `limit` bytes that does not end inside a UTF-8 character.
std::string_view cut(std::string_view text, size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<uint8_t>(text[limit]) & 0xC0) == 0x80) --limit;
  return text.substr(0, limit);
}

}  // namespace

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
