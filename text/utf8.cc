#include "text/utf8.h"

namespace text {
namespace {

const char* skip_ascii(const char* p, const char* end) {
  while (end - p >= 16 && is_ascii_in_words<Words>({p, 16})) p += 16;
  while (p < end && static_cast<unsigned char>(*p) < 0x80) ++p;
  return p;
}

}  // namespace

bool is_utf8_beyond_ascii(std::string_view text) {
  const char* const end = text.data() + text.size();
  for (const char* p = skip_ascii(text.data(), end); p != end; p = skip_ascii(p, end)) {
    while (p != end && static_cast<unsigned char>(*p) >= 0x80) {
      const size_t length = utf8_sequence_length(p, end);
      if (length == 0) return false;
      p += length;
    }
  }
  return true;
}

}  // namespace text
