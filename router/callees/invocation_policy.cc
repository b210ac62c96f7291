#include "router/callees/invocation_policy.h"

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

}  // namespace router::dealer
