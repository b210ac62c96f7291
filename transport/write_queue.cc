#include "transport/write_queue.h"

#include <cstring>

namespace transport {
namespace {

// Measured: below it a memcpy is cheaper than one more part in sendmsg.
constexpr size_t max_copied_frame = 2048;

}  // namespace

std::span<iovec> WriteQueue::gather(std::span<char> scratch, std::span<iovec> parts) const {
  size_t count = 0;
  size_t copied = 0;
  bool extends_copy = false;  // the last part is the end of what was copied
  for (size_t i = first_; i < frames_.size(); ++i) {
    std::string_view frame = frames_[i]->view();
    if (i == first_) frame.remove_prefix(written_);
    if (frame.empty()) continue;

    const bool copy = frame.size() <= max_copied_frame;
    if (copy && copied + frame.size() > scratch.size()) break;
    char* start = copy ? scratch.data() + copied : const_cast<char*>(frame.data());
    if (copy) {
      std::memcpy(start, frame.data(), frame.size());
      copied += frame.size();
    }
    if (copy && extends_copy) {
      parts[count - 1].iov_len += frame.size();
      continue;
    }
    if (count == parts.size()) break;
    parts[count++] = {start, frame.size()};
    extends_copy = copy;
  }
  return parts.first(count);
}

void WriteQueue::pop(size_t size) {
  bytes_ -= size;
  if (bytes_ == 0) {
    clear();
    return;
  }
  size += written_;
  while (frames_[first_]->size() <= size) {
    size -= frames_[first_]->size();
    frames_[first_++] = {};
  }
  written_ = size;
  // A queue that never runs empty must not grow at its front for ever.
  if (first_ > frames_.size() / 2) {
    frames_.erase(frames_.begin(), frames_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

void WriteQueue::clear() {
  frames_.clear();
  first_ = written_ = bytes_ = 0;
}

void WriteQueue::release_memory() {
  if (frames_.empty()) frames_ = {};
}

}  // namespace transport
