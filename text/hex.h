// Octets as two hexadecimal digits each. Pure functions; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace text {

// The value of a digit, of either case; -1 if it is none.
constexpr int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// In small letters.
std::string to_hex(std::string_view bytes);
// Nothing if it is not hexadecimal.
std::optional<std::string> from_hex(std::string_view digits);

}  // namespace text
