// Messages compressed with zlib, each by itself (RFC 7692, section 7.2, without context takeover): whoever
// sends or receives none just now holds nothing for it.
//
// Nothing here is shared between threads. Throws std::bad_alloc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "transport/framing/framing.h"
#include "transport/memory/buffer.h"
#include "transport/memory/long_message.h"

struct z_stream_s;

namespace transport {

// Of what is sent. Keeps its memory from message to message, for all connections of a thread.
class Deflater {
 public:
  // Shorter ones are one packet anyway. During the time that a longer one takes others would wait.
  static constexpr size_t min_size = 256, max_size = 1024 * 1024;

  // The message, compressed, with max_frame_header bytes of headroom; null if it is not worth it: outside of
  // these bounds, or no shorter than the message.
  BufferRef compress(Compression how, std::string_view message);
  // Of all messages within the bounds: what they cost.
  size_t taken_bytes() const { return taken_bytes_; }

 private:
  struct End {
    void operator()(z_stream_s* stream) const;
  };
  void begin(Compression how);

  std::unique_ptr<z_stream_s, End> stream_;
  Compression how_;  // of stream_
  size_t taken_bytes_ = 0;
};

// One message as it comes in. Never holds more of it than `max_size` bytes.
class InflatedMessage {
 public:
  enum class Outcome : uint8_t {
    good,      // so far
    too_long,  // it has more than max_size bytes, of which bytes() are the first
    broken,    // that is no deflate stream
  };

  explicit InflatedMessage(size_t max_size);

  // The next of its compressed bytes; none may follow after another outcome than good.
  Outcome take(std::span<const char> compressed);
  // There are no more of them.
  Outcome end();

  std::span<char> bytes() { return message_->bytes(); }
  size_t size() const { return message_->arrived(); }
  // Bytes of memory that it takes.
  size_t held() const;
  size_t held_in_buffers() const { return message_ ? message_->held() : 0; }
  // It is no longer of use without it.
  std::unique_ptr<LongMessage> release() { return std::move(message_); }

 private:
  struct End {
    void operator()(z_stream_s* stream) const;
  };

  std::unique_ptr<LongMessage> message_;
  std::unique_ptr<z_stream_s, End> stream_;
};

}  // namespace transport
