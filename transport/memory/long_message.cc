#include "transport/memory/long_message.h"

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

BufferRef LongMessage::take_buffer_of(std::string_view part) {
  const auto whole = bytes();
  const bool is_most_of_it = part.data() >= whole.data() &&
                             part.data() + part.size() <= whole.data() + whole.size() &&
                             2 * part.size() >= whole.size();
  return is_most_of_it && whole.size() >= min_size ? std::move(buffer_) : BufferRef();
}

}  // namespace transport
