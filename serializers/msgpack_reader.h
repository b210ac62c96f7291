// Reads the elements of a message in MessagePack for message_codec.h.
#pragma once

#include <string>
#include <string_view>

#include "serializers/kind.h"
#include "serializers/msgpack_scanner.h"
#include "serializers/serializer.h"
#include "serializers/value_sink.h"

namespace serializers {

class MsgpackReader {
 public:
  // How a payload begins whose Arguments are empty, before its ArgumentsKw.
  static constexpr std::string_view empty_arguments = "\x90";
  static constexpr std::string_view true_value = "\xC3";

  MsgpackReader(std::string_view bytes, const Limits& limits) : scanner_(bytes, limits.max_depth - 1) {}

  // What stands at the position. Kind::invalid if it cannot be a value.
  [[gnu::always_inline]] Kind kind() const {
    return scanner_.failed() ? Kind::invalid : scanner_.header().kind;
  }

  // Into the message's list; false if there is none.
  bool enter_message() { return scanner_.take_short_list(missing_) || enter_long_message(); }
  // To the next element of it; false if there is none.
  bool next() {
    if (missing_ == 0) return false;
    --missing_;
    return true;
  }
  // Behind the list; false unless it ends here and the bytes with it.
  bool leave_message() { return missing_ == 0 && (scanner_.at_end() || scanner_.fail("expected the end")); }
  // Into the dictionary at the position, false if there is none; then to the value of its next key, which
  // lives until the one after it: false at the end, or if that is not valid.
  bool enter_dictionary();
  bool next_key(std::string_view& key);

  // Each reads the element at the position; false if that is of another kind or not valid.
  // An integer that is negative or too big becomes UINT64_MAX, which is valid nowhere.
  bool read_integer(uint64_t& value) {
    return scanner_.take_unsigned_integer(value) || read_any_integer(value);
  }
  bool read_string(std::string_view& value) {
    const MsgpackHeader header = scanner_.header();
    if (header.kind != Kind::string) return false;
    value = scanner_.take_string(header);
    return value.data() != nullptr;
  }
  bool take_empty_dictionary() { return scanner_.take_empty_dictionary(); }
  // Gives up what is longer than `most`, perhaps, and has not failed then.
  bool skip(size_t most = SIZE_MAX) { return scanner_.skip_value(most); }
  // Of what was skipped, one dictionary: whether nothing is in it.
  static bool is_empty(std::string_view skipped) {
    return read_msgpack_header(skipped.data(), skipped.data() + skipped.size()).length == 0;
  }
  // Sends what was skipped, one dictionary, to the sink; false if a key is no string.
  bool send_dictionary(std::string_view skipped, ValueSink& sink);

  const char* position() const { return scanner_.position(); }
  // True once the bytes turned out not to be well-formed.
  bool failed() const { return scanner_.failed(); }
  // See ProtocolError.
  bool is_refusable() const { return scanner_.is_refusable(); }
  std::string error() const { return scanner_.error(); }

 private:
  bool enter_long_message();
  bool read_any_integer(uint64_t& value);

  MsgpackScanner scanner_;
  uint64_t missing_ = 0;  // elements of the message
};

}  // namespace serializers
