// The frames a connection still has to write, in order, and how they are gathered for one system call.
//
// Belongs to its connection's thread. Knows no socket.
#pragma once

#include <array>
#include <span>
#include <vector>

#include <sys/uio.h>

#include "transport/buffer.h"

namespace transport {

class WriteQueue {
 public:
  void push(BufferRef frame) {
    bytes_ += frame->size();
    frames_.push_back(std::move(frame));
  }
  size_t bytes() const { return bytes_; }
  bool empty() const { return bytes_ == 0; }

  // What one system call writes, in order from the front. Small frames are copied side by side into
  // `scratch`, which is cheaper than a part for each; large ones are referred to. The parts are valid until
  // push() or pop().
  std::span<iovec> gather(std::span<char> scratch, std::span<iovec> parts) const;

  // The first `size` bytes are written.
  void pop(size_t size);
  void clear();
  // Gives back the room of an earlier burst; called when the connection is idle.
  void release_memory();

 private:
  std::vector<BufferRef> frames_;
  size_t first_ = 0;    // index of the front frame: those before are written
  size_t written_ = 0;  // bytes of the front frame that are written
  size_t bytes_ = 0;
};

}  // namespace transport
