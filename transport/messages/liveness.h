// What is known of a peer's signs of life: bytes that come from it, and bytes that it takes.
//
// Part of a talk, on its stream's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "transport/socket/intake.h"
#include "transport/stream/stream.h"

namespace transport {

class Liveness {
 public:
  // `may_be_pinged`: from the beginning, see Agreed.
  Liveness(Stream& stream, bool may_be_pinged)
      : stream_(stream), heard_at_(stream.state().now), may_be_pinged_(may_be_pinged) {}

  // It has sent a ping or a pong.
  void on_ping_or_pong() { may_be_pinged_ = true; }
  bool may_be_pinged() const { return may_be_pinged_; }

  // It has given a sign of life. True: it had been asked for one.
  bool on_heard() {
    cannot_be_heard(stream_.state().now);
    return std::exchange(asked_, nullptr) != nullptr;
  }
  // Nobody listens, so it does not count as silent.
  void cannot_be_heard(Loop::Clock::time_point now) {
    heard_at_ = now;
    silent_ = false;
  }
  // Until now nobody has listened.
  void can_be_heard() { heard_at_ = stream_.state().now; }
  // A ping that asks for a sign of life follows.
  void on_ask();
  bool asked() const { return asked_ != nullptr; }
  // It has been asked, and takes what is in front of the ping.
  bool takes_what_waits();

  enum class Sign : uint8_t {
    fine,
    silent,  // from now on
    alive,   // though it was asked and has not answered yet
    dead,
  };
  Sign look(Loop::Clock::time_point now);

 private:
  // Of a peer that was asked for a sign of life, which may be too busy to answer soon.
  struct Asked {
    Intake seen;    // when it was last looked at
    int64_t ahead;  // what it must have taken to come to the ping
  };

  Stream& stream_;
  Loop::Clock::time_point heard_at_;
  Loop::Clock::time_point answer_due_;  // once it is silent
  std::unique_ptr<Asked> asked_;        // until on_heard()
  bool silent_ = false;                 // for ping_interval_ms
  bool may_be_pinged_;
};

}  // namespace transport
