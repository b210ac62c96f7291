// Write a short list of integers and empty dictionaries into a place that is large enough, with nothing to be
// checked for each: see write_envelope() in message_codec.h. At most as many as the fields of a message.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "serializers/cbor/cbor_header.h"
#include "serializers/msgpack/msgpack_header.h"

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

class ShortMsgpackWriter : public ShortWriter {
 public:
  using ShortWriter::ShortWriter;
  void begin_list(size_t size) { *to_++ = static_cast<char>(0x90 | size); }
  void unsigned_integer(uint64_t value) { to_ = put_msgpack_unsigned(value, to_); }
  void empty_dictionary() { *to_++ = '\x80'; }
  std::string_view end_envelope(uint8_t) { return {}; }
};

class ShortCborWriter : public ShortWriter {
 public:
  using ShortWriter::ShortWriter;
  void begin_list(size_t size) { *to_++ = static_cast<char>(0x80 | size); }
  void unsigned_integer(uint64_t value) { to_ = put_cbor_head(0, value, to_); }
  void empty_dictionary() { *to_++ = '\xA0'; }
  std::string_view end_envelope(uint8_t) { return {}; }
};

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
