#include "router/registrations/procedure_route.h"

#include <algorithm>
#include <tuple>

#include "router/tables/rendezvous_hash.h"
#include "transport/memory/allocated.h"

namespace router::dealer {
namespace {

bool has_refused(const CalleeSlot& slot, const std::vector<wamp::SessionId>* refused) {
  return refused && std::binary_search(refused->begin(), refused->end(), slot.callee->ref.session);
}

Picked reserve(const std::shared_ptr<CalleeSlot>& slot) {
  if (!slot->takes_calls() || !slot->reserve()) return {};
  return {&slot, Reservation(slot)};
}

}  // namespace

std::string_view name(InvocationPolicy policy) {
  switch (policy) {
    case InvocationPolicy::single:
      return "single";
    case InvocationPolicy::roundrobin:
      return "roundrobin";
    case InvocationPolicy::random:
      return "random";
    case InvocationPolicy::first:
      return "first";
    case InvocationPolicy::last:
      return "last";
  }
  return "";
}

std::optional<InvocationPolicy> invocation_policy(std::string_view name) {
  for (const InvocationPolicy policy :
       {InvocationPolicy::single, InvocationPolicy::roundrobin, InvocationPolicy::random,
        InvocationPolicy::first, InvocationPolicy::last})
    if (dealer::name(policy) == name) return policy;
  return std::nullopt;
}

size_t ProcedureRoute::bytes() const {
  return transport::allocated(sizeof(ProcedureRoute)) + transport::allocated(slots);
}

bool ProcedureRoute::has_candidates(const std::vector<wamp::SessionId>& refused) const {
  return std::any_of(slots.begin(), slots.end(),
                     [&](const auto& slot) { return !has_refused(*slot, &refused); });
}

Picked ProcedureRoute::pick(const CallChoice& choice) const {
  if (slots.empty()) return {};
  if (slots.size() == 1)
    return has_refused(*slots.front(), choice.refused) ? Picked() : reserve(slots.front());
  return choice.routing_key ? pick_by_key(choice) : pick_by_policy(choice);
}

Picked ProcedureRoute::pick_by_policy(const CallChoice& choice) const {
  const size_t count = slots.size();
  size_t start = 0;
  if (policy == InvocationPolicy::roundrobin)
    start = queue->next.fetch_add(1, std::memory_order_relaxed) % count;
  if (policy == InvocationPolicy::random) start = choice.chance % count;
  // Those that have been silent for long get a call only if nobody else takes it.
  for (const bool suspect : {false, true}) {
    for (size_t step = 0; step < count; ++step) {
      const size_t at = policy == InvocationPolicy::last ? count - 1 - step
                        : start + step < count           ? start + step
                                                         : start + step - count;
      const std::shared_ptr<CalleeSlot>& slot = slots[at];
      if (slot->callee->suspect.load(std::memory_order_relaxed) != suspect ||
          has_refused(*slot, choice.refused))
        continue;
      Picked picked = reserve(slot);
      if (!picked) continue;
      // Those that were passed over have had their turn.
      if (policy == InvocationPolicy::roundrobin && step > 0 && !suspect)
        queue->next.store(at + 1, std::memory_order_relaxed);
      return picked;
    }
  }
  return {};
}

// By authid first, which outlives a reconnection.
Picked ProcedureRoute::pick_by_key(const CallChoice& choice) const {
  const auto weight = [&](const CalleeSlot& slot) {
    return std::tuple(rendezvous_weight(slot.node, *choice.routing_key), slot.callee->ref.session.value);
  };
  const std::shared_ptr<CalleeSlot>* heaviest = nullptr;
  for (const std::shared_ptr<CalleeSlot>& slot : slots) {
    if (!slot->callee->present.load() || has_refused(*slot, choice.refused)) continue;
    if (!heaviest || weight(*slot) > weight(**heaviest)) heaviest = &slot;
  }
  // A busy shard has no substitute.
  return heaviest ? reserve(*heaviest) : Picked();
}

}  // namespace router::dealer
