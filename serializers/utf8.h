// UTF-8 as the Unicode standard defines it (table 3-7): no overlong forms, no surrogates, nothing over
// U+10FFFF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
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

// Not of ASCII only.
bool is_utf8_beyond_ascii(std::string_view text);

// True if no byte of the text has its high bit. In words, of which the last may overlap the one before.
template <class Word>
bool is_ascii_in_words(std::string_view text) {
  constexpr Word high_bits = static_cast<Word>(0x8080808080808080);
  const auto has_high_bit = [](const char* p) {
    Word word;
    std::memcpy(&word, p, sizeof word);
    return (word & high_bits) != 0;
  };
  const char* const last = text.data() + text.size() - sizeof(Word);
  for (const char* p = text.data(); p < last; p += sizeof(Word))
    if (has_high_bit(p)) return false;
  return !has_high_bit(last);
}

inline bool is_ascii(std::string_view text) {
  if (text.size() >= 8) return is_ascii_in_words<uint64_t>(text);
  if (text.size() >= 4) return is_ascii_in_words<uint32_t>(text);
  unsigned all = 0;
  for (const char c : text) all |= static_cast<unsigned char>(c);
  return all < 0x80;
}

inline bool is_utf8(std::string_view text) {
  return is_ascii(text) || is_utf8_beyond_ascii(text);
}

}  // namespace serializers
