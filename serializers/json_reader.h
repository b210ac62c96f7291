// Reads the elements of a message in JSON for message_codec.h.
#pragma once

#include <string>
#include <string_view>

#include "serializers/json_scanner.h"
#include "serializers/kind.h"
#include "serializers/serializer.h"
#include "serializers/value_sink.h"

namespace serializers {

class JsonReader {
 public:
  // How a payload begins whose Arguments are empty, before its ArgumentsKw.
  static constexpr std::string_view empty_arguments = "[],";
  static constexpr std::string_view true_value = "true";

  JsonReader(std::string_view bytes, Scratch& scratch, const Limits& limits);

  // What stands at the position. Kind::invalid if it cannot be a value.
  Kind kind() const;

  // Into the message's list; false if there is none.
  bool enter_message();
  // To the next element of it; false if there is none, or on broken JSON.
  bool next();
  // Behind the list; false unless it ends here and the bytes with it.
  bool leave_message();
  // Into the dictionary at the position, false if there is none; then to the value of its next key, which
  // lives until the one after it: false at the end, or if that is not valid.
  bool enter_dictionary();
  bool next_key(std::string_view& key);

  // Each reads the element at the position; false if that is of another kind or not valid.
  // An integer that is negative or too big becomes UINT64_MAX, which is valid nowhere.
  bool read_integer(uint64_t& value);
  bool read_string(std::string_view& value);
  bool take_empty_dictionary() { return scanner_.take_empty_dictionary(); }
  // Gives up what is longer than `most`, perhaps, and has not failed then.
  bool skip(size_t most = SIZE_MAX) { return scanner_.skip_value(most); }
  // Of what was skipped, one dictionary: whether nothing is in it.
  static bool is_empty(std::string_view skipped) { return skipped.find('"') == skipped.npos; }
  // Sends what was skipped, one dictionary, to the sink.
  bool send_dictionary(std::string_view skipped, ValueSink& sink);

  const char* position() const { return scanner_.position(); }
  // True once the bytes turned out not to be well-formed.
  bool failed() const { return scanner_.failed(); }
  // See ProtocolError.
  bool is_refusable() const { return scanner_.is_refusable(); }
  std::string error() const { return scanner_.error(); }

 private:
  // The way that ids take nearly always: few digits and nothing else. False leaves the position as it is.
  bool read_short_integer(uint64_t& value);

  JsonScanner scanner_;
  Scratch& scratch_;
  bool at_first_element_ = true;
};

}  // namespace serializers
