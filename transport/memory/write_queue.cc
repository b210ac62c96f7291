#include "transport/memory/write_queue.h"

#include <cstring>
#include <utility>

namespace transport {
namespace {

// Measured: below it a memcpy is cheaper than one more part in sendmsg.
constexpr size_t max_copied_frame = 2048;
// Frames that are longer do not waste enough of their blocks to be moved together.
constexpr size_t max_joined_frame = 1024;
constexpr size_t joined_size = 4096 - sizeof(Buffer);

bool may_be_joined(const Buffer& frame) {
  return frame.size() <= max_joined_frame && frame.unique();
}

}  // namespace

void WriteQueue::begin_to_wait() {
  if (std::exchange(waits_, true)) return;
  held_ = 0;
  for (size_t i = first_; i < frames_.size(); ++i) held_ += frames_[i]->held();
}

void WriteQueue::append(BufferRef&& frame) {
  bytes_ += frame->size();
  held_ += frame->held();
  frames_.push_back(std::move(frame));
}

void WriteQueue::push_to_wait(BufferRef&& frame) {
  if (frames_.size() == first_ || !may_be_joined(*frame)) return append(std::move(frame));
  BufferRef& last = frames_.back();
  if (!last->unique()) return append(std::move(frame));
  if (last->tailroom() < frame->size()) {
    if (!may_be_joined(*last)) return append(std::move(frame));
    BufferRef joined = Buffer::create(0, joined_size);
    joined->append(last->view());
    held_ += joined->held() - last->held();
    last = std::move(joined);
  }
  bytes_ += frame->size();
  last->append(frame->view());
}

size_t WriteQueue::share() const {
  constexpr size_t most_looked_at = 64;
  const size_t count = frames_.size() - first_;
  const size_t step = count / most_looked_at + 1;
  size_t held = 0, share = 0;
  for (size_t i = first_; i < frames_.size(); i += step) {
    held += frames_[i]->held();
    share += frames_[i]->share();
  }
  const double part = held == 0 ? 0 : static_cast<double>(share) / static_cast<double>(held);
  return static_cast<size_t>(part * static_cast<double>(this->held()));
}

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
    if (waits_) held_ -= frames_[first_]->held();
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
  constexpr size_t most_kept = 1024;
  frames_.clear();
  if (frames_.capacity() > most_kept) [[unlikely]]
    give_back(frames_);
  first_ = written_ = bytes_ = held_ = 0;
  waits_ = false;
}

void WriteQueue::release_memory() {
  if (frames_.empty()) give_back(frames_);
}

}  // namespace transport
