#include "router/registrations/held_registers.h"

#include <utility>

#include "router/memory/value_bytes.h"

namespace router::dealer {

size_t HeldRegister::bytes_of(std::string_view procedure) {
  constexpr size_t places = 256;
  return allocated(sizeof(HeldRegister)) + places + 2 * allocated(procedure.size() + 1);
}

void HeldRegisters::add(HeldRegister held) {
  const wamp::SessionId holder = held.holder->ref.session, callee = held.callee->ref.session;
  all_.add(holder, callee, std::move(held));
}

const HeldRegister* HeldRegisters::find_for(wamp::SessionId holder) const {
  const Number found = all_.first_for(holder);
  return found == 0 ? nullptr : &all_.at(found);
}

bool HeldRegisters::forget(Number number) noexcept {
  if (number == 0) return false;
  const wamp::SessionId holder = all_.cause_of(number);
  all_.take(number);
  if (!any_for(holder)) alive_.erase(holder);
  return true;
}

SteadyTime HeldRegisters::next_deadline() const {
  const Number next = all_.next(told_);
  return next == 0 ? SteadyTime::max() : all_.at(next).deadline;
}

HeldRegisters::Silent HeldRegisters::silent_holder(SteadyTime now) const {
  const Number next = all_.next(told_);
  if (next == 0 || all_.at(next).deadline > now) return {};
  return {all_.at(next).holder, next};
}

}  // namespace router::dealer
