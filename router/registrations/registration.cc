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

bool has_refused(const Callee& callee, const std::vector<wamp::SessionId>* refused) {
  return refused && std::binary_search(refused->begin(), refused->end(), callee.member->ref.session);
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
  return std::none_of(callees.begin(), callees.end(),
                      [](const Callee& c) -> bool { return c.member->present; });
}

void Registration::add_callee(Member& member, const CalleeOptions& options) {
  callees.push_back({&member, options, rendezvous_hash(member.identity.authid), 0,
                     member.charge(holding::registrations, bytes_of(procedure))});
  try {
    member.registrations.insert(id.value, this);
  } catch (...) {
    callees.pop_back();
    throw;
  }
}

void Registration::remove_callee(Member& member) noexcept {
  member.registrations.erase(id.value);
  Callee* callee = find_callee(member);
  assert(callee);
  const auto position = static_cast<size_t>(callee - callees.data());
  callees.erase(callees.begin() + static_cast<std::ptrdiff_t>(position));
  if (position < next) --next;
}

Callee* Registration::find_callee(const Member& member) {
  const auto at =
      std::find_if(callees.begin(), callees.end(), [&](const Callee& c) { return c.member == &member; });
  return at == callees.end() ? nullptr : &*at;
}

bool Registration::has_candidates(const std::vector<wamp::SessionId>& refused) const {
  return std::any_of(callees.begin(), callees.end(),
                     [&](const Callee& callee) { return !has_refused(callee, &refused); });
}

Callee* Registration::pick(const Choice& choice) {
  if (callees.empty()) return nullptr;
  return choice.routing_key ? pick_by_key(choice) : pick_by_policy(choice);
}

Callee* Registration::pick_by_policy(const Choice& choice) {
  const size_t count = callees.size();
  size_t start = 0;
  if (policy == InvocationPolicy::roundrobin) start = next < count ? next : 0;
  if (policy == InvocationPolicy::random) start = choice.chance % count;
  Callee* suspect = nullptr;
  for (size_t step = 0; step < count; ++step) {
    const size_t at = policy == InvocationPolicy::last ? count - 1 - step
                      : start + step < count           ? start + step
                                                       : start + step - count;
    Callee& callee = callees[at];
    if (!callee.is_free() || has_refused(callee, choice.refused)) continue;
    if (callee.member->suspect.load(std::memory_order_relaxed)) {
      if (!suspect) suspect = &callee;
      continue;
    }
    next = at + 1;
    return &callee;
  }
  return suspect;
}

// By authid first, which outlives a reconnection.
Callee* Registration::pick_by_key(const Choice& choice) {
  const auto weight = [&](const Callee& callee) {
    return std::tuple(rendezvous_weight(callee.node, *choice.routing_key), callee.member->ref.session.value);
  };
  Callee* heaviest = nullptr;
  for (Callee& callee : callees) {
    if (!callee.member->present || has_refused(callee, choice.refused)) continue;
    if (!heaviest || weight(callee) > weight(*heaviest)) heaviest = &callee;
  }
  // A busy shard has no substitute.
  return heaviest && heaviest->is_free() ? heaviest : nullptr;
}

}  // namespace router::dealer
