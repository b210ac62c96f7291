// Reads the elements of a message in MessagePack: see element_reader.h.
#pragma once

#include <string_view>

#include "serializers/base/kind.h"
#include "serializers/base/limits.h"
#include "serializers/msgpack/msgpack_scanner.h"
#include "serializers/values/value_sink.h"
#include "wamp/message.h"

namespace serializers {

class MsgpackReader : public MsgpackScanner {
 public:
  static constexpr std::string_view empty_arguments = "\x90";
  static constexpr std::string_view true_value = "\xC3";
  static bool is_empty(std::string_view skipped) {
    return read_msgpack_header(skipped.data(), skipped.data() + skipped.size()).length == 0;
  }

  MsgpackReader(std::string_view bytes, Scratch&, const Limits& limits)
      : MsgpackScanner(bytes, limits.max_depth - 1) {}

  [[gnu::always_inline]] Kind kind() const { return failed() ? Kind::invalid : header().kind; }
  bool enter_message() { return take_short_list(missing_) || enter_long_message(); }
  bool next() {
    if (missing_ == 0) return false;
    --missing_;
    return true;
  }
  bool leave_message() { return missing_ == 0 && (at_end() || fail("expected the end")); }
  bool enter_dictionary();
  bool next_key(std::string_view& key);
  bool read_integer(uint64_t& value) { return take_unsigned_integer(value) || read_any_integer(value); }
  bool read_string(std::string_view& value) {
    const MsgpackHeader string = header();
    if (string.kind != Kind::string) return false;
    value = take_string(string);
    return value.data() != nullptr;
  }
  // What the other formats cannot say: an extension type becomes binary data (the type is lost), one of type
  // 0 with a single byte 0 is JavaScript's undefined; of keys see nested_values.h.
  static bool read_values(wamp::Payload payload, ValueSink& sink);

 private:
  bool enter_long_message();
  bool read_any_integer(uint64_t& value);

  uint64_t missing_ = 0;  // elements of the message
};

}  // namespace serializers
