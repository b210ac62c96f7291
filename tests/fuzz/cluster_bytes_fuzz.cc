// What other nodes say, and what stands in keys: what is read is written and read again as the same bytes.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "router/cluster/bytes/bytes.h"

namespace {

using namespace router::cluster;

void check(bool holds) {
  if (!holds) std::abort();
}

template <class Decode>
void check_again(std::string_view bytes, const Decode& decode) {
  const auto value = decode(bytes);
  if (!value) return;
  const std::string again = encode(*value);
  const auto same = decode(again);
  check(same && encode(*same) == again);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  check_again(text, decode_announcement);
  check_again(text, decode_letter);
  if (const auto value = decode_value(text)) {
    const std::string again = encode_value(value->first, value->second);
    const auto same = decode_value(again);
    check(same && encode_value(same->first, same->second) == again);
    check(key_text(same->first) == key_text(value->first));
  }
  return 0;
}
