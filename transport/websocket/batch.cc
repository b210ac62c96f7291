#include "transport/websocket/batch.h"

#include <algorithm>

#include "transport/websocket/frame.h"

namespace transport {

std::optional<std::span<char>> take_from_batch(Framing framing, std::span<char>& batch) {
  if (framing.batching != Framing::Batching::length) {
    const auto end = std::find_if(batch.begin(), batch.end(), [](char c) {
      return c == separator_of(Framing::batched_text) || c == separator_of(Framing::batched_text_octal);
    });
    const auto size = static_cast<size_t>(end - batch.begin());
    const auto message = batch.first(size);
    batch = batch.subspan(std::min(size + 1, batch.size()));
    return message;
  }
  if (batch.size() < batch_length_size) return std::nullopt;
  size_t size = 0;
  for (const char c : batch.first(batch_length_size)) size = size << 8 | static_cast<uint8_t>(c);
  if (size > batch.size() - batch_length_size) return std::nullopt;
  const auto message = batch.subspan(batch_length_size, size);
  batch = batch.subspan(batch_length_size + size);
  return message;
}

void UnreadBatch::keep(std::span<const char> rest) {
  const bool is_here = rest.data() >= bytes_.data() && rest.data() < bytes_.data() + bytes_.size();
  if (!is_here) bytes_.assign(rest.data(), rest.size());
  read_ = bytes_.size() - rest.size();
}

void OutgoingBatch::move_to(WriteQueue& queue) {
  queue.push(make_message_header(framing_, bytes_));
  for (BufferRef& message : messages_) queue.push(std::move(message));
  messages_.clear();
  bytes_ = held_ = 0;
}

}  // namespace transport
