// Which callee of a shared registration gets a call (advanced profile, "Shared Registration").
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace router::dealer {

enum class InvocationPolicy : uint8_t { single, roundrobin, random, first, last };

std::string_view name(InvocationPolicy policy);
std::optional<InvocationPolicy> invocation_policy(std::string_view name);

}  // namespace router::dealer
