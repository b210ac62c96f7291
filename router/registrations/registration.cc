#include "router/registrations/registration.h"

#include <algorithm>
#include <cassert>
#include <tuple>

#include "router/matching/uri_index.h"
#include "router/memory/value_bytes.h"
#include "router/tables/rendezvous_hash.h"

namespace router::dealer {
namespace {

constexpr size_t bytes_of_work = 64;

}  // namespace

wamp::Dict Registration::details() const {
  return wamp::Dict{{"id", id.value},
                    {"created", iso_8601(created)},
                    {"uri", procedure},
                    {"match", wamp::name(match)},
                    {"invoke", name(policy)}};
}

size_t Registration::bytes_of(std::string_view procedure) {
  return allocated(sizeof(Registration)) + bytes_of_work + allocated(procedure.size() + 1) +
         allocated(sizeof(Callee)) + index_bytes(procedure);
}

bool Registration::has_callee(const Member& member) const {
  return member.registrations.find(id.value) != nullptr;
}

bool Registration::is_deserted() const {
  return std::none_of(callees.begin(), callees.end(), [](const Callee& c) { return c.member->present(); });
}

void Registration::add_callee(Member& member, const CalleeOptions& options) {
  auto slot =
      std::make_shared<CalleeSlot>(member.callee, options, rendezvous_hash(member.identity->authid), queue);
  callees.push_back({&member, std::move(slot), member.charge(holding::registrations, bytes_of(procedure))});
  try {
    member.registrations.insert(id.value, this);
  } catch (...) {
    callees.pop_back();
    throw;
  }
  route_.reset();
}

void Registration::remove_callee(Member& member) noexcept {
  member.registrations.erase(id.value);
  const auto callee =
      std::find_if(callees.begin(), callees.end(), [&](const Callee& c) { return c.member == &member; });
  assert(callee != callees.end());
  callee->slot->leave();
  const auto position = static_cast<size_t>(callee - callees.begin());
  const size_t next = queue->next.load() % callees.size();
  queue->next.store(position < next ? next - 1 : next);
  callees.erase(callee);
  route_.reset();
}

void Registration::add_waiting(uint64_t place, std::shared_ptr<WaitingCall> call) {
  WaitingCall& added = *call;
  waiting.emplace_hint(waiting.end(), place, std::move(call));
  added.place = place;
  queue->waiting.fetch_add(1);
  if (added.is_for_any()) queue->waiting_for_any.fetch_add(1);
}

void Registration::remove_waiting(WaitingCall& call) noexcept {
  queue->waiting.fetch_sub(1);
  if (call.is_for_any()) queue->waiting_for_any.fetch_sub(1);
  waiting.erase(std::exchange(call.place, 0));
}

const std::shared_ptr<const ProcedureRoute>& Registration::route() {
  if (!route_) {
    auto made = std::make_shared<ProcedureRoute>(ProcedureRoute{id, match, policy, queue, {}});
    for (const Callee& callee : callees) made->slots.push_back(callee.slot);
    route_ = std::move(made);
  }
  return route_;
}

}  // namespace router::dealer
