// How the parts here measure time: in looks at the clock that come every tick while the process runs. So time
// in which it stood still is nobody's silence.
//
// One thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "router/cluster/nats/nats_connection.h"

namespace router::cluster {

constexpr std::chrono::milliseconds tick_interval{100};

// True every `ticks` ticks, and not for so long after a reset.
class Countdown {
 public:
  explicit Countdown(uint32_t ticks) : ticks_(ticks), left_(ticks) {}

  void reset() { left_ = ticks_; }
  bool tick() {
    if (--left_ > 0) return false;
    reset();
    return true;
  }

 private:
  const uint32_t ticks_;
  uint32_t left_;
};

// Gives up a connection on which nothing comes, not even what it says to itself, and nothing goes: a server
// that has stopped, or a way that was cut, may leave it open for many minutes. One that is only slow has much
// to take before what it is to say comes back.
class Pulse {
 public:
  void on_connected() { silence_.reset(); }
  void on_message() { silence_.reset(); }
  void on_tick(NatsConnection& connection) {
    if (!connection.is_connected()) return;
    if (connection.take_moved()) silence_.reset();
    if (echo_.tick()) connection.publish(connection.inbox() + ".r.echo", {});
    if (silence_.tick()) connection.give_up("the server does not answer");
  }

 private:
  Countdown echo_{5};
  Countdown silence_{25};
};

}  // namespace router::cluster
