// Several WAMP messages in one WebSocket message (advanced profile, "Message Batching"): in text each ends
// with an octet 0x1e, or 0x18 for clients that take the specification's "\30" for octal; in binary each
// begins with its length in four octets, the highest first.
//
// Belongs to its connection's thread. Knows no socket.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "transport/framing/framing.h"
#include "transport/memory/allocated.h"
#include "transport/memory/buffer.h"
#include "transport/memory/write_queue.h"

namespace transport {

// Takes the message at the front of a batch, or nothing if it has a length that cannot be. The last message
// of a text may lack its separator. Precondition: the batch is not empty.
std::optional<std::span<char>> take_from_batch(Framing framing, std::span<char>& batch);

// The rest of a batch that has come in and is not received yet.
class UnreadBatch {
 public:
  bool empty() const { return bytes_.empty(); }
  // Part of what is here already, or else all that is to be here.
  void keep(std::span<const char> rest);
  std::span<char> rest() { return std::span(bytes_).subspan(read_); }
  void clear() { give_back(bytes_); }
  // Bytes of memory that it takes.
  size_t held() const { return allocated(bytes_); }

 private:
  std::string bytes_;
  size_t read_ = 0;  // of these
};

// What is to go out in the next WebSocket message. Its messages are made by frame_message().
class OutgoingBatch {
 public:
  explicit OutgoingBatch(Framing framing) : framing_(framing) {}

  // Above it a further message begins another batch: clients limit the size of what they take.
  static constexpr size_t max_bytes = 64 * 1024;

  bool empty() const { return messages_.empty(); }
  size_t bytes() const { return bytes_; }
  // Bytes of memory that the messages take.
  size_t held() const { return held_; }
  void add(BufferRef message) {
    bytes_ += message->size();
    held_ += message->held();
    messages_.push_back(std::move(message));
  }
  // As one WebSocket message.
  void move_to(WriteQueue& queue);

 private:
  const Framing framing_;
  std::vector<BufferRef> messages_;
  size_t bytes_ = 0;
  size_t held_ = 0;
};

}  // namespace transport
