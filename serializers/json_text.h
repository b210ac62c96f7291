// Characters of JSON, and the scan for the end of plain text in a string, sixteen bytes at a time where the
// processor can.
#pragma once

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace serializers {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
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
