// What an element of a message is, as far as its first byte tells: for type checks and their error messages.
#pragma once

#include <cstdint>
#include <string_view>

namespace serializers {

enum class Kind : uint8_t {
  invalid,
  null,
  boolean,
  integer,
  floating,
  string,
  binary,
  list,
  dictionary,
  extension
};

constexpr std::string_view name(Kind kind) {
  constexpr std::string_view names[] = {
      "nothing",  "null",        "a boolean", "an integer",   "a float",
      "a string", "binary data", "a list",    "a dictionary", "an extension type"};
  return names[static_cast<size_t>(kind)];
}

}  // namespace serializers
