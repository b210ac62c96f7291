#include "transport/long_message.h"

#include <cstring>

namespace transport {

void LongMessage::grow() {
  const size_t capacity = std::min(size_, 2 * arrived()) + slack;
  if (arrived() >= min_size) return Buffer::grow(buffer_, capacity);
  BufferRef larger = Buffer::create(0, capacity);
  larger->append(buffer_->view());
  buffer_ = std::move(larger);
}

std::span<char> LongMessage::room() {
  const size_t arrived = buffer_->size();
  if (buffer_->tailroom() <= slack && arrived < size_) grow();
  const size_t most = std::min(size_, buffer_->size() + buffer_->tailroom() - slack);
  return {buffer_->data() + arrived, most - arrived};
}

void LongMessage::take(std::span<char>& bytes) {
  while (!bytes.empty() && !whole()) {
    const auto to = room();
    const size_t count = std::min(to.size(), bytes.size());
    std::memcpy(to.data(), bytes.data(), count);
    filled(count);
    bytes = bytes.subspan(count);
  }
}

}  // namespace transport
