#include <algorithm>
#include <cassert>
#include <string>
#include <utility>

#include "router/dealer/dealer.h"
#include "router/mail/payload_passthru.h"
#include "router/member/request_check.h"
#include "transport/memory/has_memory_for.h"
#include "wamp/attributes.h"
#include "wamp/error_uris.h"

// CALL, CANCEL, YIELD and ERROR: the Dealer's other half.
namespace router::dealer {
namespace {

using namespace wamp::error_uri;

// Bytes of an INVOCATION that are not its arguments.
constexpr size_t usual_envelope = 128;
constexpr std::string_view yield_request = "YIELD.INVOCATION.Request";

void interrupt(const PendingCall& call, std::string_view mode, Outbox& outbox) {
  wamp::Interrupt message;
  message.request = call.invocation;
  message.options.append("mode", mode);
  outbox.send(call.callee->ref, std::move(message));
}

// The specification sketches "Sharded Registration" without saying what "all" gives back.
std::optional<Refusal> run_mode_refusal(const CallOptions& options) {
  if (options.run_mode == RunMode::by_policy) return std::nullopt;
  if (options.run_mode == RunMode::all)
    return Refusal{feature_not_supported, "CALL.Options.runmode: only \"partition\" is supported"};
  if (!options.routing_key)
    return Refusal{invalid_argument, "CALL.Options.rkey: expected with runmode \"partition\""};
  return std::nullopt;
}

uint64_t timeout_ms(const CallOptions& options, const config::SessionLimits& limits) {
  const uint64_t wanted = options.timeout_ms > 0 ? options.timeout_ms : limits.call_timeout_ms;
  const uint64_t most = limits.max_call_timeout_ms;
  return most > 0 && (wanted == 0 || wanted > most) ? most : wanted;
}

// The callee wants to keep the time itself; not if the router waits, which must not hang.
bool looks_after_timeout(const Callee& callee, const Member& caller) {
  return !caller.unseen && callee.options.forward_timeout && callee.member->features.callee_call_timeout;
}

std::optional<Refusal> missing_feature(const CallOptions& options, const wamp::ClientFeatures& callee) {
  // A callee without call canceling counts as one without progressive invocations.
  if (options.progress && !(callee.callee_progressive_call_invocations && callee.callee_call_canceling))
    return Refusal{feature_not_supported, "the callee does not support progressive call invocations"};
  if (!options.payload_passthru.empty() && !callee.has_payload_passthru_mode(wamp::Role::callee))
    return Refusal{feature_not_supported, "the callee does not support payload passthru mode"};
  return std::nullopt;
}

}  // namespace

PendingCall& Dealer::add_call(Member& caller, wamp::RequestId request, const Registration& registration) {
  PendingCall& call = calls_.add();
  call.caller = &caller;
  call.request = request;
  call.registration = registration.id;
  call.taken = clock_.turn_time();
  try {
    caller.calls.insert(request.value, &call);
  } catch (...) {
    calls_.remove(call);
    throw;
  }
  return call;
}

void Dealer::release_callee(PendingCall& call) {
  call.callee->invocations.erase(call.invocation.value);
  if (std::exchange(call.counted, false)) {
    Registration* registration = registrations_.find(call.registration);
    Callee* callee = registration ? registration->find_callee(*call.callee) : nullptr;
    // None is counted of a callee that has come back since the call.
    if (callee && callee->active > 0) --callee->active;
  }
  call.callee = nullptr;
}

void Dealer::remove_call(PendingCall& call, Outbox& outbox) noexcept {
  Registration* unblocked = nullptr;
  if (call.callee) {
    if (!slow_streams_.empty()) [[unlikely]]
      slow_streams_.on_ended(*call.callee, *call.caller, outbox);
    if (call.counted) unblocked = registrations_.find(call.registration);
    release_callee(call);
  } else if (Registration* registration = registrations_.find(call.registration)) {
    registration->waiting.erase(call.waiting_number);
  }
  forget_deadline(call);
  call.caller->calls.erase(call.request.value);
  calls_.remove(call);
  if (unblocked) invoke_waiting(*unblocked);
}

void Dealer::finish(PendingCall& call, Outbox& outbox) noexcept {
  const auto us =
      std::chrono::duration_cast<std::chrono::microseconds>(clock_.turn_time() - call.taken).count();
  counters_.call_seconds.add(static_cast<uint64_t>(std::max<int64_t>(us, 0)));
  remove_call(call, outbox);
}

void Dealer::end(PendingCall& call, std::string_view error_uri, std::string_view text, Outbox& outbox) {
  outbox.refuse(call.caller->ref, wamp::Call::type, call.request, error_uri, text);
  finish(call, outbox);
}

void Dealer::set_deadline(PendingCall& call, uint64_t timeout_ms) {
  // As good as never, and far from an overflow.
  constexpr uint64_t ten_years_ms = uint64_t{10} * 365 * 24 * 3600 * 1000;
  const auto timeout = std::chrono::milliseconds(std::min(timeout_ms, ten_years_ms));
  call.deadline = deadlines_.emplace(clock_.now() + timeout, &call);
}

void Dealer::forget_deadline(PendingCall& call) {
  if (call.deadline) deadlines_.erase(*call.deadline);
  call.deadline.reset();
}

void Dealer::time_out(PendingCall& call, Outbox& outbox) {
  break_off(call, timeout, "the call has taken longer than its timeout", outbox);
}

void Dealer::break_off(PendingCall& call, std::string_view error_uri, std::string_view text, Outbox& outbox) {
  if (call.callee && call.callee->features.callee_call_canceling && !call.interrupted) {
    interrupt(call, "killnowait", outbox);
    call.interrupted = true;
  }
  end(call, error_uri, text, outbox);
}

Callee* Dealer::pick(Registration& registration, const CallOptions& options, const KeptCall* kept) {
  Registration::Choice choice;
  if (registration.policy == InvocationPolicy::random) choice.chance = ids_.next();
  if (options.run_mode == RunMode::partition) choice.routing_key = options.routing_key;
  if (kept) choice.refused = &kept->refused;
  return registration.pick(choice);
}

bool Dealer::refuse_id_in_use(const Member& caller, wamp::RequestId call, Outbox& outbox) {
  if (!caller.calls.find(call.value)) return false;
  outbox.refuse(
      caller.ref, wamp::Call::type, call, invalid_argument,
      "CALL.Request: " + std::to_string(call.value) + " is the id of a call that has not been answered yet");
  return true;
}

wamp::Result<void> Dealer::call(Member& caller, const wamp::Call& message, const CallOptions& options,
                                RoutedPayload&& payload, const Grant& grant, Outbox& outbox) {
  if (PendingCall** const earlier = caller.calls.find(message.request.value)) [[unlikely]] {
    if ((*earlier)->progressive) return continue_call(caller, message, std::move(payload), false, outbox);
    refuse_id_in_use(caller, message.request, outbox);
    return {};
  }
  if (options.progress && !caller.features.caller_progressive_call_invocations)
    return wamp::ProtocolError{"CALL.Options.progress: HELLO did not announce progressive_call_invocations"};
  if (!options.payload_passthru.empty() && !caller.features.has_payload_passthru_mode(wamp::Role::caller))
    return wamp::ProtocolError{"CALL.Options.ppt_scheme: HELLO did not announce payload_passthru_mode"};
  begin_call(caller, message.request, {message.procedure, options, grant}, std::move(payload), outbox);
  return {};
}

// Callers call the same again and again, so each remembers what it found.
Registration* Dealer::find_registration(Member& caller, std::string_view procedure) {
  RememberedCall& known = caller.call_grant;
  if (known.uri.empty()) return registrations_.match(procedure);
  assert(known.uri == procedure);
  if (known.index_version != registrations_.version()) {
    known.index_version = registrations_.version();
    known.registration = registrations_.match(procedure);
  }
  return known.registration;
}

void Dealer::begin_call(Member& caller, wamp::RequestId request, const Asked& asked, RoutedPayload&& payload,
                        Outbox& outbox) {
  const auto refuse = [&](std::string_view error_uri, std::string_view text) {
    outbox.refuse(caller.ref, wamp::Call::type, request, error_uri, text);
  };
  const CallOptions& options = asked.options;
  if (draining_ && !caller.unseen) return refuse(unavailable, "the router shuts down");
  Registration* registration = find_registration(caller, asked.procedure);
  if (!registration)
    return refuse(no_such_procedure, "no procedure is registered as " + std::string(asked.procedure));
  if (const uint32_t most = caller.limits().calls_in_flight_per_session; caller.calls.size() >= most)
    return refuse(too_many_requests, "this session has " + std::to_string(most) +
                                         " calls in progress, the most that it may have");
  if (const auto refusal = run_mode_refusal(options)) return refuse(refusal->error_uri, refusal->text);

  PendingCall& call = add_call(caller, request, *registration);
  call.progressive = options.progress;
  if (const uint64_t timeout = timeout_ms(options, caller.limits()); timeout > 0) set_deadline(call, timeout);
  // It does not overtake those that wait and are being given to callees.
  Callee* callee =
      registration->invoking && !options.progress ? nullptr : pick(*registration, options, nullptr);
  const bool may_be_sent_again = !callee || callee->member->features.callee_call_reroute;
  if (may_be_sent_again || options.progress)
    call.kept = std::make_unique<KeptCall>(KeptCall{std::string(asked.procedure),
                                                    options,
                                                    asked.grant,
                                                    {},
                                                    may_be_sent_again ? payload : RoutedPayload(),
                                                    {},
                                                    false,
                                                    caller.charge(holding::calls, 0)});
  if (call.kept) {
    if (const auto refusal = check_kept_bytes(caller, call.kept->bytes()))
      return end(call, refusal->error_uri, refusal->text, outbox);
    call.kept->settle();
  }
  if (callee)
    invoke(call, *registration, *callee, asked, std::move(payload), outbox);
  else
    wait_for_callee(call, *registration, outbox);
}

void Dealer::invoke(PendingCall& call, Registration& registration, Callee& callee, const Asked& asked,
                    RoutedPayload&& payload, Outbox& outbox) {
  Member& member = *callee.member;
  if (const auto missing = missing_feature(asked.options, member.features))
    return end(call, missing->error_uri, missing->text, outbox);
  if (!slow_streams_.empty()) [[unlikely]]
    slow_streams_.on_wanted(member, *call.caller, outbox);
  // Clients in use announce progressive results without call canceling, which the letter of the specification
  // asks for as well; they are served.
  call.receive_progress = asked.options.receive_progress && member.features.callee_progressive_call_results;
  wamp::Dict details = invocation_details(call, registration, callee, asked);
  if (call.kept) {
    call.kept->details = details;
    call.kept->settle();
  }
  const wamp::RequestId invocation = wamp::next_id(member.last_invocation);
  member.invocations.make_room(invocation.value);
  send_invocation(call, member, invocation, std::move(details), asked.options.progress, std::move(payload),
                  outbox);
  // All that needs memory has been done: who has not been sent it is still to be found for the call.
  member.last_invocation = invocation;
  member.invocations.insert(invocation.value, &call);
  if (call.waiting_number != 0) registration.waiting.erase(call.waiting_number);
  if (call.callee) release_callee(call);
  call.callee = &member;
  call.invocation = invocation;
  if (callee.options.concurrency > 0) {
    call.counted = true;
    ++callee.active;
  }
  if (call.deadline && looks_after_timeout(callee, *call.caller)) forget_deadline(call);
  if (!member.features.callee_call_reroute && !call.progressive) call.kept.reset();  // it waited
}

wamp::Dict Dealer::invocation_details(const PendingCall& call, const Registration& registration,
                                      const Callee& callee, const Asked& asked) const {
  const Member& caller = *call.caller;
  wamp::Dict details;
  if (registration.match != wamp::MatchPolicy::exact) details.append("procedure", asked.procedure);
  if (call.receive_progress) details.append("receive_progress", true);
  if (call.deadline && looks_after_timeout(callee, *call.caller))
    details.append("timeout", remaining_ms(call));
  if (asked.grant.disclose || asked.options.disclose_me || callee.options.disclose_caller) {
    details.append("caller", caller.ref.session.value);
    details.append("caller_authid", caller.identity.authid);
    details.append("caller_authrole", caller.identity.authrole);
  }
  if (asked.grant.trustlevel) details.append("trustlevel", uint64_t{*asked.grant.trustlevel});
  append_attributes(asked.options.payload_passthru, details);
  return details;
}

void Dealer::send_invocation(const PendingCall& call, Member& callee, wamp::RequestId invocation,
                             wamp::Dict&& details, bool is_chunk, RoutedPayload&& payload, Outbox& outbox) {
  wamp::Invocation message;
  message.request = invocation;
  message.registration = call.registration;
  message.details = std::move(details);
  if (call.progressive) message.details.append("progress", true);
  const size_t bytes = payload.bytes().size() + usual_envelope;
  outbox.send(callee.ref, std::move(message), std::move(payload), is_chunk);
  if (!callee.room_for_calls.take(bytes)) [[likely]]
    return;
  const auto ask = [&] { outbox.order(callee.ref, SessionOrder::Kind::tell_room); };
  if (!transport::has_memory_for(ask)) callee.room_for_calls.take_back_question();
}

uint64_t Dealer::remaining_ms(const PendingCall& call) const {
  const auto remaining = std::chrono::ceil<std::chrono::milliseconds>((*call.deadline)->first - clock_.now());
  return static_cast<uint64_t>(std::max<int64_t>(remaining.count(), 1));
}

wamp::Result<void> Dealer::cancel(Member& caller, const wamp::Cancel& message, Outbox& outbox) {
  wamp::Attributes options(message.options, "CANCEL.Options");
  std::string_view mode = options.string("mode").value_or("skip");
  if (options.error()) return *options.error();
  const bool is_known = mode == "skip" || mode == "kill" || mode == "killnowait";
  PendingCall** found = caller.calls.find(message.request.value);
  if (!found) {
    counters_.late_answers.add();
    return {};
  }
  PendingCall& call = **found;
  // CANCEL is answered by the end of its call, as is one that does not say how in words that are known.
  if (!is_known) {
    break_off(call, invalid_argument, "CANCEL.Options.mode: expected skip, kill or killnowait", outbox);
    return {};
  }
  if (!call.callee || !call.callee->features.callee_call_canceling) mode = "skip";
  if (mode != "skip" && !call.interrupted) interrupt(call, mode, outbox);
  if (mode == "kill")
    call.interrupted = true;
  else
    end(call, canceled, "canceled by the caller", outbox);
  return {};
}

wamp::Result<PendingCall*> Dealer::answered_call(Member& callee, wamp::RequestId invocation,
                                                 std::string_view answer, bool is_last) {
  if (PendingCall** found = callee.invocations.find(invocation.value)) {
    callee.answered_invocations += is_last;
    return *found;
  }
  if (invocation > callee.last_invocation)
    return wamp::ProtocolError{std::string(answer) + ": no INVOCATION " + std::to_string(invocation.value) +
                               " was sent to this session"};
  counters_.late_answers.add();
  return nullptr;
}

wamp::Result<void> Dealer::yield(Member& callee, const wamp::Yield& message, RoutedPayload&& payload,
                                 Outbox& outbox) {
  if (message.options.empty()) {
    const auto answered = answered_call(callee, message.request, yield_request, true);
    if (!answered) return answered.error();
    if (PendingCall* call = *answered) {
      outbox.send(call->caller->ref, wamp::CallResult{call->request, {}, {}}, std::move(payload));
      finish(*call, outbox);
    }
    return {};
  }
  wamp::Attributes options(message.options, "YIELD.Options");
  const bool progress = options.boolean("progress", false);
  const wamp::Dict passthru = payload_passthru_attributes(options, callee.limits().attribute_length);
  if (options.error() && !options.error()->is_refusable) return *options.error();
  if (!passthru.empty() && !callee.features.has_payload_passthru_mode(wamp::Role::callee))
    return wamp::ProtocolError{"YIELD.Options.ppt_scheme: HELLO did not announce payload_passthru_mode"};
  const auto answered = answered_call(callee, message.request, yield_request, !progress);
  if (!answered) return answered.error();
  if (!*answered) return {};
  PendingCall& call = **answered;
  if (options.error()) {
    end(call, invalid_argument, options.error()->message, outbox);
    return {};
  }
  // A caller that did not ask for progress could not tell a progressive result from the final one.
  if (progress && !call.receive_progress) return {};
  if (!passthru.empty() && !call.caller->features.has_payload_passthru_mode(wamp::Role::caller)) {
    const std::string_view text = "the caller does not support payload passthru mode";
    outbox.refuse(callee.ref, wamp::Invocation::type, call.invocation, feature_not_supported, text);
    end(call, feature_not_supported,
        "the callee answered in payload passthru mode, which this session has not announced", outbox);
    return {};
  }
  wamp::CallResult result;
  result.request = call.request;
  if (progress) result.details.append("progress", true);
  append_attributes(passthru, result.details);
  outbox.send(call.caller->ref, std::move(result), std::move(payload), progress);
  if (progress) return {};
  finish(call, outbox);
  return {};
}

wamp::Result<void> Dealer::error(Member& callee, const wamp::Error& message, RoutedPayload&& payload,
                                 Outbox& outbox) {
  wamp::Attributes details(message.details, "ERROR.Details");
  payload_passthru_attributes(details, callee.limits().attribute_length);
  if (details.error() && !details.error()->is_refusable) return *details.error();
  const auto answered = answered_call(callee, message.request, "ERROR.REQUEST.Request", true);
  if (!answered) return answered.error();
  if (!*answered) return {};
  PendingCall& call = **answered;
  if (message.error == unavailable && callee.features.callee_call_reroute && !call.interrupted) {
    reroute(call, outbox);
  } else if (!wamp::is_valid_uri(message.error, wamp::UriRule::loose)) {
    end(call, invalid_uri, "the callee answered with an ERROR whose URI is not valid", outbox);
  } else {
    wamp::Error error;
    error.request_type = wamp::Call::type;
    error.request = call.request;
    error.details = message.details;
    error.error = message.error;
    outbox.send(call.caller->ref, std::move(error), std::move(payload));
    finish(call, outbox);
  }
  return {};
}

void Dealer::reroute(PendingCall& call, Outbox& outbox) {
  KeptCall& kept = *call.kept;
  const wamp::SessionId callee_session = call.callee->ref.session;
  kept.refused.insert(std::upper_bound(kept.refused.begin(), kept.refused.end(), callee_session),
                      callee_session);
  kept.settle();
  // It is the callee's until it is another one's, waits or ends: it must not be lost if there is no memory.
  Registration* registration = registrations_.find(call.registration);
  if (!registration || kept.continued || !registration->has_candidates(kept.refused))
    end(call, no_available_callee, "all callees are unavailable", outbox);
  else if (Callee* callee = pick(*registration, kept.options, &kept))
    invoke(call, *registration, *callee, {kept.procedure, kept.options, kept.grant},
           RoutedPayload(kept.payload), outbox);
  else
    wait_for_callee(call, *registration, outbox);
  if (registration) invoke_waiting(*registration);
}

void Dealer::end_as_callee(PendingCall& call, Outbox& outbox) {
  if (call.caller == call.callee)
    remove_call(call, outbox);
  else
    end(call, canceled, "the callee left before it answered", outbox);
}

void Dealer::end_as_caller(PendingCall& call, Outbox& outbox) {
  if (call.callee && call.callee->features.callee_call_canceling && !call.interrupted)
    interrupt(call, "killnowait", outbox);
  remove_call(call, outbox);
}

}  // namespace router::dealer
