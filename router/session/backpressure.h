// What others feel of a peer that does not take what it is sent: the sources of streams hear that these wait
// for it, and it gets no calls, nor is it read itself, while very much does.
//
// Part of a membership, on its worker's thread. What it refers to outlives it.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "router/base/clock.h"
#include "router/realm/realm.h"
#include "router/session/sender.h"
#include "router/session/taken_watch.h"
#include "router/worker/resident.h"
#include "router/worker/worker.h"

namespace router {

class Backpressure {
 public:
  Backpressure(Worker& worker, Resident& resident, Sender& sender, Realm& realm, Seat& member)
      : worker_(worker),
        resident_(resident),
        sender_(sender),
        realm_(realm),
        member_(member),
        notice_above_(std::min(high_water, sender.much())) {}
  ~Backpressure();
  Backpressure(const Backpressure&) = delete;

  // A message, one of all or any, was sent as a frame of so many bytes.
  template <class M>
  void on_sent(const M& message, size_t bytes, bool is_of_stream) {
    const size_t held = sender_.connection().queued_memory();
    if (held <= notice_above_) [[likely]]
      return;
    if constexpr (std::is_same_v<M, wamp::CallResult> || std::is_same_v<M, wamp::Invocation>)
      if (is_of_stream) report(M::type, message.request, bytes);
    if (held > sender_.much()) clog();
  }
  // A call, which took so much of the callee's room on its way, has been sent.
  void on_invocation(size_t bytes);
  // At the end of a turn: all goes on if the peer has caught up.
  void check();
  // Asked once a second: the peer, for which much waits, has taken nothing for that time; 0: for ever.
  bool is_stuck(SteadyTime now, std::chrono::milliseconds patience);

 private:
  // Bytes that wait for a peer when the sources first hear of its streams.
  static constexpr size_t high_water = 1024 * 1024;

  void report(wamp::MessageType part, wamp::RequestId request, size_t bytes);
  void clog();
  // The realm is told, if calls wait for it.
  void take_calls_again();
  void watch();

  Worker& worker_;
  Resident& resident_;  // who is not taken from
  Sender& sender_;
  Realm& realm_;
  Seat& member_;
  const size_t notice_above_;
  bool watched_ = false;  // by the worker, as it is one of the following
  bool slow_ = false;     // sources know that it does not take their streams
  bool clogged_ = false;
  size_t report_at_ = 0;  // bytes that wait when a source hears of its stream again
  TakenWatch taken_;      // while watched
};

}  // namespace router
