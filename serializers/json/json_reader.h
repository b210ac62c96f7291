// Reads the elements of a message in JSON: see element_reader.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "serializers/base/kind.h"
#include "serializers/base/limits.h"
#include "serializers/json/json_scanner.h"
#include "serializers/json/lone_surrogates.h"
#include "serializers/values/value_sink.h"
#include "wamp/message.h"

namespace serializers {

class JsonReader : public JsonScanner {
 public:
  static constexpr std::string_view empty_arguments = "[],";
  static constexpr std::string_view true_value = "true";
  static constexpr auto mended = without_lone_surrogates;
  static bool is_empty(std::string_view skipped) { return skipped.find('"') == skipped.npos; }

  JsonReader(std::string_view bytes, Scratch& scratch, const Limits& limits);

  Kind kind() const;
  bool enter_message();
  bool next();
  bool leave_message();
  bool enter_dictionary();
  bool next_key(std::string_view& key);
  bool read_integer(uint64_t& value) { return read_short_integer(value) || read_any_integer(value); }
  bool read_string(std::string_view& value);
  // True, as all keys are strings.
  static bool read_values(wamp::Payload payload, ValueSink& sink);

 private:
  // The way that ids take nearly always: few digits and nothing else. False leaves the position as it is.
  bool read_short_integer(uint64_t& value);
  bool read_any_integer(uint64_t& value);

  Scratch& scratch_;
  bool at_first_element_ = true;
};

}  // namespace serializers
