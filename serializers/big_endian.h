// Numbers as MessagePack and CBOR write them: the highest byte first.
#pragma once

#include <cstddef>
#include <cstdint>

namespace serializers {

template <class T>
T load_big_endian(const char* p) {
  uint64_t value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) value = value << 8 | static_cast<unsigned char>(p[i]);
  return static_cast<T>(value);
}

template <class T>
void put_big_endian(T value, char* to) {
  for (size_t i = sizeof(T); i-- > 0; value = static_cast<T>(value >> (sizeof(T) > 1 ? 8 : 0)))
    to[i] = static_cast<char>(value & 0xFF);
}

}  // namespace serializers
