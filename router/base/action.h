// What a session asks to do with a URI.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace router {

enum class Action : uint8_t { call, register_, publish, subscribe };
constexpr size_t action_count = 4;

// As the configuration and authorizers name it.
constexpr std::string_view name(Action action) {
  constexpr std::string_view names[action_count] = {"call", "register", "publish", "subscribe"};
  return names[static_cast<size_t>(action)];
}

}  // namespace router
