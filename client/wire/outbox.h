// Bytes that wait until a connection takes them.
#pragma once

#include <algorithm>
#include <cerrno>
#include <string>
#include <string_view>

#include "client/wire/stream.h"

namespace wire {

class Outbox {
 public:
  bool empty() const { return bytes_.size() == sent_; }
  size_t size() const { return bytes_.size() - sent_; }

  // To append to.
  std::string& bytes() { return bytes_; }

  // Sends once; false if the connection is broken.
  bool send(const Stream& stream) {
    const ssize_t sent = stream.write(bytes_.data() + sent_, size());
    if (sent < 0 && errno != EAGAIN) return false;
    sent_ += static_cast<size_t>(std::max<ssize_t>(sent, 0));
    // Not for each piece of a long message that is sent.
    if (empty() || sent_ > bytes_.size() / 2) {
      bytes_.erase(0, sent_);
      sent_ = 0;
    }
    return true;
  }

 private:
  std::string bytes_;
  size_t sent_ = 0;
};

}  // namespace wire
