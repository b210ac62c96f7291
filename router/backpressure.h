// What others feel of a peer that does not take what it is sent: the sources of streams to it are not read
// until it has caught up, and it gets no calls, nor is it read itself, while very much waits for it.
//
// Part of a membership, on its worker's thread. What it refers to outlives it; at its end the sources go on.
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "router/clock.h"
#include "router/realm.h"
#include "router/sender.h"
#include "router/session_ref.h"
#include "router/worker.h"

namespace router {

class Backpressure {
 public:
  Backpressure(Worker& worker, Sender& sender, Realm& realm, Member& member)
      : worker_(worker), sender_(sender), realm_(realm), member_(member) {}
  ~Backpressure() { end_choke(); }
  Backpressure(const Backpressure&) = delete;

  // A message was sent; `source`: whose stream it is part of, or no session.
  void on_sent(const SessionRef& source);
  // At the end of a turn: those who were slowed down may go on if the peer has caught up.
  void check();
  // It has taken nothing of a stream for that time; 0: for ever.
  bool is_stuck(SteadyTime now, std::chrono::milliseconds patience) const {
    return !choked_.empty() && patience.count() > 0 && now >= choked_since_ + patience;
  }

 private:
  void clog();
  void unclog();
  void choke(const SessionRef& source);
  void end_choke();

  Worker& worker_;
  Sender& sender_;
  Realm& realm_;
  Member& member_;
  std::vector<SessionRef> choked_;  // sources of streams that wait for the peer
  size_t choked_bytes_ = 0;         // queued when it last took something
  SteadyTime choked_since_{};
  bool clogged_ = false;
};

}  // namespace router
