// A message that is longer than what is read at once, as it comes in: in a buffer of its own, which the bytes
// are read into and which can go on to others with the message, so that nothing is copied.
//
// It grows as bytes arrive: the announced size is the peer's word only. Belongs to its codec's thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

#include "transport/memory/buffer.h"

namespace transport {

class LongMessage {
 public:
  // Shorter ones are mostly all there after one read.
  static constexpr size_t min_size = 64 * 1024;

  explicit LongMessage(size_t size) : LongMessage(size, Buffer::take_kept(size + slack)) {
    if (!buffer_) buffer_ = Buffer::create(0, std::min(size, first_capacity) + slack);
  }
  // One of unknown size, which may be short: it begins with little.
  static LongMessage of_at_most(size_t size) {
    constexpr size_t first_of_unknown = 2000;
    return {size, Buffer::create(0, std::min(size, first_of_unknown) + slack)};
  }

  bool whole() const { return buffer_->size() == size_; }
  size_t arrived() const { return buffer_->size(); }
  // Bytes of memory that it takes.
  size_t held() const { return buffer_ ? buffer_->held() : 0; }
  // What has arrived; to be changed by whoever takes a mask away. Nothing once the buffer has been taken.
  std::span<char> bytes() {
    return buffer_ ? std::span(buffer_->data(), buffer_->size()) : std::span<char>();
  }

  // Where the bytes that come next belong: some of those that are missing.
  std::span<char> room();
  // So many bytes have been put there.
  void filled(size_t count) { buffer_->extend(count); }
  // Takes what belongs to it from the front of `bytes`, which are all that there is at present.
  void take(std::span<char>& bytes);

  // Its buffer, if it is long and this part is most of it, else null: what is held must not hold much more
  // than it is counted for. It is no longer of use then.
  BufferRef take_buffer_of(std::string_view part);

 private:
  static constexpr size_t first_capacity = 256 * 1024;
  // Behind the message, for what frames need there.
  static constexpr size_t slack = 16;

  LongMessage(size_t size, BufferRef buffer) : size_(size), buffer_(std::move(buffer)) {}
  void grow();

  size_t size_;
  BufferRef buffer_;
};

}  // namespace transport
