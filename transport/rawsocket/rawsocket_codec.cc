#include "transport/rawsocket/rawsocket_codec.h"

#include <algorithm>

#include "transport/framing/close_code.h"

namespace transport {

CodecEvent RawSocketCodec::next(std::span<char>& bytes) {
  if (delivered_) {
    give_back(kept_);
    long_.reset();
    delivered_ = false;
  }
  if (long_) return take_long(bytes);
  if (left_of_oversized_ > 0) {
    if (const CodecEvent event = throw_away(bytes); event.kind != CodecEvent::Kind::need_more) return event;
    if (bytes.empty()) return {};
  }
  const bool at_frame = kept_.empty();
  if (at_frame) limit_ = max_frame_size_;
  if (at_frame && bytes.size() >= rawsocket_header_size) {
    const RawSocketHeader header = read_rawsocket_header(bytes);
    if (is_oversized(header)) {
      take_front(bytes, rawsocket_header_size);
      return begin_throwing_away(header, bytes);
    }
    if (header.reserved() || header.size > limit_) return refusal(header);
    if (header.size <= bytes.size() - rawsocket_header_size) {
      take_front(bytes, rawsocket_header_size);
      return event(header, take_front(bytes, header.size));
    }
  }
  if (!fill(rawsocket_header_size, bytes)) return {};
  const RawSocketHeader header = read_rawsocket_header(kept_);
  if (is_oversized(header)) return begin_throwing_away(header, bytes);
  if (header.reserved() || header.size > limit_) return refusal(header);
  if (header.size >= LongMessage::min_size) {
    give_back(kept_);
    long_header_ = header;
    long_ = std::make_unique<LongMessage>(header.size);
    return take_long(bytes);
  }
  if (!fill(rawsocket_header_size + header.size, bytes)) return {};
  delivered_ = true;
  return event(header, std::span(kept_).subspan(rawsocket_header_size));
}

// Until kept_ has that size; false if the bytes do not suffice.
bool RawSocketCodec::fill(size_t size, std::span<char>& bytes) {
  if (kept_.size() < size) {
    const auto more = take_front(bytes, std::min(size - kept_.size(), bytes.size()));
    kept_.append(more.data(), more.size());
  }
  return kept_.size() >= size;
}

CodecEvent RawSocketCodec::take_long(std::span<char>& bytes) {
  long_->take(bytes);
  if (!long_->whole()) return {};
  delivered_ = true;
  return event(long_header_, long_->bytes());
}

bool RawSocketCodec::is_oversized(const RawSocketHeader& header) const {
  return header.size > limit_ && !header.reserved() && header.type() == RawSocketType::message;
}

CodecEvent RawSocketCodec::begin_throwing_away(const RawSocketHeader& header, std::span<char>& bytes) {
  give_back(kept_);
  oversized_ = 0;
  left_of_oversized_ = header.size;
  const CodecEvent event = throw_away(bytes);
  return event.kind == CodecEvent::Kind::need_more ? next(bytes) : event;
}

// need_more: it is told of already, or not yet, and what there was of it in the bytes is taken.
CodecEvent RawSocketCodec::throw_away(std::span<char>& bytes) {
  const auto part = take_front(bytes, std::min(left_of_oversized_, bytes.size()));
  left_of_oversized_ -= part.size();
  oversized_ += part.size();
  const size_t wanted = std::min(max_beginning, oversized_ + left_of_oversized_);
  if (oversized_ - part.size() >= wanted) return {};
  kept_.append(part.data(), std::min(part.size(), wanted - kept_.size()));
  if (kept_.size() < wanted) return {};
  delivered_ = true;
  return {CodecEvent::Kind::oversized, 0, kept_, {}};
}

CodecEvent RawSocketCodec::refusal(const RawSocketHeader& header) {
  const bool reserved = header.reserved();
  kept_ = reserved ? "a frame with reserved bits or of a reserved type"
                   : "a frame of more than " + std::to_string(limit_) + " bytes";
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
