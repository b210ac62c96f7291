#include "client/wire/inbox.h"

#include <algorithm>
#include <cstring>

namespace wire {

namespace {

constexpr size_t kLarge = size_t{32} << 10;

}  // namespace

ssize_t Inbox::read(const Stream& stream, std::vector<char>& shared) {
  std::vector<char>& buffer = rest_size_ < kLarge ? shared : rest_;
  const size_t needed = rest_size_ + kReadSize;
  if (buffer.size() < needed) buffer.resize(std::max(needed, 2 * buffer.size()));
  if (&buffer == &shared && rest_size_ != 0) std::memcpy(shared.data(), rest_.data(), rest_size_);
  const ssize_t received = stream.read(buffer.data() + rest_size_, kReadSize);
  if (received > 0) bytes_ = {buffer.data(), rest_size_ + static_cast<size_t>(received)};
  return received;
}

void Inbox::consume(size_t done) {
  const std::span<char> rest = bytes_.subspan(done);
  const bool in_place = done == 0 && !rest.empty() && rest.data() == rest_.data();
  if (!in_place) {
    if (rest_.size() < rest.size()) rest_.resize(rest.size());
    if (!rest.empty()) std::memmove(rest_.data(), rest.data(), rest.size());
  }
  rest_size_ = rest.size();
}

}  // namespace wire
