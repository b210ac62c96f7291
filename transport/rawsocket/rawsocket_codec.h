// What the other end of a RawSocket sends after the handshake: bytes in, messages and pings out. No socket,
// no clock.
//
// Whole frames are delivered where they lie; what is incomplete is kept until the rest comes, growing only as
// bytes arrive; of a message that is too long only the beginning. Belongs to one thread. After an error
// nothing further may be asked of it.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "transport/framing/codec_event.h"
#include "transport/memory/allocated.h"
#include "transport/memory/long_message.h"
#include "transport/rawsocket/rawsocket.h"

namespace transport {

class RawSocketCodec {
 public:
  // max_frame_size: what was announced to it, headers not counted.
  explicit RawSocketCodec(size_t max_frame_size) : max_frame_size_(max_frame_size) {}
  // Of frames that begin from now on.
  void set_max_message_size(size_t size) { max_frame_size_ = size; }

  // Takes what it can from the front of `bytes`, up to one event. need_more: all is taken.
  CodecEvent next(std::span<char>& bytes);

  // Where the next bytes may be put at once; empty if they must be given to next(). Nothing else may come in
  // between, but filled(), with the number of bytes that were put there, and next().
  std::span<char> room() { return long_ && !delivered_ ? long_->room() : std::span<char>(); }
  void filled(size_t count) { long_->filled(count); }
  // See Connection::take_buffer_of().
  BufferRef take_buffer_of(std::string_view part) {
    return long_ && delivered_ ? long_->take_buffer_of(part) : BufferRef();
  }

  // What is said to the other end beside messages.
  static BufferRef ping(std::string_view payload = {}) {
    return make_rawsocket_frame(RawSocketType::ping, payload);
  }
  static BufferRef pong(std::string_view payload) {
    return make_rawsocket_frame(RawSocketType::pong, payload);
  }
  // RawSocket has no such frame.
  static BufferRef close(uint16_t /*code*/, std::string_view /*reason*/) { return {}; }

  // Bytes kept for later, of an incomplete frame.
  size_t kept_bytes() const { return kept_.size() + (long_ ? long_->arrived() : 0); }
  // Bytes of memory that it takes.
  size_t held() const {
    return allocated(kept_) + (long_ ? allocated(sizeof(LongMessage)) + long_->held() : 0);
  }
  // Of those, what is in Buffers.
  size_t held_in_buffers() const { return long_ ? long_->held() : 0; }
  // How much there is of a frame of which more must come; nothing if there is none.
  std::optional<size_t> unfinished() const {
    if (left_of_oversized_ > 0) return oversized_;
    if (delivered_ || (kept_.empty() && !long_)) return std::nullopt;
    return long_ ? rawsocket_header_size + long_->arrived() : kept_.size();
  }

 private:
  bool fill(size_t size, std::span<char>& bytes);
  CodecEvent take_long(std::span<char>& bytes);
  CodecEvent throw_away(std::span<char>& bytes);
  bool is_oversized(const RawSocketHeader& header) const;
  CodecEvent begin_throwing_away(const RawSocketHeader& header, std::span<char>& bytes);
  CodecEvent refusal(const RawSocketHeader& header);
  static CodecEvent event(const RawSocketHeader& header, std::span<char> payload);

  size_t max_frame_size_;
  size_t limit_ = 0;              // of the present frame
  size_t oversized_ = 0;          // bytes so far of a message that is too long,
  size_t left_of_oversized_ = 0;  // and those that are still to come
  bool delivered_ = false;        // kept_ or long_ is what the last event points to
  std::string kept_;              // the beginning of a frame that is not all there yet
  RawSocketHeader long_header_;
  std::unique_ptr<LongMessage> long_;  // only while a long frame comes in, or is delivered
};

}  // namespace transport
