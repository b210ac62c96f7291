#include "router/dealer/caller_half.h"

#include <algorithm>
#include <cassert>
#include <string>
#include <utility>

#include "router/mail/payload_passthru.h"
#include "router/member/request_check.h"
#include "transport/memory/has_memory_for.h"
#include "wamp/attributes.h"
#include "wamp/error_uris.h"

namespace router::dealer {
namespace {

using namespace wamp::error_uri;

const std::shared_ptr<const ForwardedCaller> itself;

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
bool looks_after_timeout(const CalleeSlot& slot, const Seat& caller) {
  return caller.kind != MemberKind::question && slot.options.forward_timeout &&
         slot.callee->features.callee_call_timeout;
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

// A callee that has been reserved for a call. If the call does not go there in the end, others that wait may.
class CallerHalf::Target {
 public:
  // `slot` outlives it.
  Target(Procedures& procedures, const std::shared_ptr<CalleeSlot>& slot, Reservation&& reservation)
      : procedures_(procedures), slot_(*slot), reservation_(std::move(reservation)) {}
  Target(const Target&) = delete;
  ~Target() {
    if (is_passed_on_ || !slot_.is_limited()) return;
    reservation_.give_back();
    if (slot_.queue->waiting.load() > 0) procedures_.give_to_waiting(slot_.queue->registration);
  }

  const CalleeSlot& slot() const { return slot_; }
  // Until pass_on() it may still be that it is not passed on.
  Reservation take() { return std::move(reservation_); }
  void pass_on() { is_passed_on_ = true; }

 private:
  Procedures& procedures_;
  const CalleeSlot& slot_;
  Reservation reservation_;
  bool is_passed_on_ = false;
};

CallerHalf::CallerHalf(const Place& place, Streams& streams)
    : place_(place), streams_(streams), calls_(place.seat.charge(holding::calls, 0), pending_call_bytes) {}

PendingCall* CallerHalf::find(const CallId& call) {
  PendingCall** const found = calls_.find(call.request.value);
  return found && (*found)->id.number == call.number ? *found : nullptr;
}

// ---- what the peer says

bool CallerHalf::refuse_id_in_use(wamp::RequestId call) {
  if (!calls_.find(call.value)) return false;
  place_.outbox.refuse(place_.seat.ref, wamp::Call::type, call,
                       {invalid_argument, "CALL.Request: " + std::to_string(call.value) +
                                              " is the id of a call that has not been answered yet"});
  return true;
}

wamp::Result<void> CallerHalf::call(const wamp::Call& message, const CallOptions& options,
                                    RoutedPayload&& payload, const Grant& grant) {
  if (PendingCall** const earlier = calls_.find(message.request.value)) [[unlikely]] {
    if ((*earlier)->progressive) return continue_call(message, std::move(payload), false);
    refuse_id_in_use(message.request);
    return {};
  }
  const wamp::ClientFeatures& features = place_.seat.features;
  if (options.progress && !features.caller_progressive_call_invocations)
    return wamp::ProtocolError{"CALL.Options.progress: HELLO did not announce progressive_call_invocations"};
  if (!options.payload_passthru.empty() && !features.has_payload_passthru_mode(wamp::Role::caller))
    return wamp::ProtocolError{"CALL.Options.ppt_scheme: HELLO did not announce payload_passthru_mode"};
  StampedRoute<ProcedureRoute> made;
  begin(message.request, {message.procedure, options, grant, itself}, route_to(message.procedure, made),
        std::move(payload));
  return {};
}

const ProcedureRoute* CallerHalf::route_to(std::string_view procedure, StampedRoute<ProcedureRoute>& made) {
  Seat& seat = place_.seat;
  const auto find_anew = [&] { return place_.procedures.find_route(procedure); };
  return seat.call_grant.look_up(procedure, seat.branch.procedures, place_.generations, made, find_anew)
      .route.get();
}

PendingCall& CallerHalf::add(wamp::RequestId request, const ProcedureRoute& route) {
  PendingCall& call = add_end(place_.table.calls, calls_, request);
  call.id = {place_.seat.ref, ++last_number_, request};
  call.registration = route.registration;
  call.match = route.match;
  call.taken = place_.clock.turn_time();
  place_.table.in_flight.add();
  place_.seat.branch.counters.calls.add();
  return call;
}

bool CallerHalf::must_wait(const ProcedureRoute& route, const CallOptions& options) const {
  if (options.progress) return false;
  if (route.queue->waiting_for_any.load() > 0) return true;
  return !waiting_.empty() && (waiting_.contains({route.registration, std::nullopt}) ||
                               waiting_.contains({route.registration, options.shard_key()}));
}

void CallerHalf::pick(const ProcedureRoute& route, const CallOptions& options, const KeptCall* kept,
                      std::optional<Target>& target) {
  CallChoice choice;
  if (route.policy == InvocationPolicy::random) choice.chance = place_.seat.branch.ids.next();
  choice.routing_key = options.shard_key();
  if (kept) choice.refused = &kept->refused;
  if (Picked picked = route.pick(choice))
    target.emplace(place_.procedures, *picked.slot, std::move(picked.reservation));
}

void CallerHalf::begin(wamp::RequestId request, const Asked& asked, const ProcedureRoute* route,
                       RoutedPayload&& payload) {
  Seat& seat = place_.seat;
  const auto refuse = [&](std::string_view error_uri, std::string text) {
    place_.outbox.refuse(seat.ref, wamp::Call::type, request, {error_uri, std::move(text)});
  };
  const CallOptions& options = asked.options;
  if (place_.draining.load(std::memory_order_relaxed) && seat.kind != MemberKind::question)
    return refuse(unavailable, "the router shuts down");
  if (!route)
    return refuse(no_such_procedure, "no procedure is registered as " + std::string(asked.procedure));
  if (const uint32_t most = seat.limits().calls_in_flight_per_session; calls_.size() >= most)
    return refuse(too_many_requests, "this session has " + std::to_string(most) +
                                         " calls in progress, the most that it may have");
  if (const auto refusal = run_mode_refusal(options)) return refuse(refusal->error_uri, refusal->text);

  PendingCall& call = add(request, *route);
  if (!seat.unseen) {
    auto& counted = seat.call_grant.counted;
    seat.branch.procedure_numbers.count(counted, asked.procedure, place_.clock);
    call.counted = counted;
    call.bytes = static_cast<uint32_t>(payload.bytes().size());
    call.slow_call_ms = asked.grant.slow_call_ms;
  }
  call.progressive = options.progress;
  if (const uint64_t timeout = timeout_ms(options, seat.limits()); timeout > 0) set_deadline(call, timeout);
  std::optional<Target> target;
  if (!must_wait(*route, options)) pick(*route, options, nullptr, target);
  const bool may_be_sent_again = !target || target->slot().callee->features.callee_call_reroute;
  if (may_be_sent_again || options.progress) {
    call.kept = std::make_unique<KeptCall>(KeptCall{std::string(asked.procedure),
                                                    options,
                                                    asked.grant,
                                                    {},
                                                    may_be_sent_again ? payload : RoutedPayload(),
                                                    {},
                                                    false,
                                                    seat.charge(holding::calls, 0)});
    if (const auto refusal = check_kept_bytes(seat, seat.limits(), call.kept->bytes()))
      return end(call, refusal->error_uri, refusal->text);
    call.kept->caller = asked.caller;
    call.kept->settle();
  }
  if (target)
    invoke(call, *target, asked, std::move(payload));
  else
    wait(call);
}

void CallerHalf::invoke(PendingCall& call, Target& target, const Asked& asked, RoutedPayload&& payload) {
  const CalleeSlot& slot = target.slot();
  CalleeState& callee = *slot.callee;
  if (slot.queue->exclusive && !slot.queue->exclusive->may_be_served()) [[unlikely]]
    return end(call, unavailable,
               "only one node of the cluster may serve this procedure, and this node is not sure to be it");
  if (const auto missing = missing_feature(asked.options, callee.features))
    return end(call, missing->error_uri, missing->text);
  // Clients in use announce progressive results without call canceling, which the letter of the specification
  // asks for as well; they are served.
  const bool receive_progress =
      asked.options.receive_progress && callee.features.callee_progressive_call_results;
  wamp::Dict details = invocation_details(call, slot, asked, receive_progress);
  if (call.kept) {
    call.kept->details = details;
    call.kept->settle();
  }
  if (call.progressive) details.append("progress", true);
  const size_t room = room_taken(payload);
  const bool takes_passthru = asked.caller
                                  ? asked.caller->takes_passthru
                                  : place_.seat.features.has_payload_passthru_mode(wamp::Role::caller);
  place_.outbox.invoke(callee.ref, call.id, call.registration, std::move(details), std::move(payload),
                       target.take(), Invoke::Facts{false, receive_progress, takes_passthru});
  target.pass_on();
  callee.room.take(room);
  call.callee = callee.ref;
  call.callee_cancels = callee.features.callee_call_canceling;
  call.callee_reroutes = callee.features.callee_call_reroute;
  if (call.deadline && looks_after_timeout(slot, place_.seat)) forget_deadline(call);
  if (!call.callee_reroutes && !call.progressive) call.kept.reset();  // it waited
}

wamp::Dict CallerHalf::invocation_details(const PendingCall& call, const CalleeSlot& slot, const Asked& asked,
                                          bool receive_progress) const {
  const Seat& caller = place_.seat;
  wamp::Dict details;
  if (call.match != wamp::MatchPolicy::exact) details.append("procedure", asked.procedure);
  if (receive_progress) details.append("receive_progress", true);
  if (call.deadline && looks_after_timeout(slot, caller)) details.append("timeout", remaining_ms(call));
  if (asked.grant.disclose || asked.options.disclose_me || slot.options.disclose_caller) {
    const ForwardedCaller* const other = asked.caller.get();
    details.append("caller", other ? other->session.value : caller.ref.session.value);
    details.append("caller_authid", other ? other->authid : caller.identity->authid);
    details.append("caller_authrole", other ? other->authrole : caller.identity->authrole);
    if (slot.remote_uri) append_for_other_node(call, slot, asked, details);
  }
  if (asked.grant.trustlevel) details.append("trustlevel", uint64_t{*asked.grant.trustlevel});
  append_attributes(asked.options.payload_passthru, details);
  return details;
}

void CallerHalf::wait(PendingCall& call) {
  if (call.progressive)
    return end(call, no_available_callee, "all callees are busy, and a progressive call cannot wait");
  const KeptCall& kept = *call.kept;
  auto waiting = std::make_shared<WaitingCall>(WaitingCall{call.id, call.registration,
                                                           kept.options.shard_key(), kept.refused,
                                                           room_taken(kept.payload), place_.seat.is_link()});
  if (waiting->refused.empty()) ++waiting_[{call.registration, waiting->routing_key}];
  call.waiting = std::move(waiting);
  call.kept->waits_since = place_.clock.turn_time();
  if (ProcedureNumbers* const numbers = call.counted.numbers()) {
    numbers->waiting.add();
    numbers->waited.add();
  }
  call.callee = {};
  switch (place_.procedures.wait_for_callee(call.waiting)) {
    case Procedures::Wait::begun:
      return;
    case Procedures::Wait::full:
      return end(call, no_available_callee,
                 "all callees are busy, and as many calls wait already as the realm allows");
    case Procedures::Wait::ended:
      return end(call, no_available_callee, "the last callee left before it was free");
  }
}

wamp::Result<void> CallerHalf::cancel(const wamp::Cancel& message) {
  wamp::Attributes options(message.options, "CANCEL.Options");
  std::string_view mode = options.string("mode").value_or("skip");
  if (options.error()) return *options.error();
  const bool is_known = mode == "skip" || mode == "kill" || mode == "killnowait";
  PendingCall** const found = calls_.find(message.request.value);
  if (!found) {
    place_.seat.branch.counters.late_answers.add();
    return {};
  }
  PendingCall& call = **found;
  // CANCEL is answered by the end of its call, as is one that does not say how in words that are known.
  if (!is_known) {
    break_off(call, invalid_argument, "CANCEL.Options.mode: expected skip, kill or killnowait");
    return {};
  }
  const bool reaches_callee = call.callee != SessionRef() && call.callee_cancels;
  if (mode == "kill" && reaches_callee) {
    if (!call.interrupted) tell_callee(call, CallNotice::Kind::kill);
    call.interrupted = true;
    return {};
  }
  tell_end(call, mode != "skip");
  end(call, canceled, "canceled by the caller");
  return {};
}

// ---- what the other half and the realm post

bool CallerHalf::take(Answer& answer) {
  PendingCall* const call = find({place_.seat.ref, answer.number, answer.request});
  if (!call) {
    place_.seat.branch.counters.late_answers.add();
    return false;
  }
  if (answer.kind == Answer::Kind::unavailable && call->kept && !call->interrupted)
    return reroute(*call, answer);
  if (answer.kind == Answer::Kind::progress) return true;
  const auto* const error = std::get_if<wamp::Error>(&answer.message);
  finish(*call, error ? std::string_view(error->error) : std::string_view(), answer.payload.bytes().size());
  return true;
}

void CallerHalf::take_granted(const CallId& id) {
  PendingCall* const call = find(id);
  if (!call || !call->waiting || !call->waiting->slot) return;
  const std::shared_ptr<CalleeSlot> slot = std::move(call->waiting->slot);
  CalleeState& callee = *slot->callee;
  Target target(place_.procedures, slot, std::move(call->waiting->reservation));
  callee.room.give_back(call->waiting->room);
  stop_waiting(*call);
  invoke_kept(*call, target);
  // It may lack a feature for the call.
  if (callee.is_wanted_again()) place_.procedures.on_takes_calls(callee);
}

void CallerHalf::invoke_kept(PendingCall& call, Target& target) {
  const KeptCall& kept = *call.kept;
  invoke(call, target, {kept.procedure, kept.options, kept.grant, kept.caller}, RoutedPayload(kept.payload));
}

bool CallerHalf::reroute(PendingCall& call, const Answer& answer) {
  KeptCall& kept = *call.kept;
  const wamp::SessionId refused = call.callee.session;
  kept.refused.insert(std::upper_bound(kept.refused.begin(), kept.refused.end(), refused), refused);
  kept.settle();
  streams_.on_ended(refused);
  call.callee = {};
  const auto route = place_.procedures.route_of(call.registration, place_.seat.is_link());
  if (!route || kept.continued || !route->has_candidates(kept.refused)) {
    // Another node, the only one that was asked, has said it all.
    const auto& error = std::get<wamp::Error>(answer.message);
    if (kept.refused.size() == 1 && error.error != unavailable) {
      finish(call, error.error, answer.payload.bytes().size());
      return true;
    }
    end(call, no_available_callee, "all callees are unavailable");
    return false;
  }
  std::optional<Target> target;
  pick(*route, kept.options, &kept, target);
  if (target)
    invoke_kept(call, *target);
  else
    wait(call);
  return false;
}

// ---- time

void CallerHalf::set_deadline(PendingCall& call, uint64_t timeout_ms) {
  // As good as never, and far from an overflow.
  constexpr uint64_t ten_years_ms = uint64_t{10} * 365 * 24 * 3600 * 1000;
  const auto timeout = std::chrono::milliseconds(std::min(timeout_ms, ten_years_ms));
  call.deadline = place_.table.deadlines.emplace(place_.clock.now() + timeout, std::pair(this, &call));
  place_.table.ring_in_time();
}

void CallerHalf::forget_deadline(PendingCall& call) {
  if (call.deadline) place_.table.deadlines.erase(*call.deadline);
  call.deadline.reset();
}

uint64_t CallerHalf::remaining_ms(const PendingCall& call) const {
  const auto remaining =
      std::chrono::ceil<std::chrono::milliseconds>((*call.deadline)->first - place_.clock.now());
  return static_cast<uint64_t>(std::max<int64_t>(remaining.count(), 1));
}

void CallerHalf::time_out(PendingCall& call) {
  break_off(call, timeout, "the call has taken longer than its timeout");
}

// ---- the end

uint32_t CallerHalf::waits_ms(const PendingCall& call) const {
  const auto time = place_.clock.turn_time() - call.kept->waits_since;
  return static_cast<uint32_t>(std::chrono::duration_cast<std::chrono::milliseconds>(time).count());
}

void CallerHalf::stop_waiting(PendingCall& call) noexcept {
  const std::shared_ptr<WaitingCall> waited = std::move(call.waiting);
  call.waited_ms += waits_ms(call);
  if (ProcedureNumbers* const numbers = call.counted.numbers()) numbers->waiting.subtract();
  if (!waited->refused.empty()) return;
  const auto counted = waiting_.find({call.registration, waited->routing_key});
  if (--counted->second == 0) waiting_.erase(counted);
}

void CallerHalf::remove(PendingCall& call) noexcept {
  if (call.waiting) {
    place_.procedures.stop_waiting(*call.waiting);
    stop_waiting(call);
  } else {
    streams_.on_ended(call.callee.session);
  }
  forget_deadline(call);
  calls_.erase(call.id.request.value);
  place_.table.calls.remove(call);
  place_.table.in_flight.subtract();
}

void CallerHalf::finish(PendingCall& call, std::string_view error_uri, size_t bytes) noexcept {
  const auto took =
      std::chrono::duration_cast<std::chrono::microseconds>(place_.clock.turn_time() - call.taken);
  const auto us = static_cast<uint64_t>(std::max<int64_t>(took.count(), 0));
  const size_t bucket = transport::Histogram::bucket_of(us);
  BranchCounters& counters = place_.seat.branch.counters;
  counters.call_seconds.add(us, bucket);
  ProcedureNumbers* const numbers = call.counted.numbers();
  if (numbers) {
    numbers->latencies.add(us, bucket);
    numbers->bytes.add(call.bytes + bytes);
  }
  if (!error_uri.empty()) {
    counters.call_errors.add();
    if (numbers) numbers->errors.add();
  }
  if (call.slow_call_ms > 0 && took >= std::chrono::milliseconds(call.slow_call_ms)) [[unlikely]]
    tell_slow(call, error_uri, took);
  remove(call);
}

void CallerHalf::tell_slow(const PendingCall& call, std::string_view error_uri,
                           std::chrono::microseconds took) noexcept {
  using std::chrono::duration_cast;
  using std::chrono::milliseconds;
  place_.seat.branch.counters.slow_calls.add();
  const milliseconds waited(call.waited_ms + (call.waiting ? waits_ms(call) : 0));
  transport::has_memory_for([&] {
    place_.procedures.tell_slow({call.counted.is_current() ? call.counted.uri() : std::string(),
                                 call.registration, place_.seat.ref.session, call.callee.session,
                                 duration_cast<milliseconds>(took), waited,
                                 error_uri.empty() ? "result" : std::string(error_uri)});
  });
}

void CallerHalf::end(PendingCall& call, std::string_view error_uri, std::string_view text) {
  place_.outbox.refuse(place_.seat.ref, wamp::Call::type, call.id.request, {error_uri, std::string(text)});
  finish(call, error_uri, 0);
}

void CallerHalf::tell_callee(const PendingCall& call, CallNotice::Kind kind) {
  if (call.callee != SessionRef()) place_.outbox.notify({call.callee, kind, call.id, place_.seat.ref});
}

void CallerHalf::tell_end(const PendingCall& call, bool is_to_stop) {
  const bool interrupts = is_to_stop && call.callee_cancels && !call.interrupted;
  tell_callee(call, interrupts ? CallNotice::Kind::end_kill : CallNotice::Kind::end);
}

void CallerHalf::break_off(PendingCall& call, std::string_view error_uri, std::string_view text) {
  tell_end(call, true);
  end(call, error_uri, text);
}

bool CallerHalf::end_some(LeftoverWork& work, uint64_t& from) {
  return work.take_some(calls_, from, [this](PendingCall* call) {
    tell_end(*call, true);
    remove(*call);
  });
}

}  // namespace router::dealer
