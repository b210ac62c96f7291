// What a RawSocket client sends after its handshake: bytes in, messages and pings out. No socket, no clock.
//
// Whole frames are delivered where they lie; what is incomplete is kept until the rest comes, growing only as
// bytes arrive; of a message that is too long only the beginning. Belongs to one thread. After an error
// nothing further may be asked of it.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "transport/allocated.h"
#include "transport/codec_event.h"
#include "transport/rawsocket.h"

namespace transport {

class RawSocketCodec {
 public:
  // max_frame_size: what was announced to the client, headers not counted.
  explicit RawSocketCodec(size_t max_frame_size) : max_frame_size_(max_frame_size) {}
  // Of frames that begin from now on.
  void set_max_frame_size(size_t size) { max_frame_size_ = size; }

  // Takes what it can from the front of `bytes`, up to one event. need_more: all is taken.
  CodecEvent next(std::span<char>& bytes);

  // Bytes kept for later, of an incomplete frame.
  size_t kept_bytes() const { return kept_.size(); }
  // Bytes of memory that it takes.
  size_t held() const { return allocated(kept_); }
  // How much there is of a frame of which more must come; nothing if there is none.
  std::optional<size_t> unfinished() const {
    if (left_of_oversized_ > 0) return oversized_;
    if (delivered_ || kept_.empty()) return std::nullopt;
    return kept_.size();
  }

 private:
  bool fill(size_t size, std::span<char>& bytes);
  CodecEvent throw_away(std::span<char>& bytes);
  bool is_oversized(const RawSocketHeader& header) const;
  CodecEvent begin_throwing_away(const RawSocketHeader& header, std::span<char>& bytes);
  CodecEvent refusal(const RawSocketHeader& header);
  static CodecEvent event(const RawSocketHeader& header, std::span<char> payload);

  size_t max_frame_size_;
  size_t limit_ = 0;              // of the present frame
  size_t oversized_ = 0;          // bytes so far of a message that is too long,
  size_t left_of_oversized_ = 0;  // and those that are still to come
  bool delivered_ = false;        // kept_ is what the last event points to
  std::string kept_;              // the beginning of a frame that is not all there yet
};

}  // namespace transport
