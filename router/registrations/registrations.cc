#include "router/registrations/registrations.h"

#include <cassert>
#include <utility>

namespace router::dealer {

Registration& Registrations::add(std::string_view procedure, wamp::MatchPolicy match, InvocationPolicy policy,
                                 WallTime created, wamp::SessionId callee) {
  last_id_ = wamp::RegistrationId(last_id_.value + 1);
  routes_.changing(procedure, match);
  auto registration = std::make_unique<Registration>();
  registration->id = last_id_;
  registration->procedure = procedure;
  registration->match = match;
  registration->policy = policy;
  registration->created = created;
  registration->queue = std::make_shared<CallQueue>(last_id_);
  Registration& added = *owned_.insert(last_id_.value, std::move(registration));
  try {
    index_.add(procedure, match, &added, callee.value);
  } catch (...) {
    owned_.erase(last_id_.value);
    throw;
  }
  ++unlisted_;
  return added;
}

void Registrations::set_listed(Registration& registration, bool listed) noexcept {
  assert(!registration.ended);
  if (std::exchange(registration.is_listed, listed) == listed) return;
  listed ? --unlisted_ : ++unlisted_;
}

void Registrations::end(Registration& registration) noexcept {
  if (registration.ended) return;
  routes_.changing(registration.procedure, registration.match);
  registration.ended = true;
  ++ended_;
  unlisted_ -= !registration.is_listed;
  index_.remove(registration.procedure, registration.match);
}

void Registrations::remove(const Registration& registration) noexcept {
  assert(registration.ended && !registration.has_callees() && registration.waiting.empty());
  owned_.erase(registration.id.value);
  --ended_;
}

Registration* Registrations::find(wamp::RegistrationId id) const {
  const auto* found = owned_.find(id.value);
  return found ? found->get() : nullptr;
}

}  // namespace router::dealer
