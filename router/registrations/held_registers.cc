#include "router/registrations/held_registers.h"

#include <utility>

namespace router::dealer {

void HeldRegisters::add(HeldRegister held) {
  const Number number = ++last_;
  const wamp::SessionId holder = held.holder->ref.session;
  // All of it, or nothing.
  Numbers of_holder{{holder, number}}, of_callee{{held.callee->ref.session, number}};
  all_.emplace(number, std::move(held));
  by_holder_.merge(of_holder);
  by_callee_.merge(of_callee);
}

HeldRegisters::Numbers::const_iterator HeldRegisters::first(const Numbers& numbers, wamp::SessionId session) {
  const auto found = numbers.lower_bound({session, 0});
  return found != numbers.end() && found->first == session ? found : numbers.end();
}

const HeldRegister* HeldRegisters::find_for(wamp::SessionId holder) const {
  const auto found = first(by_holder_, holder);
  return found == by_holder_.end() ? nullptr : &all_.find(found->second)->second;
}

bool HeldRegisters::forget_first(const Numbers& numbers, wamp::SessionId session) noexcept {
  const auto found = first(numbers, session);
  if (found == numbers.end()) return false;
  const auto held = all_.find(found->second);
  const wamp::SessionId holder = held->second.holder->ref.session;
  by_callee_.erase({held->second.callee->ref.session, held->first});
  by_holder_.erase({holder, held->first});
  all_.erase(held);
  if (!any_for(holder)) alive_.erase(holder);
  return true;
}

SteadyTime HeldRegisters::next_deadline() const {
  const auto next = all_.upper_bound(told_);
  return next == all_.end() ? SteadyTime::max() : next->second.deadline;
}

HeldRegisters::Silent HeldRegisters::silent_holder(SteadyTime now) const {
  const auto next = all_.upper_bound(told_);
  if (next == all_.end() || next->second.deadline > now) return {};
  return {next->second.holder, next->first};
}

}  // namespace router::dealer
