// Characters of JSON, and the scan for the end of plain text in a string, sixteen bytes at a time where the
// processor can.
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "text/base64.h"

namespace serializers {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// The value of four hexadecimal digits; negative if they are not.
inline int hex4(const char* p, const char* end) {
  int value = 0;
  if (end - p < 4 || std::from_chars(p, p + 4, value, 16).ptr != p + 4 || *p == '-') return -1;
  return value;
}

// The UTF-16 code unit of the escape \uXXXX at `p`; negative if there is none.
inline int escaped_code_unit(const char* p, const char* end) {
  return end - p >= 6 && p[0] == '\\' && p[1] == 'u' ? hex4(p + 2, end) : -1;
}
constexpr bool is_high_surrogate(int unit) {
  return unit >= 0xD800 && unit <= 0xDBFF;
}
constexpr bool is_low_surrogate(int unit) {
  return unit >= 0xDC00 && unit <= 0xDFFF;
}

// The binary data that a string stands for: "\u0000" and its base64 text (advanced profile, "Binary support
// in JSON"). Nothing if it is an ordinary string.
inline std::optional<std::string> decode_json_binary(std::string_view string) {
  return string.starts_with('\0') ? text::decode_base64(string.substr(1)) : std::nullopt;
}

enum class NonAscii { is_plain, is_special };

// The first character that is not plain: quote, backslash, control character and, if so wanted, any of 0x80
// or more.
template <NonAscii non_ascii>
const char* skip_plain_text(const char* p, const char* end) {
#ifdef __SSE2__
  while (end - p >= 16) {
    const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    // Compared as signed, bytes of 0x80 or more are less than a space too.
    const __m128i low = non_ascii == NonAscii::is_special
                            ? _mm_cmplt_epi8(text, _mm_set1_epi8(0x20))
                            : _mm_cmpeq_epi8(_mm_min_epu8(text, _mm_set1_epi8(0x1F)), text);
    const __m128i marks =
        _mm_or_si128(_mm_cmpeq_epi8(text, _mm_set1_epi8('"')), _mm_cmpeq_epi8(text, _mm_set1_epi8('\\')));
    const auto special = static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(low, marks)));
    if (special) return p + __builtin_ctz(special);
    p += 16;
  }
#endif
  for (; p != end; ++p) {
    const auto c = static_cast<unsigned char>(*p);
    if (c < 0x20 || c == '"' || c == '\\' || (non_ascii == NonAscii::is_special && c >= 0x80)) break;
  }
  return p;
}

}  // namespace serializers
