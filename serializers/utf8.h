// UTF-8 as the Unicode standard defines it (table 3-7): no overlong forms, no surrogates, nothing over
// U+10FFFF.
#pragma once

#include <cstddef>
#include <string_view>

namespace serializers {

// The length of the character that begins at `p` (< end) with a byte of 0x80 or more; 0 if it is not valid.
inline size_t utf8_sequence_length(const char* p, const char* end) {
  const auto byte = [p](int i) { return static_cast<unsigned char>(p[i]); };
  const auto continues = [&byte](int i) { return (byte(i) & 0xC0) == 0x80; };
  const unsigned char lead = byte(0);
  const auto left = end - p;
  if (lead >= 0xC2 && lead <= 0xDF) return left >= 2 && continues(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (left < 3 || !continues(1) || !continues(2)) return 0;
    if (lead == 0xE0 && byte(1) < 0xA0) return 0;
    if (lead == 0xED && byte(1) > 0x9F) return 0;
    return 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if (left < 4 || !continues(1) || !continues(2) || !continues(3)) return 0;
    if (lead == 0xF0 && byte(1) < 0x90) return 0;
    if (lead == 0xF4 && byte(1) > 0x8F) return 0;
    return 4;
  }
  return 0;
}

bool is_utf8(std::string_view text);

}  // namespace serializers
