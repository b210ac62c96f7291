// What the other end of a WebSocket sends: bytes in, messages and control frames out (RFC 6455). No socket,
// no clock.
//
// Whole frames of unfragmented messages are unmasked where they lie; what is incomplete is kept until the
// rest comes, growing only as bytes arrive; of a message that is too long only the beginning. A compressed
// message (RFC 7692) is inflated as it comes, and is too long if it has become so. websocketpp sees control
// frames, fragments that are not compressed, and broken frames only. Belongs to one thread. After a close
// frame or an error nothing further may be asked of it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "text/utf8.h"
#include "transport/framing/codec_event.h"
#include "transport/framing/framing.h"
#include "transport/framing/role.h"
#include "transport/memory/long_message.h"
#include "transport/websocket/deflate.h"
#include "transport/websocket/frame.h"
#include "transport/websocket/mask.h"
#include "transport/websocket/unmask.h"
#include "transport/websocketpp/websocketpp_door.h"

namespace transport {

class WebSocketCodec {
 public:
  using Event = CodecEvent;
  using Kind = CodecEvent::Kind;

  // Messages may come compressed if those of the framing are. `role`: of this end.
  WebSocketCodec(Framing framing, size_t max_message_size, Role role = Role::server);
  // Of messages of which no more than that has come; at most what it was made with.
  void set_max_message_size(size_t size) { max_message_size_ = size; }

  // The short way that nearly all messages of clients take: one frame, all there at the front of `bytes`.
  // False, with nothing changed, if it is anything else, which next() deals with.
  bool next_plain(std::span<char>& bytes, std::span<char>& message) {
    if (delivered_ || !kept_.empty() || !has_nothing()) return false;
    const PlainFrame frame = read_plain_frame(bytes, plain_first_byte_, max_message_size_);
    if (frame.header_size == 0) return false;
    message = bytes.subspan(frame.header_size, frame.payload_size);
    const bool ascii = unmask(message, frame.mask);
    if (framing_.text && !ascii && !text::is_utf8_beyond_ascii({message.data(), message.size()})) {
      unmask(message, frame.mask);
      return false;
    }
    bytes = bytes.subspan(frame.header_size + frame.payload_size);
    return true;
  }

  // Takes what it can from the front of `bytes`, which it overwrites, up to one event. need_more: all is
  // taken. pause: there is more.
  Event next(std::span<char>& bytes);

  // Where the next bytes may be put at once; empty if they must be given to next(). Nothing else may come in
  // between, but filled(), with the number of bytes that were put there, and next().
  std::span<char> room() { return long_ && !delivered_ ? long_->room() : std::span<char>(); }
  void filled(size_t count);
  // See Connection::take_buffer_of().
  BufferRef take_buffer_of(std::string_view part);

  // What is said to the other end beside messages.
  BufferRef ping(std::string_view payload = {}) const {
    return said(make_control_frame(Opcode::ping, payload));
  }
  BufferRef pong(std::string_view payload) const { return said(make_control_frame(Opcode::pong, payload)); }
  BufferRef close(uint16_t code, std::string_view reason) const {
    return said(make_close_frame(code, reason));
  }

  // Bytes kept for later, of incomplete frames and messages.
  size_t kept_bytes() const;
  // Bytes of memory that all that is kept takes.
  size_t held() const { return has_nothing() ? allocated(kept_) : held_of_parts(); }
  // Of those, what is in Buffers.
  size_t held_in_buffers() const {
    return (long_ ? long_->held() : 0) +
           (passing_ && passing_->inflated ? passing_->inflated->held_in_buffers() : 0);
  }
  // How much there is of a frame or message of which more must come; nothing if there is none.
  std::optional<size_t> unfinished() const;

 private:
  static constexpr uint16_t no_first_byte = 0x100;

  BufferRef said(BufferRef frame) const { return role_ == Role::client ? masked(std::move(frame)) : frame; }
  bool is_masked_as_it_must(const FrameHeader& header) const {
    return header.masked == (role_ == Role::server);
  }
  // But for what is in kept_.
  bool has_nothing() const { return !assembler_ && !passing_ && !long_; }
  size_t held_of_parts() const;
  // Of what a server sends: a frame that is all there.
  std::optional<Event> next_unmasked(std::span<char>& bytes);
  Event next_slowly(std::span<char>& bytes);
  Event next_frame(std::span<char>& bytes);
  Event whole_message(std::array<char, 4> mask, std::span<char> payload);
  void begin_long(const FrameHeader& header);
  Event take_long(std::span<char>& bytes);
  Event deliver_long();
  void unmask_long(size_t from);
  // A message of which no frame is kept, until the last one has gone by.
  struct Passing {
    std::unique_ptr<InflatedMessage> inflated;  // null: the message is too long and thrown away
    std::string beginning;                      // of what is thrown away
    uint64_t size = 0;                          // so far, as it comes
    std::array<char, 4> mask;                   // of the present frame
    uint64_t frame_offset = 0;                  // in its payload
    bool in_last_frame = false;
    bool told = false;
  };

  void take_compressed_bit();
  bool passes(const FrameHeader& header) const;
  Event begin_passing(const FrameHeader& header);
  Event pass(std::span<char>& bytes);
  Event inflate(std::span<char>& bytes);
  Event deliver_inflated();
  Event stop_inflating();
  Event throw_away(std::span<char>& bytes);
  Event tell_oversized();
  Event assemble(std::span<char>& bytes);
  Event assembled(FrameError failure);
  Event closed();
  Event error(FrameError error);
  FrameError refusal(const FrameHeader& header) const;
  bool in_place(const FrameHeader& header) const;
  bool is_long(const FrameHeader& header) const;
  size_t wanted() const;
  void release_delivered();

  Framing framing_;
  // Of a frame of a client's that is a whole message; of a server's no_first_byte, as they have no mask.
  const uint16_t plain_first_byte_;
  const Role role_;
  bool delivered_ = false;       // kept_ or long_ is what the last event points to
  uint32_t inflating_cost_ = 0;  // since the last pause
  const size_t largest_message_size_;
  size_t max_message_size_;
  uint64_t payload_left_ = 0;                    // of the frame that assembler_ is reading, or passing_
  std::string kept_;                             // the beginning of a frame that is not all there yet
  std::unique_ptr<MessageAssembler> assembler_;  // only while a message or frame is in it
  std::unique_ptr<Passing> passing_;             // only while one is inflated or thrown away
  std::unique_ptr<LongMessage> long_;            // only while one comes in, or is delivered
  std::array<char, 4> long_mask_{};
  bool long_is_ascii_ = true;   // so far
  bool is_compressed_ = false;  // the message that begins in kept_
};

}  // namespace transport
