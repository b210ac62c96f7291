// The frames a connection still has to write, in order, and how they are gathered for one system call.
//
// Belongs to its connection's thread. Knows no socket.
//
// A peer that reads needs no queue to speak of, and its frames are not asked for their memory. Of one that
// does not, as much as possible has to go into the memory that it may take: then short frames that nobody
// else holds are put together.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include <sys/uio.h>

#include "transport/memory/buffer.h"

namespace transport {

class WriteQueue {
 public:
  void push(BufferRef&& frame) {
    if (waits_) [[unlikely]]
      return push_to_wait(std::move(frame));
    bytes_ += frame->size();
    frames_.push_back(std::move(frame));
  }
  // The peer takes nothing now: what there is and what comes until the queue is empty counts as memory.
  void begin_to_wait();
  // That are still to be written.
  size_t bytes() const { return bytes_; }
  bool empty() const { return bytes_ == 0; }

  // Bytes of memory that the frames take; one that is shared counts in full. Of what a peer may take at once,
  // only the bytes.
  size_t held() const { return waits_ ? held_ : bytes_; }
  // What the queue takes itself, beside them.
  size_t own_held() const { return allocated(frames_); }
  // About what would be free without the frames: those that others hold as well count in part.
  size_t share() const;

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
  void push_to_wait(BufferRef&& frame);
  void append(BufferRef&& frame);

  std::vector<BufferRef> frames_;
  size_t first_ = 0;    // index of the front frame: those before are written
  size_t written_ = 0;  // bytes of the front frame that are written
  size_t bytes_ = 0;
  bool waits_ = false;  // for a peer that did not take all
  size_t held_ = 0;     // while it does: memory of the frames
};

}  // namespace transport
