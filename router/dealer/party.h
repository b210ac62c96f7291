// A session as a party to calls: both halves of what it is in.
//
// A part of its seat, on its session's thread. When the session leaves, what is left of its calls ends piece
// by piece, and then the seat goes.
#pragma once

#include <optional>

#include "router/dealer/callee_half.h"
#include "router/dealer/caller_half.h"
#include "router/dealer/place.h"
#include "router/dealer/streams.h"
#include "router/tables/leftover_work.h"

namespace router::dealer {

struct Party {
  Party(const Place& its_place, wamp::RequestId last_invocation)
      : place(its_place),
        streams(place),
        caller(place, streams),
        callee(place, streams, last_invocation),
        end(*this) {}

  // What has been posted to it. What the peer is sent for it, if anything.
  std::optional<wamp::Interrupt> take(const CallNotice& notice);
  // The peer does not take this part of a stream: the RESULT or the INVOCATION with that id.
  void on_untaken(wamp::MessageType part, wamp::RequestId request, bool too_much);

  // Ends what it has, once the session has left.
  class End final : public LeftoverWork::Work {
   public:
    explicit End(Party& party) : party_(party) {}

   private:
    bool go_on() override;

    Party& party_;
    uint64_t from_ = 0;
  };

  // Somebody waits for something of it who is no receiver of its streams.
  bool others_wait();

  const Place place;
  Streams streams;
  CallerHalf caller;
  CalleeHalf callee;
  End end;
};

}  // namespace router::dealer
