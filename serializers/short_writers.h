// Write a short list of integers and empty dictionaries into a place of their own, with nothing to be checked
// for each: see write_short_envelope() in message_codec.h. At most as many as the fields of a message.
#pragma once

#include <charconv>
#include <cstdint>
#include <string_view>

#include "serializers/cbor_header.h"
#include "serializers/msgpack_header.h"

namespace serializers {

class ShortWriter {
 public:
  std::string_view text() const { return {text_, static_cast<size_t>(to_ - text_)}; }

 protected:
  static constexpr size_t max_elements = 8;
  static constexpr size_t max_element = 21;  // 20 digits and a comma

  char text_[1 + max_elements * max_element];
  char* to_ = text_;
};

class ShortMsgpackWriter : public ShortWriter {
 public:
  void begin_list(size_t size) { *to_++ = static_cast<char>(0x90 | size); }
  void unsigned_integer(uint64_t value) { to_ = put_msgpack_unsigned(value, to_); }
  void empty_dictionary() { *to_++ = '\x80'; }
  std::string_view end_envelope(uint8_t) { return {}; }
};

class ShortCborWriter : public ShortWriter {
 public:
  void begin_list(size_t size) { *to_++ = static_cast<char>(0x80 | size); }
  void unsigned_integer(uint64_t value) { to_ = put_cbor_head(0, value, to_); }
  void empty_dictionary() { *to_++ = '\xA0'; }
  std::string_view end_envelope(uint8_t) { return {}; }
};

class ShortJsonWriter : public ShortWriter {
 public:
  void begin_list(size_t) { *to_++ = '['; }
  void unsigned_integer(uint64_t value) {
    to_ = std::to_chars(to_, text_ + sizeof text_, value).ptr;
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
