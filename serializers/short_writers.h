// Write a short list of integers and empty dictionaries into a place that is large enough, with nothing to be
// checked for each: see write_envelope() in message_codec.h. At most as many as the fields of a message.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "serializers/binary/big_endian.h"

namespace serializers {

constexpr size_t max_short_elements = 8;
constexpr size_t max_short_envelope = 1 + max_short_elements * 21;  // 20 digits and a comma

class ShortWriter {
 public:
  // There must be room for max_short_envelope bytes.
  explicit ShortWriter(char* to) : to_(to) {}
  const char* end() const { return to_; }

 protected:
  char* to_;
};

// MessagePack and CBOR, which differ in their first bytes only: an integer up to `most_small` is a byte of
// itself, a larger one stands behind the tag of its size.
template <unsigned list, unsigned dictionary, unsigned most_small, unsigned tag_of_byte>
class ShortBinaryWriter : public ShortWriter {
 public:
  using ShortWriter::ShortWriter;
  void begin_list(size_t size) { *to_++ = static_cast<char>(list | size); }
  void unsigned_integer(uint64_t value) { to_ = put_integer(value, to_); }
  void empty_dictionary() { *to_++ = static_cast<char>(dictionary); }
  std::string_view end_envelope(uint8_t) { return {}; }

 private:
  static char* put_integer(uint64_t value, char* to) {
    if (value <= most_small) {
      *to = static_cast<char>(value);
      return to + 1;
    }
    if (value <= UINT8_MAX) return put(tag_of_byte, static_cast<uint8_t>(value), to);
    if (value <= UINT16_MAX) return put(tag_of_byte + 1, static_cast<uint16_t>(value), to);
    if (value <= UINT32_MAX) return put(tag_of_byte + 2, static_cast<uint32_t>(value), to);
    return put(tag_of_byte + 3, value, to);
  }
  template <class T>
  static char* put(unsigned tag, T number, char* to) {
    *to = static_cast<char>(tag);
    put_big_endian(number, to + 1);
    return to + 1 + sizeof number;
  }
};

using ShortMsgpackWriter = ShortBinaryWriter<0x90, 0x80, 0x7F, 0xCC>;
using ShortCborWriter = ShortBinaryWriter<0x80, 0xA0, 0x17, 0x18>;

class ShortJsonWriter : public ShortWriter {
 public:
  using ShortWriter::ShortWriter;
  void begin_list(size_t) { *to_++ = '['; }
  void unsigned_integer(uint64_t value) {
    to_ = std::to_chars(to_, to_ + 20, value).ptr;
    *to_++ = ',';
  }
  void empty_dictionary() {
    *to_++ = '{';
    *to_++ = '}';
    *to_++ = ',';
  }
  std::string_view end_envelope(uint8_t payload_count) {
    if (payload_count == 0) --to_;
    return "]";
  }
};

}  // namespace serializers
