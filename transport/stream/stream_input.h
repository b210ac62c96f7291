// What comes in on a stream: read when there is something, unless its talk is paused, and given to the talk.
//
// Part of its stream, on whose thread it lives.
#pragma once

#include <cstddef>
#include <span>

#include "transport/socket/socket.h"

namespace transport {

class Stream;

class StreamInput {
 public:
  explicit StreamInput(Stream& stream) : stream_(stream) {}

  // The first of it; it was read elsewhere, if any.
  void begin(std::span<char> read);
  // What the talk has not received yet comes first, and then what there is to be read.
  void go_on();
  // Brings the account and the loop's numbers up to date.
  void count();
  // An operation is pending.
  bool waits() const { return waits_ || go_on_posted_; }

 private:
  void wait();
  void on_readable();
  void read();
  void receive(std::span<char> bytes);
  void receive_unread();
  void on_end(const Socket::Result& result);

  Stream& stream_;
  size_t counted_ = 0;  // in the loop's input_in_buffers
  bool waits_ = false;
  bool go_on_posted_ = false;
  bool ended_ = false;
};

}  // namespace transport
