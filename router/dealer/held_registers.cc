#include "router/dealer/held_registers.h"

#include <utility>

namespace router::dealer {

bool HeldRegisters::add(HeldRegister held) {
  const Number number = ++last_;
  by_callee_[held.callee->ref.session].insert(number);
  std::set<Number>& of_holder = by_holder_[held.holder->ref.session];
  of_holder.insert(number);
  all_.emplace(number, std::move(held));
  return of_holder.size() == 1;
}

void HeldRegisters::remove(Numbers& numbers, wamp::SessionId session, Number number) {
  const auto found = numbers.find(session);
  found->second.erase(number);
  if (found->second.empty()) numbers.erase(found);
}

HeldRegister HeldRegisters::take(Number number) {
  HeldRegister held = std::move(all_.extract(number).mapped());
  remove(by_holder_, held.holder->ref.session, number);
  if (!any_for(held.holder->ref.session)) alive_.erase(held.holder->ref.session);
  remove(by_callee_, held.callee->ref.session, number);
  return held;
}

std::optional<HeldRegister> HeldRegisters::take_for(wamp::SessionId holder) {
  const auto found = by_holder_.find(holder);
  return found == by_holder_.end() ? std::nullopt : std::optional(take(*found->second.begin()));
}

bool HeldRegisters::forget_one_of(wamp::SessionId callee) {
  const auto found = by_callee_.find(callee);
  if (found == by_callee_.end()) return false;
  take(*found->second.begin());
  return true;
}

SteadyTime HeldRegisters::next_deadline() const {
  const auto next = all_.upper_bound(told_);
  return next == all_.end() ? SteadyTime::max() : next->second.deadline;
}

Member* HeldRegisters::take_silent_holder(SteadyTime now) {
  const auto next = all_.upper_bound(told_);
  if (next == all_.end() || next->second.deadline > now) return nullptr;
  told_ = next->first;
  return next->second.holder;
}

}  // namespace router::dealer
