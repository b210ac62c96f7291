// Reads the elements of a message in CBOR for message_codec.h.
#pragma once

#include <string>
#include <string_view>

#include "serializers/cbor_scanner.h"
#include "serializers/kind.h"
#include "serializers/serializer.h"
#include "serializers/value_sink.h"

namespace serializers {

class CborReader {
 public:
  // How a payload begins whose Arguments are empty, before its ArgumentsKw.
  static constexpr std::string_view empty_arguments = "\x80";
  static constexpr std::string_view true_value = "\xF5";

  CborReader(std::string_view bytes, Scratch& scratch, const Limits& limits)
      : scanner_(bytes, limits.max_depth - 1), scratch_(scratch) {}

  // What stands at the position. Kind::invalid if it cannot be a value.
  Kind kind() const { return scanner_.failed() ? Kind::invalid : scanner_.header().kind; }

  // Into the message's list; false if there is none.
  bool enter_message();
  // To the next element of it; false if there is none, or if the bytes end before a break.
  bool next();
  // Behind the list; false unless it ends here and the bytes with it.
  bool leave_message();
  // Into the dictionary at the position, false if there is none; then to the value of its next key, which
  // lives until the one after it, behind its tags: false at the end, or if that is not valid.
  bool enter_dictionary();
  bool next_key(std::string_view& key);

  // Each reads the element at the position; false if that is of another kind or not valid.
  // An integer that is negative or too big becomes UINT64_MAX, which is valid nowhere.
  bool read_integer(uint64_t& value);
  bool read_string(std::string_view& value);
  bool take_empty_dictionary() { return scanner_.take_empty_dictionary(); }
  // Gives up what is longer than `most`, perhaps, and has not failed then.
  bool skip(size_t most = SIZE_MAX) { return scanner_.skip_value(most); }
  // Of what was skipped, one dictionary: whether nothing is in it. Some ways of writing that are not known.
  static bool is_empty(std::string_view skipped) {
    constexpr size_t shortest_with_an_entry = 3;
    return skipped.size() < shortest_with_an_entry;
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
  CborScanner scanner_;
  Scratch& scratch_;
  bool ends_with_break_ = false;
  uint64_t missing_ = 0;  // elements of the message, unless it ends with a break
};

}  // namespace serializers
