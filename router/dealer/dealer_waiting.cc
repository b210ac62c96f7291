#include <string>
#include <utility>

#include "router/dealer/dealer.h"
#include "wamp/error_uris.h"

// Calls that wait for a callee to be free, and what becomes of them.
namespace router::dealer {
namespace {

// Of the leftover work, for a call that all callees may have to be looked at for.
size_t steps_to_look_at(const Registration& registration) {
  constexpr size_t callees_in_a_step = 16;
  return 1 + registration.callees.size() / callees_in_a_step;
}

}  // namespace

void Dealer::wait_for_callee(PendingCall& call, Registration& registration, Outbox& outbox) {
  if (call.progressive)
    return end(call, wamp::error_uri::no_available_callee,
               "all callees are busy, and a progressive call cannot wait", outbox);
  if (registration.waiting.size() >= limits_.waiting_calls_per_registration)
    return end(call, wamp::error_uri::no_available_callee,
               "all callees are busy, and " + std::to_string(limits_.waiting_calls_per_registration) +
                   " calls wait already, the most that the realm allows",
               outbox);
  remind_callees(registration);
  registration.waiting.emplace_hint(registration.waiting.end(), last_waiting_ + 1, &call);
  call.waiting_number = ++last_waiting_;
  if (call.callee) release_callee(call);
  if (!slow_streams_.empty()) [[unlikely]]
    for (const Callee& callee : registration.callees)
      slow_streams_.on_wanted(*callee.member, *call.caller, outbox);
}

void Dealer::remind_callees(const Registration& registration) {
  for (const Callee& callee : registration.callees)
    if (callee.member->present && !callee.member->takes_calls()) {
      std::set<wamp::RegistrationId> one{registration.id};
      Awaited& awaited = awaited_[callee.member->ref.session];
      awaited.callee = callee.member;
      awaited.registrations.merge(one);  // this needs no memory, and there is never none
    }
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
  if (registration.callees.empty()) return end_some_waiting(registration, outbox);
  if (registration.ends_hopeless && !end_some_hopeless(registration, outbox)) return false;
  if (registration.invoking && !invoke_some(registration, outbox)) return false;
  registration.is_worked_on = false;
  return true;
}

void Dealer::invoke_waiting(Registration& registration) noexcept {
  if (registration.waiting.empty()) return;
  if (registration.invoking) {
    registration.invoke_again = true;
    return;
  }
  registration.invoking = true;
  registration.invoke_behind = 0;
  work_on(registration);
}

bool Dealer::invoke_some(Registration& registration, Outbox& outbox) {
  const size_t steps_each = steps_to_look_at(registration);
  uint64_t& behind = registration.invoke_behind;
  for (auto at = registration.waiting.upper_bound(behind); at != registration.waiting.end();
       at = registration.waiting.upper_bound(behind)) {
    if (!work_.take_steps(steps_each)) return false;
    PendingCall& call = *at->second;
    const uint64_t number = at->first;
    if (!call.caller->present) {
      behind = number;
      remove_call(call, outbox);
      continue;
    }
    KeptCall& kept = *call.kept;
    Callee* callee = pick(registration, kept.options, &kept);
    // The shard of a call may be busy while others are free.
    if (!callee && kept.options.run_mode != RunMode::partition) break;
    if (callee)
      invoke(call, registration, *callee, {kept.procedure, kept.options, kept.grant},
             RoutedPayload(kept.payload), outbox);
    behind = number;
  }
  if (std::exchange(registration.invoke_again, false)) {
    behind = 0;
    return false;
  }
  if (!registration.waiting.empty()) remind_callees(registration);
  registration.invoking = false;
  return true;
}

void Dealer::invoke_waiting_for(Member& callee) {
  if (!awaited_.contains(callee.ref.session)) return;
  work_.add([this, session = callee.ref.session] {
    const auto found = awaited_.find(session);
    if (found == awaited_.end()) return true;
    const Member& freed = *found->second.callee;
    auto& awaited = found->second.registrations;
    if (!freed.takes_calls()) return true;
    const wamp::RegistrationId id = awaited.extract(awaited.begin()).value();
    if (awaited.empty()) awaited_.erase(found);
    Registration* const registration = registrations_.find(id);
    if (registration && registration->has_callee(freed)) invoke_waiting(*registration);
    return false;
  });
}

bool Dealer::end_some_hopeless(Registration& registration, Outbox& outbox) {
  const size_t steps_each = steps_to_look_at(registration);
  uint64_t& behind = registration.hopeless_behind;
  for (auto at = registration.waiting.upper_bound(behind); at != registration.waiting.end();
       at = registration.waiting.upper_bound(behind)) {
    PendingCall& call = *at->second;
    const uint64_t number = at->first;
    if (!work_.take_steps(call.kept->refused.empty() ? 1 : steps_each)) return false;
    if (!registration.has_candidates(call.kept->refused))
      end(call, wamp::error_uri::no_available_callee, "all callees are unavailable", outbox);
    behind = number;
  }
  registration.ends_hopeless = false;
  return true;
}

bool Dealer::end_some_waiting(Registration& registration, Outbox& outbox) {
  while (!registration.waiting.empty()) {
    if (!work_.take_steps()) return false;
    end(*registration.waiting.begin()->second, wamp::error_uri::no_available_callee,
        "the last callee left before it was free", outbox);
  }
  broker_.publish_meta(
      "wamp.registration.on_delete",
      [&] {
        return serializers::Arguments{{registration.last_callee.value, registration.id.value}, {}};
      },
      outbox);
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
