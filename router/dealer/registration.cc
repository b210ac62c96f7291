#include "router/dealer/registration.h"

#include <algorithm>
#include <cassert>

namespace router::dealer {

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

bool Registration::has_callee(const Member& member) const {
  return member.registrations.find(id.value) != nullptr;
}

void Registration::add_callee(Member& member) {
  member.registrations.insert(id.value, this);
  callees.push_back(&member);
}

void Registration::remove_callee(Member& member) {
  member.registrations.erase(id.value);
  const auto at = std::find(callees.begin(), callees.end(), &member);
  assert(at != callees.end());
  const auto position = static_cast<size_t>(at - callees.begin());
  callees.erase(at);
  if (position < next) --next;
}

Member& Registration::pick(uint64_t chance) {
  assert(!callees.empty());
  switch (policy) {
    case InvocationPolicy::single:
    case InvocationPolicy::first:
      return *callees.front();
    case InvocationPolicy::last:
      return *callees.back();
    case InvocationPolicy::random:
      return *callees[chance % callees.size()];
    case InvocationPolicy::roundrobin:
      break;
  }
  if (next >= callees.size()) next = 0;
  return *callees[next++];
}

}  // namespace router::dealer
