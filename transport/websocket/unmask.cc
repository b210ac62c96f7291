#include "transport/websocket/unmask.h"

#include <bit>
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
