// The streams that their receivers do not take: whose connection is not read because of them, and which end.
//
// A source is a callee that sends progressive results, or a caller that sends further chunks. It is paused as
// long as its receiver does not take the stream, but only while nobody else waits for anything of it; else
// the others go on, and so does the stream, until too much waits for its receiver.
//
// Part of the dealer, behind the realm's lock. Members are removed before they go.
#pragma once

#include <set>
#include <unordered_map>

#include "router/dealer/pending_call.h"
#include "router/mail/outbox.h"
#include "router/member/member.h"

namespace router::dealer {

class SlowStreams {
 public:
  bool empty() const { return sources_.empty(); }

  // The receiver, one end of the call, has not taken what the other end streams to it. True: the call must
  // end, as others wait for the source, and what waits for the receiver is `too_much`.
  bool on_untaken(const PendingCall& call, Member& receiver, bool too_much, Outbox& outbox);
  // The receiver has taken all.
  void on_taken(Member& receiver, Outbox& outbox);
  // `by` waits for something of the source.
  void on_wanted(Member& source, Member& by, Outbox& outbox);
  // A stream between the two has ended. If there are more of them they are heard of again.
  void on_ended(Member& one, Member& other, Outbox& outbox) noexcept;
  void remove(Member& member, Outbox& outbox);

 private:
  using Members = std::set<Member*>;
  struct Source {
    Members receivers;  // who do not take what comes from it
    bool paused = false;
  };
  using Sources = std::unordered_map<Member*, Source>;

  static void pause(Sources::value_type& source, Outbox& outbox);
  static void resume(Sources::value_type& source, Outbox& outbox);
  void resume_for(Member& source, Member& receiver, Outbox& outbox);

  Sources sources_;
  std::unordered_map<Member*, Members> by_receiver_;
};

}  // namespace router::dealer
