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

std::optional<std::string> why_not_shared(InvocationPolicy present, InvocationPolicy wanted) {
  if (present == InvocationPolicy::single) return "another session has registered this procedure";
  if (present == wanted) return std::nullopt;
  return "this procedure is registered with invoke \"" + std::string(name(present)) + "\"";
}

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
  forget_routes();
}

void Registration::set_remote(Member& link, const RemoteOffer& offer) {
  const auto same = [&](const RemoteCallees& one) { return one.link == &link; };
  auto found = std::find_if(remote.begin(), remote.end(), same);
  if (found == remote.end()) {
    // The other node knows what its callees have asked for, and looks after their limits and the time.
    const CalleeOptions options{.concurrency = 0, .disclose_caller = true, .forward_timeout = true};
    auto slot = std::make_shared<CalleeSlot>(link.callee, options, offer.node, queue,
                                             std::make_shared<const std::string>(procedure));
    remote.push_back({&link, std::move(slot), {}});
    try {
      link.registrations.insert(id.value, this);
    } catch (...) {
      remote.pop_back();
      throw;
    }
    found = remote.end() - 1;
  }
  found->offer = offer;
  forget_routes();
}

void Registration::remove_callee(Member& member) noexcept {
  member.registrations.erase(id.value);
  forget_routes();
  if (member.is_link()) {
    const auto found = std::find_if(remote.begin(), remote.end(),
                                    [&](const RemoteCallees& one) { return one.link == &member; });
    assert(found != remote.end());
    found->slot->leave();
    remote.erase(found);
    return;
  }
  const auto callee =
      std::find_if(callees.begin(), callees.end(), [&](const Callee& c) { return c.member == &member; });
  assert(callee != callees.end());
  callee->slot->leave();
  const auto position = static_cast<size_t>(callee - callees.begin());
  const size_t next = queue->next.load() % callees.size();
  queue->next.store(position < next ? next - 1 : next);
  callees.erase(callee);
}

void Registration::add_waiting(uint64_t place, std::shared_ptr<WaitingCall> call) {
  WaitingCall& added = *call;
  waiting.emplace_hint(waiting.end(), place, std::move(call));
  added.place = place;
  queue->waiting.fetch_add(1);
  if (added.is_for_any()) queue->waiting_for_any.fetch_add(1);
  waiting_only_here_ += added.only_here;
}

void Registration::remove_waiting(WaitingCall& call) noexcept {
  queue->waiting.fetch_sub(1);
  if (call.is_for_any()) queue->waiting_for_any.fetch_sub(1);
  waiting_only_here_ -= call.only_here;
  waiting.erase(std::exchange(call.place, 0));
}

const std::shared_ptr<const ProcedureRoute>& Registration::route() {
  if (!route_) {
    auto made = std::make_shared<ProcedureRoute>(ProcedureRoute{id, match, policy, queue, {}});
    for (const Callee& callee : callees) made->slots.push_back(callee.slot);
    for (const RemoteCallees& one : remote) made->slots.insert(made->slots.end(), one.offer.count, one.slot);
    made->remote = made->slots.size() - callees.size();
    if (!remote.empty()) {
      const RemoteOffer& any = remote.front().offer;
      made->second = any.prefers_here && !callees.empty() ? made->remote : 0;
      made->own_node = any.own_node;
    }
    route_ = std::move(made);
  }
  return route_;
}

const std::shared_ptr<const ProcedureRoute>& Registration::route_here() {
  if (remote.empty()) return route();
  if (!route_here_) {
    auto made = std::make_shared<ProcedureRoute>(ProcedureRoute{id, match, policy, queue, {}});
    for (const Callee& callee : callees) made->slots.push_back(callee.slot);
    route_here_ = std::move(made);
  }
  return route_here_;
}

}  // namespace router::dealer
