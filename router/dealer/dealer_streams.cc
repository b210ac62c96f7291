#include <string>
#include <utility>

#include "router/dealer/dealer.h"
#include "wamp/error_uris.h"

// Calls of more than one message in a direction ("Progressive Call Invocations", "Progressive Call Results").
namespace router::dealer {

wamp::Result<void> Dealer::continue_call(Member& caller, const wamp::Call& message, RoutedPayload&& payload,
                                         bool sequential, Outbox& outbox) {
  PendingCall** found = caller.calls.find(message.request.value);
  if (!found || (*found)->interrupted || ((*found)->kept && (*found)->kept->procedure != message.procedure)) {
    counters_.late_answers.add();
    return {};
  }
  PendingCall& call = **found;
  if (!call.progressive && !sequential) {
    refuse_id_in_use(caller, message.request, outbox);
    return {};
  }
  if (!call.progressive)
    return wamp::ProtocolError{"CALL.Request: call " + std::to_string(message.request.value) +
                               " is in progress, and its last chunk has been sent"};
  const auto options = call_options(message.options, caller.limits().attribute_length);
  if (!options && !options.error().is_refusable) return options.error();
  if (!options) {
    break_off(call, wamp::error_uri::invalid_argument, options.error().message, outbox);
    return {};
  }
  call.progressive = options->progress;
  KeptCall& kept = *call.kept;
  kept.continued = true;
  kept.payload = {};
  kept.settle();
  send_invocation(call, *call.callee, call.invocation, wamp::Dict(kept.details), true, std::move(payload),
                  outbox);
  return {};
}

bool Dealer::on_untaken(Member& receiver, const wamp::Message& part, bool too_much, Outbox& outbox) {
  const auto* result = std::get_if<wamp::CallResult>(&part);
  const auto* chunk = std::get_if<wamp::Invocation>(&part);
  PendingCall** found = result  ? receiver.calls.find(result->request.value)
                        : chunk ? receiver.invocations.find(chunk->request.value)
                                : nullptr;
  if (!found || !(*found)->callee) return false;
  const bool goes_on = result || (*found)->progressive;
  if (!goes_on || !slow_streams_.on_untaken(**found, receiver, too_much, outbox)) return false;
  counters_.streams_ended.add();
  break_off(**found, wamp::error_uri::canceled,
            result ? "the caller does not take the results, and others wait for the callee"
                   : "the callee does not take what the caller sends, and others wait for the caller",
            outbox);
  return true;
}

}  // namespace router::dealer
