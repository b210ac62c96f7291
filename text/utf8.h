// UTF-8 as the Unicode standard defines it (table 3-7): no overlong forms, no surrogates, nothing over
// U+10FFFF. Sixteen bytes at a time where the text is ASCII.
//
// Pure functions; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace text {

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

// Two words that the compiler keeps in one vector register.
using Words = uint64_t __attribute__((vector_size(16)));

// True if no byte of the text has its high bit. In words, of which the last may overlap the one before; all
// of them are looked at, as nearly all text passes.
template <class Word>
bool is_ascii_in_words(std::string_view text) {
  const auto load = [](const char* p) {
    Word word;
    std::memcpy(&word, p, sizeof word);
    return word;
  };
  const char* const last = text.data() + text.size() - sizeof(Word);
  Word all = load(last);
  for (const char* p = text.data(); p < last; p += sizeof(Word)) all |= load(p);
  constexpr uint64_t high_bits = 0x8080808080808080;
  if constexpr (sizeof(Word) == sizeof(Words))
    return ((all[0] | all[1]) & high_bits) == 0;
  else
    return (all & static_cast<Word>(high_bits)) == 0;
}

inline bool is_ascii(std::string_view text) {
  if (text.size() >= 16) return is_ascii_in_words<Words>(text);
  if (text.size() >= 8) return is_ascii_in_words<uint64_t>(text);
  if (text.size() >= 4) return is_ascii_in_words<uint32_t>(text);
  unsigned all = 0;
  for (const char c : text) all |= static_cast<unsigned char>(c);
  return all < 0x80;
}

inline bool is_utf8(std::string_view text) {
  return is_ascii(text) || is_utf8_beyond_ascii(text);
}

// How many of the first `most` bytes of a valid text are whole characters.
inline size_t utf8_prefix(std::string_view text, size_t most) {
  if (text.size() <= most) return text.size();
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
  return most;
}

}  // namespace text
