#include "router/dealer/held_registers.h"

#include <utility>

namespace router::dealer {

bool HeldRegisters::add(HeldRegister held) {
  const Number number = ++last_;
  by_callee_[held.callee].insert(number);
  std::set<Number>& of_holder = by_holder_[held.holder];
  of_holder.insert(number);
  all_.emplace(number, std::move(held));
  return of_holder.size() == 1;
}

void HeldRegisters::remove(Numbers& numbers, const Member* member, Number number) {
  const auto found = numbers.find(member);
  found->second.erase(number);
  if (found->second.empty()) numbers.erase(found);
}

std::vector<HeldRegister> HeldRegisters::take_for(const Member& holder) {
  std::vector<HeldRegister> taken;
  const auto numbers = by_holder_.extract(&holder);
  if (numbers.empty()) return taken;
  for (const Number number : numbers.mapped()) {
    const auto found = all_.find(number);
    taken.push_back(std::move(found->second));
    all_.erase(found);
    remove(by_callee_, taken.back().callee, number);
  }
  return taken;
}

void HeldRegisters::remove_callee(const Member& callee) {
  const auto numbers = by_callee_.extract(&callee);
  if (numbers.empty()) return;
  for (const Number number : numbers.mapped()) {
    const auto found = all_.find(number);
    remove(by_holder_, found->second.holder, number);
    all_.erase(found);
  }
}

SteadyTime HeldRegisters::next_deadline() const {
  return all_.empty() ? SteadyTime::max() : all_.begin()->second.deadline;
}

std::vector<Member*> HeldRegisters::silent_holders(SteadyTime now) const {
  std::vector<Member*> silent;
  for (const auto& [number, held] : all_) {
    if (held.deadline > now) break;
    if (*by_holder_.at(held.holder).begin() == number) silent.push_back(held.holder);
  }
  return silent;
}

}  // namespace router::dealer
