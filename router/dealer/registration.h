// One (procedure, match policy) with the callees that share it. Owned by the dealer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "router/member.h"
#include "wamp/ids.h"
#include "wamp/uri.h"

namespace router::dealer {

// Which callee of a shared registration gets a call (advanced profile, "Shared Registration").
enum class InvocationPolicy : uint8_t { single, roundrobin, random, first, last };

std::string_view name(InvocationPolicy policy);
std::optional<InvocationPolicy> invocation_policy(std::string_view name);

struct Registration {
  wamp::RegistrationId id;
  std::string procedure;
  wamp::MatchPolicy match = wamp::MatchPolicy::exact;
  InvocationPolicy policy = InvocationPolicy::single;
  std::vector<Member*> callees;  // in the order of registration; never empty
  size_t next = 0;               // roundrobin's turn

  bool has_callee(const Member& member) const;
  // Precondition: the member is not a callee yet; is one.
  void add_callee(Member& member);
  void remove_callee(Member& member);
  // The callee of the next call. `chance` is any number, used by the random policy.
  Member& pick(uint64_t chance);
};

}  // namespace router::dealer
