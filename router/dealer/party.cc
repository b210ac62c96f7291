#include "router/dealer/party.h"

namespace router::dealer {

std::optional<wamp::Interrupt> Party::take(const CallNotice& notice) {
  using Kind = CallNotice::Kind;
  switch (notice.kind) {
    case Kind::end:
    case Kind::end_kill:
    case Kind::kill:
      return callee.take(notice);
    case Kind::granted:
      caller.take_granted(notice.call);
      break;
    case Kind::untaken:
    case Kind::too_much: {
      const bool too_much = notice.kind == Kind::too_much;
      const auto waits = [this] { return others_wait(); };
      if (notice.call.caller == place.seat.ref && notice.from != place.seat.ref)
        caller.take_untaken(notice.call, notice.from, too_much, waits);
      else
        callee.take_untaken(notice.call, notice.from, too_much, waits);
      break;
    }
    case Kind::taken:
      streams.on_taken(notice.from);
      break;
    case Kind::wanted:
      streams.on_wanted(notice.from.session);
      break;
  }
  return std::nullopt;
}

bool Party::others_wait() {
  // A link is not paused for one of those for whom it speaks.
  return place.seat.is_link() || callee.is_called_by_others() || caller.sends_chunks_to_others() ||
         place.procedures.is_awaited_by_others(place.seat, streams.receivers());
}

void Party::on_untaken(wamp::MessageType part, wamp::RequestId request, bool too_much) {
  if (part == wamp::CallResult::type)
    caller.on_untaken(request, too_much);
  else
    callee.on_untaken(request, too_much);
}

bool Party::End::go_on() {
  LeftoverWork& work = party_.place.table.ending;
  party_.streams.tell_taken();
  if (!party_.callee.end_some(work, from_) || !party_.caller.end_some(work, from_)) return false;
  party_.place.procedures.on_calls_ended(party_.place.seat);
  return true;
}

}  // namespace router::dealer
