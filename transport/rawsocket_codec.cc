#include "transport/rawsocket_codec.h"

#include <algorithm>

#include "transport/connection.h"

namespace transport {
namespace {

std::span<char> take(std::span<char>& bytes, size_t count) {
  const auto front = bytes.first(count);
  bytes = bytes.subspan(count);
  return front;
}

}  // namespace

CodecEvent RawSocketCodec::next(std::span<char>& bytes) {
  if (delivered_) {
    kept_ = {};
    delivered_ = false;
  }
  const bool at_frame = kept_.empty();
  if (at_frame && bytes.size() >= rawsocket_header_size) {
    const RawSocketHeader header = read_rawsocket_header(bytes);
    if (header.reserved() || header.size > max_frame_size_) return refusal(header);
    if (header.size <= bytes.size() - rawsocket_header_size) {
      take(bytes, rawsocket_header_size);
      return event(header, take(bytes, header.size));
    }
  }
  if (!fill(rawsocket_header_size, bytes)) return {};
  const RawSocketHeader header = read_rawsocket_header(kept_);
  if (header.reserved() || header.size > max_frame_size_) return refusal(header);
  if (!fill(rawsocket_header_size + header.size, bytes)) return {};
  delivered_ = true;
  return event(header, std::span(kept_).subspan(rawsocket_header_size));
}

// Until kept_ has that size; false if the bytes do not suffice.
bool RawSocketCodec::fill(size_t size, std::span<char>& bytes) {
  if (kept_.size() < size) {
    const auto more = take(bytes, std::min(size - kept_.size(), bytes.size()));
    kept_.append(more.data(), more.size());
  }
  return kept_.size() >= size;
}

CodecEvent RawSocketCodec::refusal(const RawSocketHeader& header) {
  const bool reserved = header.reserved();
  kept_ = reserved ? "a frame with reserved bits or of a reserved type"
                   : "a frame of more than " + std::to_string(max_frame_size_) + " bytes";
  delivered_ = true;
  const uint16_t code = reserved ? close_code::protocol_error : close_code::message_too_big;
  return {CodecEvent::Kind::error, code, {}, kept_};
}

CodecEvent RawSocketCodec::event(const RawSocketHeader& header, std::span<char> payload) {
  const auto kind = header.type() == RawSocketType::message ? CodecEvent::Kind::message
                    : header.type() == RawSocketType::ping  ? CodecEvent::Kind::ping
                                                            : CodecEvent::Kind::pong;
  return {kind, 0, payload, {}};
}

}  // namespace transport
