#include "router/dealer/dealer.h"

#include <algorithm>
#include <string>
#include <vector>

#include "wamp/attributes.h"
#include "wamp/error_uris.h"

namespace router::dealer {
namespace {

using wamp::error_uri::canceled;

void interrupt(const PendingCall& call, std::string_view mode, Outbox& outbox) {
  wamp::Interrupt message;
  message.request = call.invocation;
  message.options.append("mode", mode);
  outbox.send(call.callee->ref, std::move(message));
}

void refuse_call(const PendingCall& call, std::string_view error_uri, std::string_view text, Outbox& outbox) {
  outbox.refuse(call.caller->ref, wamp::Call::type, call.request, error_uri, text);
}

wamp::Dict invocation_details(const Registration& registration, const Member& caller,
                              const wamp::Call& message, bool disclose, const Grant& grant,
                              bool receive_progress) {
  wamp::Dict details;
  if (registration.match != wamp::MatchPolicy::exact) details.append("procedure", message.procedure);
  if (receive_progress) details.append("receive_progress", true);
  if (disclose) {
    details.append("caller", caller.ref.session.value);
    details.append("caller_authid", caller.identity.authid);
    details.append("caller_authrole", caller.identity.authrole);
  }
  if (grant.trustlevel) details.append("trustlevel", uint64_t{*grant.trustlevel});
  return details;
}

// The calls in a fixed order, whatever the tables' order is.
std::vector<PendingCall*> by_invocation(std::vector<PendingCall*> calls) {
  std::sort(calls.begin(), calls.end(),
            [](const PendingCall* a, const PendingCall* b) { return a->invocation < b->invocation; });
  return calls;
}

}  // namespace

Registration& Dealer::add_registration(std::string_view procedure, wamp::MatchPolicy match,
                                       InvocationPolicy policy) {
  last_id_ = wamp::RegistrationId(last_id_.value + 1);
  auto registration = std::make_unique<Registration>();
  registration->id = last_id_;
  registration->procedure = procedure;
  registration->match = match;
  registration->policy = policy;
  index_.add(procedure, match, registration.get());
  return *registrations_.insert(last_id_.value, std::move(registration));
}

void Dealer::remove_callee(Registration& registration, Member& callee) {
  registration.remove_callee(callee);
  if (!registration.callees.empty()) return;
  index_.remove(registration.procedure, registration.match);
  registrations_.erase(registration.id.value);
}

PendingCall& Dealer::add_call(Member& caller, wamp::RequestId request, Member& callee) {
  callee.last_invocation = wamp::next_id(callee.last_invocation);
  PendingCall& call = calls_.add();
  call.caller = &caller;
  call.request = request;
  call.callee = &callee;
  call.invocation = callee.last_invocation;
  callee.invocations.insert(call.invocation.value, &call);
  caller.calls.insert(request.value, &call);
  return call;
}

void Dealer::remove_call(PendingCall& call) {
  call.callee->invocations.erase(call.invocation.value);
  call.caller->calls.erase(call.request.value);
  calls_.remove(call);
}

wamp::Result<void> Dealer::register_procedure(Member& callee, const wamp::Register& message,
                                              wamp::MatchPolicy match, Outbox& outbox) {
  wamp::Attributes options(message.options, "REGISTER.Options");
  const std::string_view invoke = options.string("invoke").value_or("single");
  if (options.error()) return *options.error();
  const auto refuse = [&](std::string_view error_uri, std::string_view text) -> wamp::Result<void> {
    outbox.refuse(callee.ref, wamp::Register::type, message.request, error_uri, text);
    return {};
  };
  const auto policy = invocation_policy(invoke);
  if (!policy)
    return refuse(wamp::error_uri::invalid_argument,
                  "REGISTER.Options.invoke: expected single, roundrobin, random, "
                  "first or last");
  if (callee.registrations.size() >= limits_.registrations_per_session)
    return refuse(wamp::error_uri::too_many_requests, "this session holds " +
                                                          std::to_string(limits_.registrations_per_session) +
                                                          " registrations, the most that the realm allows");

  Registration* registration = index_.find(message.procedure, match);
  if (registration) {
    if (registration->has_callee(callee))
      return refuse(wamp::error_uri::procedure_already_exists,
                    "this session has registered this procedure already");
    if (registration->policy == InvocationPolicy::single)
      return refuse(wamp::error_uri::procedure_already_exists,
                    "another session has registered this procedure");
    if (registration->policy != *policy)
      return refuse(
          wamp::error_uri::procedure_already_exists,
          "this procedure is registered with invoke \"" + std::string(name(registration->policy)) + "\"");
  } else {
    registration = &add_registration(message.procedure, match, *policy);
  }
  registration->add_callee(callee);
  outbox.send(callee.ref, wamp::Registered{message.request, registration->id});
  return {};
}

void Dealer::unregister(Member& callee, const wamp::Unregister& message, Outbox& outbox) {
  Registration** registration = callee.registrations.find(message.registration.value);
  if (!registration) {
    outbox.refuse(callee.ref, wamp::Unregister::type, message.request, wamp::error_uri::no_such_registration,
                  "this session does not hold registration " + std::to_string(message.registration.value));
    return;
  }
  remove_callee(**registration, callee);
  outbox.send(callee.ref, wamp::Unregistered{message.request, std::nullopt});
}

wamp::Result<void> Dealer::call(Member& caller, const wamp::Call& message, RoutedPayload payload,
                                const Grant& grant, Outbox& outbox) {
  wamp::Attributes options(message.options, "CALL.Options");
  const bool receive_progress = options.boolean("receive_progress", false);
  const bool disclose_me = options.boolean("disclose_me", false);
  if (options.error()) return *options.error();
  if (caller.calls.find(message.request.value))
    return wamp::ProtocolError{"CALL.Request: call " + std::to_string(message.request.value) +
                               " is still in progress"};

  // A pattern as broad as "" must not catch what is reserved for the router.
  Registration* registration =
      wamp::is_reserved_uri(message.procedure) ? nullptr : index_.match_best(message.procedure);
  if (!registration) {
    outbox.refuse(caller.ref, wamp::Call::type, message.request, wamp::error_uri::no_such_procedure,
                  "no procedure is registered as " + std::string(message.procedure));
    return {};
  }
  if (caller.calls.size() >= limits_.calls_in_flight_per_session) {
    outbox.refuse(caller.ref, wamp::Call::type, message.request, wamp::error_uri::too_many_requests,
                  "this session has " + std::to_string(limits_.calls_in_flight_per_session) +
                      " calls in progress, the most that the realm allows");
    return {};
  }
  Member& callee = registration->pick(registration->policy == InvocationPolicy::random ? ids_.next() : 0);
  PendingCall& call = add_call(caller, message.request, callee);
  // Clients in use announce progressive results without call canceling, which the letter of the specification
  // asks for as well; they are served.
  call.receive_progress = receive_progress && callee.features.callee_progressive_call_results;
  wamp::Invocation invocation;
  invocation.request = call.invocation;
  invocation.registration = registration->id;
  invocation.details = invocation_details(*registration, caller, message, grant.disclose || disclose_me,
                                          grant, call.receive_progress);
  outbox.send(callee.ref, std::move(invocation), std::move(payload));
  return {};
}

wamp::Result<void> Dealer::cancel(Member& caller, const wamp::Cancel& message, Outbox& outbox) {
  wamp::Attributes options(message.options, "CANCEL.Options");
  std::string_view mode = options.string("mode").value_or("skip");
  if (options.error()) return *options.error();
  if (mode != "skip" && mode != "kill" && mode != "killnowait")
    return wamp::ProtocolError{"CANCEL.Options.mode: expected skip, kill or killnowait"};

  PendingCall** found = caller.calls.find(message.request.value);
  if (!found) {
    ++late_count_;
    return {};
  }
  PendingCall& call = **found;
  if (!call.callee->features.callee_call_canceling) mode = "skip";
  if (mode != "skip" && !call.interrupted) interrupt(call, mode, outbox);
  if (mode == "kill") {
    call.interrupted = true;
    return {};
  }
  refuse_call(call, canceled, "canceled by the caller", outbox);
  remove_call(call);
  return {};
}

wamp::Result<PendingCall*> Dealer::answered_call(Member& callee, wamp::RequestId invocation,
                                                 std::string_view answer) {
  if (PendingCall** found = callee.invocations.find(invocation.value)) return *found;
  if (invocation > callee.last_invocation)
    return wamp::ProtocolError{std::string(answer) + ": no INVOCATION " + std::to_string(invocation.value) +
                               " was sent to this session"};
  ++late_count_;
  return nullptr;
}

wamp::Result<void> Dealer::yield(Member& callee, const wamp::Yield& message, RoutedPayload payload,
                                 Outbox& outbox) {
  wamp::Attributes options(message.options, "YIELD.Options");
  const bool progress = options.boolean("progress", false);
  if (options.error()) return *options.error();
  const auto answered = answered_call(callee, message.request, "YIELD.INVOCATION.Request");
  if (!answered) return answered.error();
  if (!*answered) return {};
  PendingCall& call = **answered;
  // A caller that did not ask for progress could not tell a progressive result from the final one.
  if (progress && !call.receive_progress) return {};

  wamp::CallResult result;
  result.request = call.request;
  if (progress) result.details.append("progress", true);
  outbox.send(call.caller->ref, std::move(result), std::move(payload));
  if (!progress) remove_call(call);
  return {};
}

wamp::Result<void> Dealer::error(Member& callee, const wamp::Error& message, RoutedPayload payload,
                                 Outbox& outbox) {
  const auto answered = answered_call(callee, message.request, "ERROR.REQUEST.Request");
  if (!answered) return answered.error();
  if (!*answered) return {};
  PendingCall& call = **answered;
  if (!wamp::is_valid_uri(message.error, wamp::UriRule::loose)) {
    refuse_call(call, wamp::error_uri::invalid_uri,
                "the callee answered with an ERROR whose URI is not valid", outbox);
  } else {
    wamp::Error error;
    error.request_type = wamp::Call::type;
    error.request = call.request;
    error.details = message.details;
    error.error = message.error;
    outbox.send(call.caller->ref, std::move(error), std::move(payload));
  }
  remove_call(call);
  return {};
}

void Dealer::end_calls_as_callee(Member& callee, Outbox& outbox) {
  std::vector<PendingCall*> calls;
  callee.invocations.for_each([&calls](uint64_t, PendingCall* call) { calls.push_back(call); });
  for (PendingCall* call : by_invocation(std::move(calls))) {
    if (call->caller != &callee) refuse_call(*call, canceled, "the callee left before it answered", outbox);
    remove_call(*call);
  }
}

void Dealer::end_calls_as_caller(Member& caller, Outbox& outbox) {
  std::vector<PendingCall*> calls;
  caller.calls.for_each([&calls](uint64_t, PendingCall* call) { calls.push_back(call); });
  for (PendingCall* call : by_invocation(std::move(calls))) {
    if (call->callee->features.callee_call_canceling && !call->interrupted)
      interrupt(*call, "killnowait", outbox);
    remove_call(*call);
  }
}

void Dealer::remove_member(Member& member, Outbox& outbox) {
  end_calls_as_callee(member, outbox);
  end_calls_as_caller(member, outbox);
  std::vector<Registration*> held;
  member.registrations.for_each(
      [&held](uint64_t, Registration* registration) { held.push_back(registration); });
  for (Registration* registration : held) remove_callee(*registration, member);
}

}  // namespace router::dealer
