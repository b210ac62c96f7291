// What a connection has received and not dealt with yet.
//
// A small rest, of a frame that is not complete, is put in front of the next bytes in a buffer that the
// connections of a thread share; a large one stays where it is and grows, so that long messages are not
// copied for each of their pieces.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <sys/types.h>

#include "client/wire/stream.h"

namespace wire {

class Inbox {
 public:
  static constexpr size_t kReadSize = size_t{256} << 10;

  // Reads once, as recv() does, with its result.
  ssize_t read(const Stream& stream, std::vector<char>& shared);

  // All that is there after a successful read(), until consume(). May be written to.
  std::span<char> bytes() const { return bytes_; }

  // So many of bytes() have been dealt with; the rest waits for the next read().
  void consume(size_t done);

 private:
  std::vector<char> rest_;  // its first rest_size_ bytes
  size_t rest_size_ = 0;
  std::span<char> bytes_;  // in the shared buffer or in rest_
};

}  // namespace wire
