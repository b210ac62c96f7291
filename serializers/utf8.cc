#include "serializers/utf8.h"

#include <cstdint>
#include <cstring>

namespace serializers {
namespace {

// Over eight ASCII bytes at a time: most text is ASCII.
const char* skip_ascii(const char* p, const char* end) {
  constexpr uint64_t high_bits = 0x8080808080808080;
  while (end - p >= 8) {
    uint64_t word;
    std::memcpy(&word, p, 8);
    if (word & high_bits) break;
    p += 8;
  }
  while (p != end && static_cast<unsigned char>(*p) < 0x80) ++p;
  return p;
}

}  // namespace

bool is_utf8(std::string_view text) {
  const char* const end = text.data() + text.size();
  for (const char* p = skip_ascii(text.data(), end); p != end; p = skip_ascii(p, end)) {
    const size_t length = utf8_sequence_length(p, end);
    if (length == 0) return false;
    p += length;
  }
  return true;
}

}  // namespace serializers
