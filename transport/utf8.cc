#include "transport/utf8.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace transport {
namespace {

constexpr uint64_t high_bits = 0x8080808080808080;

// Two words that the compiler keeps in one vector register.
using Block = uint64_t __attribute__((vector_size(16)));

template <typename T>
T load(const char* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

template <typename T>
void store(char* to, T value) {
  std::memcpy(to, &value, sizeof value);
}

const char* skip_ascii(const char* p, const char* end) {
  for (; end - p >= 16; p += 16) {
    const Block block = load<Block>(p);
    if ((block[0] | block[1]) & high_bits) break;
  }
  while (p < end && static_cast<uint8_t>(*p) < 0x80) ++p;
  return p;
}

bool continues(char c) {
  return (static_cast<uint8_t>(c) & 0xC0) == 0x80;
}

// Bytes of the well-formed multi-byte character at `p`, by table 3-7 of the Unicode standard; 0 if it is
// none.
size_t multibyte_size(const char* p, const char* end) {
  const auto lead = static_cast<uint8_t>(*p);
  const auto left = static_cast<size_t>(end - p);
  if (lead < 0xC2 || left < 2 || !continues(p[1])) return 0;
  if (lead < 0xE0) return 2;
  const auto second = static_cast<uint8_t>(p[1]);
  if (left < 3 || !continues(p[2])) return 0;
  if (lead < 0xF0) {
    const bool overlong = lead == 0xE0 && second < 0xA0;
    const bool surrogate = lead == 0xED && second > 0x9F;
    return overlong || surrogate ? 0 : 3;
  }
  if (left < 4 || !continues(p[3]) || lead > 0xF4) return 0;
  const bool overlong = lead == 0xF0 && second < 0x90;
  const bool too_high = lead == 0xF4 && second > 0x8F;
  return overlong || too_high ? 0 : 4;
}

}  // namespace

bool is_utf8(std::string_view text) {
  const char* p = text.data();
  const char* const end = p + text.size();
  for (;;) {
    p = skip_ascii(p, end);
    while (p < end && static_cast<uint8_t>(*p) >= 0x80) {
      const size_t size = multibyte_size(p, end);
      if (size == 0) return false;
      p += size;
    }
    if (p == end) return true;
  }
}

namespace {

bool unmask_short(std::span<char> payload, std::array<char, 4> mask) {
  unsigned all = 0;
  for (size_t i = 0; i < payload.size(); ++i) {
    payload[i] = static_cast<char>(payload[i] ^ mask[i % 4]);
    all |= static_cast<uint8_t>(payload[i]);
  }
  return all < 0x80;
}

}  // namespace

bool unmask(std::span<char> payload, std::array<char, 4> mask) {
  if (payload.size() < sizeof(Block)) return unmask_short(payload, mask);
  const auto key32 = load<uint32_t>(mask.data());
  const auto block_of = [](uint32_t key) {
    const uint64_t twice = static_cast<uint64_t>(key) << 32 | key;
    return Block{twice, twice};
  };
  const Block key = block_of(key32);
  Block seen = {0, 0};
  // The last block overlaps the one before, so it is read before that is written. Its key begins elsewhere.
  char* const last = payload.data() + payload.size() - sizeof(Block);
  const auto shift = static_cast<int>(8 * ((payload.size() - sizeof(Block)) % 4));
  const Block last_block = load<Block>(last) ^ block_of(std::rotr(key32, shift));
  char* p = payload.data();
  for (; last - p >= 64; p += 64) {
    for (size_t i = 0; i < 64; i += sizeof(Block)) {
      const Block block = load<Block>(p + i) ^ key;
      seen |= block;
      store(p + i, block);
    }
  }
  for (; p < last; p += sizeof(Block)) {
    const Block block = load<Block>(p) ^ key;
    seen |= block;
    store(p, block);
  }
  store(last, last_block);
  seen |= last_block;
  return ((seen[0] | seen[1]) & high_bits) == 0;
}

}  // namespace transport
