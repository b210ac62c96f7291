#include "router/dealer/callee_half.h"

#include <string>

#include "router/mail/payload_passthru.h"
#include "wamp/attributes.h"
#include "wamp/error_uris.h"

namespace router::dealer {
namespace {

using namespace wamp::error_uri;

constexpr std::string_view yield_request = "YIELD.INVOCATION.Request";

wamp::Interrupt interrupt(wamp::RequestId invocation, std::string_view mode) {
  return {invocation, {{"mode", mode}}};
}

}  // namespace

CalleeHalf::CalleeHalf(const Place& place, Streams& streams, wamp::RequestId last)
    : place_(place),
      streams_(streams),
      invocations_(place.seat.charge(holding::calls, 0), pending_invocation_bytes),
      last_(last) {}

wamp::RequestId CalleeHalf::last_owed() const {
  return answered_ == last_.value ? wamp::RequestId() : last_;
}

// ---- what the peer says

wamp::Result<PendingInvocation*> CalleeHalf::answered(wamp::RequestId invocation, std::string_view answer,
                                                      bool is_last) {
  if (PendingInvocation** const found = invocations_.find(invocation.value)) {
    answered_ += is_last;
    return *found;
  }
  if (invocation > last_)
    return wamp::ProtocolError{std::string(answer) + ": no INVOCATION " + std::to_string(invocation.value) +
                               " was sent to this session"};
  place_.seat.branch.counters.late_answers.add();
  return nullptr;
}

void CalleeHalf::fail(const PendingInvocation& invocation, std::string_view error_uri, std::string text) {
  place_.outbox.refuse(invocation.id, {error_uri, std::move(text)});
}

wamp::Result<void> CalleeHalf::yield(const wamp::Yield& message, RoutedPayload&& payload) {
  if (message.options.empty()) {
    const auto found = answered(message.request, yield_request, true);
    if (!found) return found.error();
    if (PendingInvocation* const invocation = *found) {
      place_.outbox.answer(invocation->id, wamp::CallResult{invocation->id.request, {}, {}},
                           std::move(payload));
      remove(*invocation);
    }
    return {};
  }
  wamp::Attributes options(message.options, "YIELD.Options");
  const bool progress = options.boolean("progress", false);
  const wamp::Dict passthru = payload_passthru_attributes(options, place_.seat.limits().attribute_length);
  if (options.error() && !options.error()->is_refusable) return *options.error();
  if (!passthru.empty() && !place_.seat.features.has_payload_passthru_mode(wamp::Role::callee))
    return wamp::ProtocolError{"YIELD.Options.ppt_scheme: HELLO did not announce payload_passthru_mode"};
  const auto found = answered(message.request, yield_request, !progress);
  if (!found) return found.error();
  if (!*found) return {};
  PendingInvocation& invocation = **found;
  if (options.error()) {
    fail(invocation, invalid_argument, options.error()->message);
    remove(invocation);
    return {};
  }
  // A caller that did not ask for progress could not tell a progressive result from the final one.
  if (progress && !invocation.receive_progress) return {};
  if (!passthru.empty() && !invocation.caller_takes_passthru) {
    place_.outbox.refuse(place_.seat.ref, wamp::Invocation::type, message.request,
                         {feature_not_supported, "the caller does not support payload passthru mode"});
    fail(invocation, feature_not_supported,
         "the callee answered in payload passthru mode, which this session has not announced");
    remove(invocation);
    return {};
  }
  wamp::CallResult result;
  result.request = invocation.id.request;
  if (progress) result.details.append("progress", true);
  append_attributes(passthru, result.details);
  place_.outbox.answer(invocation.id, std::move(result), std::move(payload),
                       progress ? Answer::Kind::progress : Answer::Kind::last);
  if (!progress) remove(invocation);
  return {};
}

wamp::Result<void> CalleeHalf::error(const wamp::Error& message, RoutedPayload&& payload, bool not_taken) {
  wamp::Attributes details(message.details, "ERROR.Details");
  payload_passthru_attributes(details, place_.seat.limits().attribute_length);
  if (details.error() && !details.error()->is_refusable) return *details.error();
  const auto found = answered(message.request, "ERROR.REQUEST.Request", true);
  if (!found) return found.error();
  if (!*found) return {};
  PendingInvocation& invocation = **found;
  if (!wamp::is_valid_uri(message.error, wamp::UriRule::loose)) {
    fail(invocation, invalid_uri, "the callee answered with an ERROR whose URI is not valid");
  } else {
    const bool is_unavailable =
        not_taken ||
        (message.error == unavailable && place_.seat.features.callee_call_reroute && !place_.seat.is_link());
    wamp::Error error{wamp::Call::type, invocation.id.request, message.details, message.error, {}};
    place_.outbox.answer(invocation.id, std::move(error), std::move(payload),
                         is_unavailable ? Answer::Kind::unavailable : Answer::Kind::last);
  }
  remove(invocation);
  return {};
}

// ---- what the other half posts

PendingInvocation* CalleeHalf::find(const CallId& call) {
  constexpr size_t few = 16;
  if (!by_call_ && invocations_.size() <= few) {
    PendingInvocation* found = nullptr;
    invocations_.for_each([&](uint64_t, PendingInvocation* invocation) {
      if (invocation->id.caller == call.caller && invocation->id.number == call.number) found = invocation;
    });
    return found;
  }
  if (!by_call_) {
    auto all = std::make_unique<ByCall>();
    invocations_.for_each([&all](uint64_t, PendingInvocation* invocation) {
      all->emplace(std::pair(invocation->id.caller.session, invocation->id.number), invocation);
    });
    by_call_ = std::move(all);
  }
  const auto found = by_call_->find({call.caller.session, call.number});
  return found == by_call_->end() ? nullptr : found->second;
}

bool CalleeHalf::take(Invoke& invoke) {
  wamp::Invocation& message = invoke.message;
  const bool progressive = message.details.find("progress") != nullptr;
  if (invoke.facts.is_chunk) {
    PendingInvocation* const begun = find(invoke.call);
    if (!begun) return false;
    message.request = begun->invocation;
    begun->progressive = progressive;
    return true;
  }
  streams_.on_wanted(invoke.call.caller.session);
  const wamp::RequestId id = wamp::next_id(last_);
  PendingInvocation& invocation = add_end(place_.table.invocations, invocations_, id);
  invocation.id = invoke.call;
  invocation.invocation = id;
  invocation.reservation = std::move(invoke.reservation);
  invocation.receive_progress = invoke.facts.receive_progress;
  invocation.progressive = progressive;
  invocation.caller_takes_passthru = invoke.facts.caller_takes_passthru;
  last_ = id;
  if (by_call_) by_call_->emplace(std::pair(invoke.call.caller.session, invoke.call.number), &invocation);
  message.request = id;
  return true;
}

std::optional<wamp::Interrupt> CalleeHalf::take(const CallNotice& notice) {
  PendingInvocation* const invocation = find(notice.call);
  if (!invocation) return std::nullopt;
  if (notice.kind == CallNotice::Kind::kill) return interrupt(invocation->invocation, "kill");
  std::optional<wamp::Interrupt> sent;
  // The other node is told, too, that nobody waits any more.
  if (place_.seat.is_link()) sent = interrupt(invocation->invocation, "skip");
  if (notice.kind == CallNotice::Kind::end_kill) sent = interrupt(invocation->invocation, "killnowait");
  remove(*invocation);
  return sent;
}

// ---- streams

void CalleeHalf::on_untaken(wamp::RequestId invocation, bool too_much) {
  PendingInvocation** const found = invocations_.find(invocation.value);
  if (found && (*found)->progressive) streams_.tell_untaken((*found)->id.caller, (*found)->id, too_much);
}

bool CalleeHalf::is_called_by_others() const {
  constexpr size_t most_looked_at = 1000;
  size_t looked_at = 0;
  // Of very many invocations not all are looked at, and others are taken to wait.
  return invocations_.any_of([&](const PendingInvocation* invocation) {
    return ++looked_at > most_looked_at || !streams_.is_receiver(invocation->id.caller.session);
  });
}

void CalleeHalf::take_untaken(const CallId& call, const SessionRef& caller, bool too_much,
                              const std::function<bool()>& others_wait) {
  PendingInvocation* const invocation = find(call);
  if (!invocation || !streams_.on_untaken(caller, others_wait) || !too_much) return;
  streams_.count_broken(caller);
  fail(*invocation, canceled, "the caller does not take the results, and others wait for the callee");
  if (place_.seat.features.callee_call_canceling)
    place_.outbox.send(place_.seat.ref, interrupt(invocation->invocation, "killnowait"));
  remove(*invocation);
}

// ---- the end

void CalleeHalf::remove(PendingInvocation& invocation) noexcept {
  const wamp::SessionId caller = invocation.id.caller.session;
  if (by_call_) by_call_->erase({caller, invocation.id.number});
  const auto queue = invocation.reservation.give_back();
  invocations_.erase(invocation.invocation.value);
  place_.table.invocations.remove(invocation);
  if (invocations_.empty()) by_call_.reset();
  streams_.on_ended(caller);
  if (queue) place_.procedures.give_to_waiting(queue->registration);
}

bool CalleeHalf::end_some(LeftoverWork& work, uint64_t& from) {
  return work.take_some(invocations_, from, [this](PendingInvocation* invocation) {
    if (invocation->id.caller != place_.seat.ref)
      last_word_ ? place_.outbox.refuse(invocation->id, *last_word_)
                 : fail(*invocation, canceled, "the callee left before it answered");
    remove(*invocation);
  });
}

}  // namespace router::dealer
