// What goes out on a stream: queued in a turn, written after reads and at the turn's end.
//
// Part of its stream, on whose thread it lives.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "transport/memory/write_queue.h"
#include "transport/socket/socket.h"
#include "transport/websocket/batch.h"

namespace transport {

class Stream;

class StreamOutput {
 public:
  explicit StreamOutput(Stream& stream) : stream_(stream) {}

  // From now on messages go out in batches.
  void begin_batches(Framing framing) { batch_ = std::make_unique<OutgoingBatch>(framing); }
  // With more memory than this the peer is dropped, as it reads too slowly.
  void set_max_held(size_t bytes) { max_held_ = bytes; }

  // The frame of a message.
  void send(BufferRef frame) {
    if (batch_) [[unlikely]]
      return add_to_batch(std::move(frame));
    queue_.push(std::move(frame));
    on_queued();
  }
  // What is no message, behind all that there is.
  void queue(BufferRef frame);
  void queue(std::string_view bytes);

  // Bytes not yet taken by the kernel.
  size_t bytes() const { return queue_.bytes() + (batch_ ? batch_->bytes() : 0); }
  // The memory that they take; what others hold, too, counts in full.
  size_t held() const { return queue_.held() + (batch_ ? batch_->held() : 0); }
  // Of it, what would not be free without this stream.
  size_t shared() const { return queue_.held() - queue_.share(); }
  // But for a batch that has not begun to go out.
  bool empty() const { return queue_.empty(); }
  // Gives back the room of an earlier burst.
  void release_memory() { queue_.release_memory(); }

  // For the stream.
  void write_queued() {
    in_unwritten_ = false;
    write();
  }
  void write_full() {
    in_full_ = false;
    write();
  }
  void clear();
  // Waits until the peer takes more.
  bool waits() const { return waits_; }

 private:
  void add_to_batch(BufferRef frame);
  void end_batch();
  void on_queued();
  void write();
  void on_written(const Socket::Result& result, size_t gathered);
  void wait();
  void count();

  Stream& stream_;
  WriteQueue queue_;
  std::unique_ptr<OutgoingBatch> batch_;  // if there are batches
  size_t max_held_ = SIZE_MAX;
  size_t counted_ = 0;  // of bytes(), in the loop's gauge
  bool in_unwritten_ = false;
  bool in_full_ = false;
  bool waits_ = false;
};

}  // namespace transport
