#include "router/registrations/claimed_names.h"

#include <utility>

namespace router::dealer {

using State = ClaimedName::State;

const ClaimedName* ClaimedNames::find(const MatchedUriView& name) const {
  const auto found = names_.find(name);
  return found == names_.end() ? nullptr : &found->second;
}

bool ClaimedNames::is_open(const MatchedUriView& name, InvocationPolicy policy) const {
  const ClaimedName* const claimed = find(name);
  return claimed && claimed->state == State::open && claimed->policy == policy;
}

void ClaimedNames::wait(const MatchedUriView& name, HeldRegister held) {
  const InvocationPolicy policy = held.options.policy;
  const wamp::SessionId callee = held.callee->ref.session;
  const ClaimedName* const claimed = find(name);
  const bool is_first = !claimed || (claimed->state == State::open && held_.first_for(name) == 0);
  const Held::Number number = held_.add(name, callee, std::move(held));
  if (!is_first) return;
  try {
    claim(name, policy);
  } catch (...) {
    held_.take(number);
    throw;
  }
}

void ClaimedNames::claim(const MatchedUriView& name, InvocationPolicy policy) {
  ClaimedName fresh{policy, hood_.next_ticket()};
  if (policy == InvocationPolicy::single)
    fresh.exclusive = std::make_shared<ExclusiveName>(hood_.neighbours->lease());
  if (const auto former = names_.find(name); former != names_.end()) drop(former);
  const auto added = names_.emplace(name, std::move(fresh)).first;
  try {
    hood_.neighbours->want(name, policy, added->second.claim);
  } catch (...) {
    names_.erase(added);
    throw;
  }
}

void ClaimedNames::give_up(Names::iterator name) noexcept {
  ClaimedName& claimed = name->second;
  unconfirmed_.remove(std::exchange(claimed.announced, 0));
  if (claimed.told > 0) hood_.neighbours->on_callee_went(name->first, claimed.policy, 0);
  claimed.told = 0;
}

void ClaimedNames::drop(Names::iterator name) noexcept {
  give_up(name);
  refused_.erase(name->second.claim);
  hood_.neighbours->release(name->first);
  names_.erase(name);
}

void ClaimedNames::settle(const MatchedUriView& name, size_t callees) noexcept {
  const auto found = names_.find(name);
  if (found == names_.end()) return;
  ClaimedName& claimed = found->second;
  const bool is_served = claimed.state == State::open && callees > 0;
  if (is_served && callees != claimed.told) {
    const auto count = static_cast<uint32_t>(callees);
    if (count > claimed.told)
      hood_.neighbours->on_callee_came(name, claimed.policy, count, hood_.next_ticket());
    else
      hood_.neighbours->on_callee_went(name, claimed.policy, count);
    claimed.told = count;
  }
  if (!is_served && held_.first_for(name) == 0) drop(found);
}

void ClaimedNames::on_granted(const MatchedUriView& name, Ticket ticket, uint64_t incarnation) {
  const auto found = names_.find(name);
  if (found == names_.end() || found->second.claim != ticket) return;
  ClaimedName& claimed = found->second;
  if (claimed.exclusive) claimed.exclusive->grant(incarnation);
  if (claimed.state != State::wanted) return;
  const Ticket announced = hood_.next_ticket();
  unconfirmed_.add(announced, found->first);
  try {
    hood_.neighbours->on_callee_came(name, claimed.policy, 1, announced);
  } catch (...) {
    unconfirmed_.remove(announced);
    throw;
  }
  claimed.announced = announced;
  claimed.told = 1;
  claimed.state = State::announced;
}

bool ClaimedNames::on_refused(const MatchedUriView& name, Ticket ticket, InvocationPolicy by) {
  const auto found = names_.find(name);
  if (found == names_.end() || found->second.claim != ticket) return false;
  refused_.emplace(ticket, found->first);
  give_up(found);
  found->second.state = State::refused;
  found->second.refused_by = by;
  return true;
}

const MatchedUri* ClaimedNames::next_to_decide() const {
  if (!refused_.empty()) return &refused_.begin()->second;
  return unconfirmed_.first_up_to(hood_.confirmed);
}

void ClaimedNames::begin_to_decide(const MatchedUriView& name) noexcept {
  State& state = names_.find(name)->second.state;
  if (state == State::announced) state = State::open;
}

void ClaimedNames::end_deciding(const MatchedUriView& name) noexcept {
  ClaimedName& claimed = names_.find(name)->second;
  unconfirmed_.remove(std::exchange(claimed.announced, 0));
  refused_.erase(claimed.claim);
}

}  // namespace router::dealer
