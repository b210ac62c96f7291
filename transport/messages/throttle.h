// Reads a peer no faster than it may send: above that its connection is paused.
//
// Part of a talk, on its stream's thread.
#pragma once

#include <asio/steady_timer.hpp>

#include "transport/connection/connection.h"
#include "transport/connection/rate.h"
#include "transport/stream/stream.h"

namespace transport {

class Throttle {
 public:
  Throttle(Stream& stream, Connection& connection, const Rate& rate)
      : stream_(stream), connection_(connection), meter_(rate), timer_(stream.state().io) {}

  // Who asks for the same again has the same buckets.
  void set(const Rate& rate) {
    if (rate != meter_.rate()) meter_ = RateMeter(rate);
  }
  void take_bytes(uint64_t bytes) { meter_.take_bytes(stream_.state().now, bytes); }
  void take_message() { meter_.take_message(stream_.state().now); }
  void slow_down_if_over();

  void cancel() { timer_.cancel(); }
  // It must not be destroyed yet.
  bool waits() const { return waits_; }

 private:
  Stream& stream_;
  Connection& connection_;
  RateMeter meter_;
  asio::steady_timer timer_;
  bool waits_ = false;  // the connection is paused until the timer ends
};

}  // namespace transport
