// Calls of the router's own procedures.
#include <algorithm>
#include <string>
#include <thread>
#include <utility>

#include "router/realm/realm.h"
#include "wamp/error_uris.h"

namespace router {

wamp::Result<void> Realm::call_router(Seat& seat, const wamp::Call& message, const RoutedPayload& payload) {
  const meta::Procedure* procedure = has_meta_api() ? meta::find_procedure(message.procedure) : nullptr;
  if (!procedure)
    return refuse(
        seat, wamp::Call::type, message.request,
        {wamp::error_uri::no_such_procedure, "the router has no procedure " + std::string(message.procedure) +
                                                 (has_meta_api() ? "" : " in this realm")});
  if (seat.party->caller.refuse_id_in_use(message.request)) return {};
  const auto arguments =
      serializers::decode_arguments(payload.format, {payload.bytes(), payload.count}, seat.value_limits());
  if (!arguments)
    return refuse(seat, wamp::Call::type, message.request,
                  {wamp::error_uri::invalid_argument,
                   "the arguments of " + std::string(procedure->uri) + ": " + arguments.error().message});
  auto request = procedure->read({config_, seat, insight_, *arguments});
  if (const auto* refusal = std::get_if<Refusal>(&request))
    return refuse(seat, wamp::Call::type, message.request, *refusal);
  if (auto* const look = std::get_if<meta::Look>(&request))
    return look_aside(seat, message.request, std::move(*look));
  const meta::Answer answer = carry_out(seat, std::get<meta::Request>(request));
  if (const auto* refusal = std::get_if<Refusal>(&answer))
    return refuse(seat, wamp::Call::type, message.request, *refusal);
  const auto* make_result = std::get_if<meta::LargeResult>(&answer);
  RoutedPayload result =
      make_payload(make_result ? (*make_result)() : std::get<serializers::Arguments>(answer));
  if (seat.present()) outbox_.send(seat.ref, wamp::CallResult{message.request, {}, {}}, std::move(result));
  return {};
}

wamp::Result<void> Realm::look_aside(Seat& seat, wamp::RequestId request, meta::Look&& look) {
  if (!do_aside_) {
    this->look(seat.ref, request, look);
    return {};
  }
  if (draining_.load(std::memory_order_relaxed))
    return refuse(seat, wamp::Call::type, request, {wamp::error_uri::unavailable, "the router shuts down"});
  seat.waiting.add(wamp::Call::type, request);
  const auto why_not = do_aside_(seat.ref.session, [realm = shared_from_this(), caller = seat.ref, request,
                                                    look = std::move(look)](bool has_room) {
    if (has_room)
      realm->look(caller, request, look);
    else
      realm->look(caller, request, [](const meta::Inspect&) {
        return Refusal{wamp::error_uri::unavailable, "there is not enough memory for the answer"};
      });
  });
  if (!why_not) return {};
  seat.waiting.remove(wamp::Call::type, request);
  return refuse(seat, wamp::Call::type, request, {wamp::error_uri::too_many_requests, *why_not});
}

void Realm::look(const SessionRef& caller, wamp::RequestId request, const meta::Look& look) {
  {
    const Lock lock(mutex_);
    if (!state_.members.find(caller.session)) return;
  }
  auto seen = look([this](const auto& some, const auto& end_slice) { inspect(some, end_slice); });
  auto* const refusal = std::get_if<Refusal>(&seen);
  RoutedPayload result = refusal ? RoutedPayload() : make_payload(std::get<serializers::Arguments>(seen));
  const SendingLock lock(mutex_);  // who has been removed is told nothing behind that
  if (!state_.members.find(caller.session)) return;
  if (refusal)
    outbox_.refuse(caller, wamp::Call::type, request, std::move(*refusal));
  else
    outbox_.send(caller, wamp::CallResult{request, {}, {}}, std::move(result));
}

meta::Answer Realm::carry_out(Seat& seat, meta::Request& request) {
  for (;;) {
    // What a member that was removed in the meantime gets: nobody is there to read it.
    meta::Answer answer;
    locked(seat, [&](RealmState& state, Member& caller) { answer = request(state, caller); });
    if (!std::holds_alternative<meta::Unfinished>(answer)) return answer;
    std::this_thread::yield();  // others wait for the lock, and have to wake up first
  }
}

std::vector<std::string> Realm::callable(std::string_view role, size_t most) const {
  const size_t most_looked_at = 16 * most;
  std::shared_ptr<const RolePermissions> permissions;
  std::vector<std::string> found;
  uint64_t from = 0;
  do {  // piece by piece, as others wait for the lock
    const Lock lock(mutex_);
    permissions = state_.authorizer.role(role);
    from = state_.dealer.registrations().visit_some(from, [&found](const dealer::Registration& registration) {
      if (!registration.ended && registration.match == wamp::MatchPolicy::exact)
        found.push_back(registration.procedure);
    });
  } while (from != 0 && found.size() < most_looked_at);
  std::erase_if(found, [&permissions](const std::string& procedure) {
    return !permissions || permissions->verdicts() ||
           !permissions->authorize(Action::call, procedure).allowed;
  });
  std::sort(found.begin(), found.end());
  if (found.size() > most) found.resize(most);
  return found;
}

}  // namespace router
