// Numbers as MessagePack and CBOR write them: the highest byte first.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>

namespace serializers {

// The same bytes in the other order, unless the machine has them in that order. Loops over bytes take the
// compiler five times the instructions.
template <std::unsigned_integral T>
T to_big_endian(T value) {
  if constexpr (std::endian::native == std::endian::big || sizeof(T) == 1) return value;
  if constexpr (sizeof(T) == 2) return __builtin_bswap16(value);
  if constexpr (sizeof(T) == 4) return __builtin_bswap32(value);
  if constexpr (sizeof(T) == 8) return __builtin_bswap64(value);
}

template <std::unsigned_integral T>
T load_big_endian(const char* p) {
  T value;
  std::memcpy(&value, p, sizeof value);
  return to_big_endian(value);
}

template <std::unsigned_integral T>
void put_big_endian(T value, char* to) {
  value = to_big_endian(value);
  std::memcpy(to, &value, sizeof value);
}

}  // namespace serializers
