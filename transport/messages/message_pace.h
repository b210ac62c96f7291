// Whether a message that has begun to come in goes on coming, or is only held open.
//
// Looked at now and then, by its connection's thread: nothing is done for a message that comes as it should.
#pragma once

#include <chrono>
#include <cstdint>

namespace transport {

class MessagePace {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // `bytes` of the message of this number are there by now. True: in `window_ms` or longer there came less of
  // it than `bytes_per_second` give. 0 bytes per second: never.
  bool too_slow(Time now, uint32_t message, size_t bytes, int bytes_per_second, int window_ms) {
    if (watched_ && message == message_ && now - since_ < std::chrono::milliseconds(window_ms)) return false;
    const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(now - since_).count();
    const auto expected = static_cast<uint64_t>(passed) * static_cast<uint64_t>(bytes_per_second) / 1000;
    const bool slow = watched_ && message == message_ && bytes - bytes_ < expected;
    watched_ = true;
    since_ = now;
    message_ = message;
    bytes_ = bytes;
    return slow;
  }
  // No message is coming in, or nobody reads it.
  void forget() { watched_ = false; }

 private:
  Time since_{};
  size_t bytes_ = 0;  // of the message, at that time
  uint32_t message_ = 0;
  bool watched_ = false;
};

}  // namespace transport
