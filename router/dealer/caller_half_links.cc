// Calls of a link, for the sessions of another node, and what a link is told of those that go there.
#include <string>
#include <utility>

#include "router/dealer/caller_half.h"

namespace router::dealer {

void CallerHalf::forward(const ForwardedCall& call, RoutedPayload&& payload) {
  // URIs have no blanks.
  const bool is_pattern = call.match != wamp::MatchPolicy::exact;
  const std::string pattern =
      is_pattern ? std::string(call.registered).append(" ").append(wamp::name(call.match)) : std::string();
  StampedRoute<ProcedureRoute> made;
  const auto find_anew = [&] { return place_.procedures.find_route_here(call.registered, call.match); };
  const auto& found = place_.seat.branch.procedures_here.look_up(is_pattern ? pattern : call.registered,
                                                                 place_.generations, made, find_anew);
  begin(call.request, {call.procedure, call.options, call.grant, call.caller}, found.route.get(),
        std::move(payload));
}

void CallerHalf::abandon(wamp::RequestId id, bool is_to_stop) {
  PendingCall** const found = calls_.find(id.value);
  if (!found) {
    place_.seat.branch.counters.late_answers.add();
    return;
  }
  tell_end(**found, is_to_stop);
  remove(**found);
}

// What the link makes a call of at the other node. It asks to be told the caller, who need not be told to the
// callee.
void CallerHalf::append_for_other_node(const PendingCall& call, const CalleeSlot& slot, const Asked& asked,
                                       wamp::Dict& details) const {
  if (call.match == wamp::MatchPolicy::exact) {
    details.append("procedure", asked.procedure);
  } else {
    details.append("registered", *slot.remote_uri);
    details.append("match", wamp::name(call.match));
  }
  if (asked.grant.disclose || asked.options.disclose_me) details.append("disclose_me", true);
  if (const auto key = asked.options.shard_key()) details.append("rkey", *key);
}

}  // namespace router::dealer
