// What a session streams to others who do not take it, and what others stream to it that it does not take.
//
// A source is a callee that sends progressive results, or a caller that sends further chunks. Its session is
// not read as long as a receiver does not take the stream, but only while nobody else waits for anything of
// it; else the others go on, and so does the stream, until too much waits for its receiver. The source
// decides; receivers tell it.
//
// Part of a party, on its session's thread.
#pragma once

#include <map>
#include <set>

#include "router/base/session_ref.h"
#include "router/dealer/place.h"
#include "router/mail/call_mail.h"

namespace router::dealer {

class Streams {
 public:
  explicit Streams(const Place& place) : place_(place) {}

  // ---- of the source

  // Somebody does not take what comes from here. `others_wait()`: whether anybody but receivers() waits for
  // something from here. True: that is so.
  template <class OthersWait>
  bool on_untaken(const SessionRef& receiver, const OthersWait& others_wait) {
    receivers_.insert(receiver.session);
    if (is_paused()) return false;
    // Who begins to wait in between sees that it is paused.
    pause();
    if (!others_wait()) return false;
    resume();
    return true;
  }
  const std::set<wamp::SessionId>& receivers() const { return receivers_; }
  bool is_receiver(wamp::SessionId session) const { return receivers_.contains(session); }
  void on_taken(const SessionRef& receiver);
  // `by` waits for something from here.
  void on_wanted(wamp::SessionId by) {
    if (is_paused() && !is_receiver(by)) resume();
  }
  // A stream to the receiver ends as others wait.
  void count_broken(const SessionRef& receiver);
  // A stream to that one has ended. If there are more of them they are heard of again.
  void on_ended(wamp::SessionId receiver) noexcept;

  // ---- of the receiver

  // It does not take this stream.
  void tell_untaken(const SessionRef& source, const CallId& call, bool too_much);
  // It has taken all, or leaves.
  void tell_taken();

 private:
  bool is_paused() const { return place_.seat.callee->paused.load(std::memory_order_relaxed); }
  void pause();
  void resume();

  const Place& place_;
  std::set<wamp::SessionId> receivers_;            // who do not take what comes from here
  std::map<wamp::SessionId, SessionRef> sources_;  // who have been told so by this one
};

}  // namespace router::dealer
