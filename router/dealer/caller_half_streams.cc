#include <algorithm>
#include <string>
#include <utility>

#include "router/dealer/caller_half.h"
#include "wamp/error_uris.h"

// Calls in chunks, and streams that one of the sides of a call does not take.
namespace router::dealer {

using namespace wamp::error_uri;

wamp::Result<void> CallerHalf::continue_call(const wamp::Call& message, RoutedPayload&& payload,
                                             bool sequential) {
  PendingCall** const found = calls_.find(message.request.value);
  if (!found || (*found)->interrupted || ((*found)->kept && (*found)->kept->procedure != message.procedure)) {
    place_.seat.branch.counters.late_answers.add();
    return {};
  }
  PendingCall& call = **found;
  if (!call.progressive && !sequential) {
    refuse_id_in_use(message.request);
    return {};
  }
  if (!call.progressive)
    return wamp::ProtocolError{"CALL.Request: call " + std::to_string(message.request.value) +
                               " is in progress, and its last chunk has been sent"};
  const auto options = call_options(message.options, place_.seat.limits().attribute_length);
  if (!options && !options.error().is_refusable) return options.error();
  if (!options) {
    break_off(call, invalid_argument, options.error().message);
    return {};
  }
  KeptCall& kept = *call.kept;
  wamp::Dict details = kept.details;
  if (options->progress) details.append("progress", true);
  place_.outbox.invoke(call.callee, call.id, call.registration, std::move(details), std::move(payload),
                       Reservation(), Invoke::Facts{.is_chunk = true});
  call.progressive = options->progress;
  kept.continued = true;
  kept.payload = {};
  kept.settle();
  return {};
}

void CallerHalf::on_untaken(wamp::RequestId request, bool too_much) {
  PendingCall** const found = calls_.find(request.value);
  if (found && (*found)->callee != SessionRef())
    streams_.tell_untaken((*found)->callee, (*found)->id, too_much);
}

bool CallerHalf::sends_chunks_to_others() const {
  constexpr size_t most_looked_at = 1000;
  size_t looked_at = 0;
  // Of very many calls not all are looked at, and others are taken to wait.
  return calls_.any_of([&](const PendingCall* call) {
    return ++looked_at > most_looked_at ||
           (call->progressive && call->callee != SessionRef() && !streams_.is_receiver(call->callee.session));
  });
}

void CallerHalf::take_untaken(const CallId& id, const SessionRef& callee, bool too_much,
                              const std::function<bool()>& others_wait) {
  PendingCall* const call = find(id);
  if (!call || !call->progressive || call->callee != callee) return;
  if (!streams_.on_untaken(callee, others_wait) || !too_much) return;
  streams_.count_broken(callee);
  break_off(*call, canceled,
            "the callee does not take what the caller sends, and others wait for the caller");
}

}  // namespace router::dealer
