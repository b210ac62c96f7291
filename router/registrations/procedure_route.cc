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

// Of those with a key, busy or not.
bool is_candidate(const CalleeSlot& slot, const std::vector<wamp::SessionId>* refused) {
  return slot.callee->present.load() && !has_refused(slot, refused);
}

Picked reserve(const std::shared_ptr<CalleeSlot>& slot) {
  if (!slot->takes_calls() || !slot->reserve()) return {};
  return {&slot, Reservation(slot)};
}

}  // namespace

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

// Slots one behind the other, and where among them it begins.
struct ProcedureRoute::Some {
  size_t first = 0, count = 0, start = 0;
};

Picked ProcedureRoute::pick_by_policy(const CallChoice& choice) const {
  size_t turn = 0;
  if (policy == InvocationPolicy::roundrobin) turn = queue->next.fetch_add(1, std::memory_order_relaxed);
  if (policy == InvocationPolicy::random) turn = choice.chance;
  const size_t count = slots.size() - second;
  // Those that have been silent for long get a call only if nobody else takes it.
  for (const bool suspect : {false, true}) {
    if (Picked picked = pick_among({0, count, turn % count}, choice, suspect)) return picked;
    if (second == 0) continue;
    if (Picked picked = pick_among({count, second, turn % second}, choice, suspect)) return picked;
  }
  return {};
}

Picked ProcedureRoute::pick_among(const Some& some, const CallChoice& choice, bool suspect) const {
  const auto [first, count, start] = some;
  for (size_t step = 0; step < count; ++step) {
    const size_t at = policy == InvocationPolicy::last ? count - 1 - step
                      : start + step < count           ? start + step
                                                       : start + step - count;
    const std::shared_ptr<CalleeSlot>& slot = slots[first + at];
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
  return {};
}

Picked ProcedureRoute::pick_by_key(const CallChoice& choice) const {
  return remote == 0 ? pick_by_key_here(choice) : pick_node_by_key(choice);
}

// By authid first, which outlives a reconnection.
Picked ProcedureRoute::pick_by_key_here(const CallChoice& choice) const {
  const auto weight = [&](const CalleeSlot& slot) {
    return std::tuple(rendezvous_weight(slot.node, *choice.routing_key), slot.callee->ref.session.value);
  };
  const std::shared_ptr<CalleeSlot>* heaviest = nullptr;
  for (size_t at = 0; at + remote < slots.size(); ++at) {
    const std::shared_ptr<CalleeSlot>& slot = slots[at];
    if (!is_candidate(*slot, choice.refused)) continue;
    if (!heaviest || weight(*slot) > weight(**heaviest)) heaviest = &slot;
  }
  // A busy shard has no substitute.
  return heaviest ? reserve(*heaviest) : Picked();
}

// The node first, so that all nodes find the same one, which know of each other's callees only how many there
// are: for each of these a node takes part in the choice once. The node then chooses among its own.
Picked ProcedureRoute::pick_node_by_key(const CallChoice& choice) const {
  const auto weight = [&](uint64_t node, size_t callee) {
    return rendezvous_weight(rendezvous_weight(node, callee), *choice.routing_key);
  };
  const size_t here = slots.size() - remote;
  const bool any_here = std::any_of(slots.begin(), slots.begin() + static_cast<std::ptrdiff_t>(here),
                                    [&](const auto& slot) { return is_candidate(*slot, choice.refused); });
  std::optional<uint64_t> greatest;
  const std::shared_ptr<CalleeSlot>* heaviest = nullptr;  // null: it is here
  for (size_t at = any_here ? 0 : here, of_node = 0; at < slots.size(); ++at) {
    const bool is_here = at < here;
    of_node = at == here || (at > here && slots[at] != slots[at - 1]) ? 0 : of_node;
    const uint64_t own = weight(is_here ? own_node : slots[at]->node, of_node++);
    if ((!is_here && !is_candidate(*slots[at], choice.refused)) || (greatest && own <= *greatest)) continue;
    greatest = own;
    heaviest = is_here ? nullptr : &slots[at];
  }
  if (heaviest) return reserve(*heaviest);
  return any_here ? pick_by_key_here(choice) : Picked();
}

}  // namespace router::dealer
