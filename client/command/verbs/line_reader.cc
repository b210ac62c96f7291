#include "client/command/verbs/line_reader.h"

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <vector>

#include <unistd.h>

namespace client::command {
namespace {

constexpr size_t longest_line = size_t{16} << 20;
constexpr size_t piece_size = 1 << 16;

}  // namespace

std::optional<std::string> LineReader::next() {
  size_t end = buffer_.find('\n', looked_at_);
  if (is_skipping_) {
    is_skipping_ = end == buffer_.npos;
    buffer_.erase(0, is_skipping_ ? buffer_.size() : end + 1);
    looked_at_ = 0;
    end = buffer_.find('\n');
  }
  if (end != buffer_.npos) return take(end, end + 1);
  looked_at_ = buffer_.size();
  if (buffer_.size() > longest_line) {
    is_skipping_ = true;
    ++number_;
    throw std::invalid_argument("it has more than 16 MiB");
  }
  if (has_ended_) {
    if (error_ != 0) throw std::runtime_error(std::string("standard input: ") + std::strerror(error_));
    if (buffer_.empty()) return std::nullopt;
    return take(buffer_.size(), buffer_.size());
  }
  if (is_waiting_) return std::nullopt;
  is_waiting_ = true;
  loop_.when_readable(descriptor_, [this] {
    is_waiting_ = false;
    read();
    when_there_();
  });
  return std::nullopt;
}

std::optional<std::string> LineReader::take(size_t size, size_t with_end) {
  std::string line = buffer_.substr(0, size);
  buffer_.erase(0, with_end);
  looked_at_ = 0;
  ++number_;
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

void LineReader::read() {
  const size_t before = buffer_.size();
  buffer_.resize(before + piece_size);
  const ssize_t size = ::read(descriptor_, buffer_.data() + before, piece_size);
  buffer_.resize(before + static_cast<size_t>(size > 0 ? size : 0));
  if (size == 0) has_ended_ = true;
  if (size >= 0 || errno == EINTR || errno == EAGAIN) return;
  has_ended_ = true;
  error_ = errno;
}

}  // namespace client::command
