#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

#include "router/dealer/dealer.h"
#include "transport/memory/has_memory_for.h"
#include "wamp/error_uris.h"

// Calls that wait for a callee to be free, and what becomes of them.
namespace router::dealer {
namespace {

// Of the leftover work, for a call that all callees may have to be looked at for.
size_t steps_to_look_at(const Registration& registration) {
  constexpr size_t callees_in_a_step = 16;
  return 1 + (registration.callees.size() + registration.remote.size()) / callees_in_a_step;
}

}  // namespace

Procedures::Wait Dealer::wait_for_callee(const std::shared_ptr<WaitingCall>& call, Outbox& outbox) {
  Registration* const registration = registrations_.find(call->registration);
  // Others may have left since the caller looked.
  if (!registration || !registration->route_for(*call).has_candidates(call->refused))
    return Procedures::Wait::ended;
  if (registration->waiting.size() >= limits_.waiting_calls_per_registration) return Procedures::Wait::full;
  registration->add_waiting(++last_waiting_, call);
  for (const Callee& callee : registration->callees)
    if (callee.slot->callee->paused.load()) [[unlikely]]
      outbox.notify({callee.slot->callee->ref, CallNotice::Kind::wanted, {}, call->call.caller});
  // Those that waited before were looked at when a callee was last freed: to look at all of them for each one
  // that comes would cost the square of their number. Only if a callee was freed meanwhile, all have their
  // turn.
  if (pick(*registration, *call) || remind_callees(*registration)) give_to_waiting(*registration);
  return Procedures::Wait::begun;
}

void Dealer::stop_waiting(WaitingCall& call) noexcept {
  if (call.place != 0) {
    if (Registration* const registration = registrations_.find(call.registration))
      registration->remove_waiting(call);
  } else if (call.slot) {
    const std::shared_ptr<CalleeSlot> slot = std::move(call.slot);
    slot->callee->room.give_back(call.room);
    call.reservation.give_back();
    give_to_waiting(call.registration);
    if (slot->callee->is_wanted_again()) on_takes_calls(*slot->callee);
  }
}

bool Dealer::is_awaited_by_others(const Member& callee, const std::set<wamp::SessionId>& receivers) const {
  // A callee may well have many procedures; calls wait for few of them.
  size_t left = 10000;
  return callee.registrations.any_of([&](const Registration* registration) {
    if (left == 0 || --left == 0) return false;
    return std::any_of(registration->waiting.begin(), registration->waiting.end(), [&](const auto& waiting) {
      if (left == 0 || --left == 0) return true;
      return !receivers.contains(waiting.second->call.caller.session);
    });
  });
}

bool Dealer::remind_callees(const Registration& registration) {
  const auto& [here, elsewhere] = std::tie(registration.callees, registration.remote);
  return std::any_of(here.begin(), here.end(),
                     [&](const Callee& callee) { return remind(registration, *callee.member); }) ||
         std::any_of(elsewhere.begin(), elsewhere.end(),
                     [&](const RemoteCallees& callees) { return remind(registration, *callees.link); });
}

bool Dealer::remind(const Registration& registration, Member& callee) {
  CalleeState& state = *callee.callee;
  if (!state.present.load() || state.takes_calls()) return false;
  const auto found = awaited_.find(state.ref.session);
  if (found == awaited_.end() || !found->second.registrations.contains(registration.id)) {
    std::set<wamp::RegistrationId> one{registration.id};
    Awaited& awaited = awaited_[state.ref.session];
    awaited.callee = &callee;
    awaited.registrations.merge(one);  // this needs no memory, and there is never none
  }
  state.awaited.store(true);
  return state.takes_calls();
}

class Dealer::WaitingWork final : public LeftoverWork::Work {
 public:
  WaitingWork(Dealer& dealer, Registration& registration, Outbox& outbox)
      : dealer_(dealer), registration_(registration), outbox_(outbox) {}

 private:
  bool go_on() override { return dealer_.go_on_with(registration_, outbox_); }

  Dealer& dealer_;
  Registration& registration_;
  Outbox& outbox_;
};

std::unique_ptr<LeftoverWork::Work> Dealer::make_work(Registration& registration, Outbox& outbox) {
  return std::make_unique<WaitingWork>(*this, registration, outbox);
}

void Dealer::work_on(Registration& registration) noexcept {
  if (!std::exchange(registration.is_worked_on, true)) work_.add_apart(*registration.work);
}

bool Dealer::go_on_with(Registration& registration, Outbox& outbox) {
  if (!registration.has_callees()) return end_some_waiting(registration, outbox);
  if (registration.ends_hopeless && !end_some_hopeless(registration, outbox)) return false;
  if (registration.invoking && !give_to_some(registration, outbox)) return false;
  registration.is_worked_on = false;
  return true;
}

void Dealer::give_to_waiting(wamp::RegistrationId id) noexcept {
  if (Registration* const registration = registrations_.find(id)) give_to_waiting(*registration);
}

void Dealer::give_to_waiting(Registration& registration) noexcept {
  if (registration.waiting.empty()) return;
  if (registration.invoking) {
    registration.invoke_again = true;
    return;
  }
  registration.invoking = true;
  registration.invoke_behind = 0;
  work_on(registration);
}

bool Dealer::give_to_some(Registration& registration, Outbox& outbox) {
  const size_t steps_each = steps_to_look_at(registration);
  uint64_t& behind = registration.invoke_behind;
  for (auto at = registration.waiting.upper_bound(behind); at != registration.waiting.end();
       at = registration.waiting.upper_bound(behind)) {
    if (!work_.take_steps(steps_each)) return false;
    WaitingCall& call = *at->second;
    const uint64_t place = at->first;
    Picked picked = pick(registration, call);
    // The shard of a call may be busy while others are free, and so may be those who have not refused it, or
    // those at other nodes.
    if (!picked && !registration.waits_for_others(call)) break;
    if (picked) grant(registration, call, std::move(picked), outbox);
    behind = place;
  }
  if (!registration.waiting.empty() && remind_callees(registration)) registration.invoke_again = true;
  if (std::exchange(registration.invoke_again, false)) {
    behind = 0;
    return false;
  }
  registration.invoking = false;
  return true;
}

Picked Dealer::pick(Registration& registration, const WaitingCall& call) {
  CallChoice choice;
  if (registration.policy == InvocationPolicy::random) choice.chance = ids_.next();
  choice.routing_key = call.routing_key;
  choice.refused = &call.refused;
  return registration.route_for(call).pick(choice);
}

// The caller may take it out before this returns: what is posted is whole.
void Dealer::grant(Registration& registration, WaitingCall& call, Picked picked, Outbox& outbox) {
  CalleeRoom& room = (*picked.slot)->callee->room;
  call.slot = *picked.slot;
  call.reservation = std::move(picked.reservation);
  room.take(call.room);
  try {
    outbox.notify({call.call.caller, CallNotice::Kind::granted, call.call, {}});
  } catch (...) {
    room.give_back(call.room);
    call.reservation.give_back();
    call.slot.reset();
    throw;
  }
  registration.remove_waiting(call);
}

void Dealer::refuse(Registration& registration, WaitingCall& call, std::string text, Outbox& outbox) {
  outbox.refuse(call.call, {wamp::error_uri::no_available_callee, std::move(text)}, true);
  registration.remove_waiting(call);
}

void Dealer::on_takes_calls(CalleeState& callee) noexcept {
  if (!awaited_.contains(callee.ref.session)) return;
  // Without memory for it the callee is asked for it again.
  if (!transport::has_memory_for([&] { give_to_waiting_for(callee.ref.session); }))
    callee.awaited.store(true);
}

void Dealer::give_to_waiting_for(wamp::SessionId session) {
  work_.add([this, session] {
    const auto found = awaited_.find(session);
    if (found == awaited_.end()) return true;
    const Member& freed = *found->second.callee;
    auto& awaited = found->second.registrations;
    if (!freed.callee->takes_calls()) {
      // Another registration has taken all of its room.
      freed.callee->awaited.store(true);
      if (!freed.callee->takes_calls()) return true;
    }
    const wamp::RegistrationId id = awaited.extract(awaited.begin()).value();
    if (awaited.empty()) awaited_.erase(found);
    Registration* const registration = registrations_.find(id);
    if (registration && registration->has_callee(freed)) give_to_waiting(*registration);
    return false;
  });
}

bool Dealer::end_some_hopeless(Registration& registration, Outbox& outbox) {
  const size_t steps_each = steps_to_look_at(registration);
  uint64_t& behind = registration.hopeless_behind;
  for (auto at = registration.waiting.upper_bound(behind); at != registration.waiting.end();
       at = registration.waiting.upper_bound(behind)) {
    WaitingCall& call = *at->second;
    const uint64_t place = at->first;
    if (!work_.take_steps(call.refused.empty() ? 1 : steps_each)) return false;
    if (!registration.route_for(call).has_candidates(call.refused))
      refuse(registration, call, "all callees are unavailable", outbox);
    behind = place;
  }
  registration.ends_hopeless = false;
  return true;
}

bool Dealer::end_some_waiting(Registration& registration, Outbox& outbox) {
  while (!registration.waiting.empty()) {
    if (!work_.take_steps()) return false;
    refuse(registration, *registration.waiting.begin()->second, "the last callee left before it was free",
           outbox);
  }
  if (registration.is_listed) publish_deleted(registration.last_callee, registration.id, outbox);
  registrations_.remove(registration);
  return true;
}

bool Dealer::forget_awaited(const Member& callee) {
  const auto found = awaited_.find(callee.ref.session);
  if (found == awaited_.end()) return true;
  auto& awaited = found->second.registrations;
  for (; !awaited.empty(); awaited.erase(awaited.begin())) {
    if (!work_.take_steps()) return false;
  }
  awaited_.erase(found);
  return true;
}

}  // namespace router::dealer
