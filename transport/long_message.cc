#include "transport/long_message.h"

#include <cstring>

namespace transport {

std::span<char> LongMessage::room() {
  const size_t arrived = buffer_->size();
  if (buffer_->tailroom() <= slack && arrived < size_)
    Buffer::grow(buffer_, std::min(size_, 2 * arrived) + slack);
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
