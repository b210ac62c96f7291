// Reads the elements of a message in CBOR: see element_reader.h.
#pragma once

#include <string_view>

#include "serializers/base/kind.h"
#include "serializers/base/limits.h"
#include "serializers/cbor/cbor_scanner.h"
#include "serializers/values/value_sink.h"
#include "wamp/message.h"

namespace serializers {

class CborReader : public CborScanner {
 public:
  static constexpr std::string_view empty_arguments = "\x80";
  static constexpr std::string_view true_value = "\xF5";
  // Some ways of writing that are not known.
  static bool is_empty(std::string_view skipped) {
    constexpr size_t shortest_with_an_entry = 3;
    return skipped.size() < shortest_with_an_entry;
  }

  CborReader(std::string_view bytes, Scratch& scratch, const Limits& limits)
      : CborScanner(bytes, limits.max_depth - 1), scratch_(scratch) {}

  Kind kind() const { return failed() ? Kind::invalid : header().kind; }
  bool enter_message();
  bool next();
  bool leave_message();
  bool enter_dictionary();
  // To the value behind its tags.
  bool next_key(std::string_view& key);
  bool read_integer(uint64_t& value);
  bool read_string(std::string_view& value);
  // What the other formats cannot say: a tag is lost, its content stays, but a bignum (tags 2 and 3) becomes
  // an integer, or a float as does a negative integer if it has more than 64 bits; of keys see
  // nested_values.h.
  static bool read_values(wamp::Payload payload, ValueSink& sink);

 private:
  Scratch& scratch_;
  bool ends_with_break_ = false;
  uint64_t missing_ = 0;  // elements of the message, unless it ends with a break
};

}  // namespace serializers
