// Writes values as CBOR, integers and lengths in their shortest form, at the end of a string. Strings must be
// valid UTF-8. The door to libcbor's encoders is its source.
//
// A container whose size is not known at its begin is of indefinite length and ends with a break.
#pragma once

#include <string>

#include "serializers/values/value_sink.h"

namespace serializers {

class CborWriter final : public ValueSink {
 public:
  explicit CborWriter(std::string& out) : out_(out) {}

  void null() override { byte(0xF6); }
  void boolean(bool value) override { byte(value ? 0xF5 : 0xF4); }
  void integer(int64_t value) override;
  void unsigned_integer(uint64_t value) override;
  void floating(double value) override;
  void string(std::string_view value) override;
  void binary(std::string_view bytes) override;
  void begin_list(size_t size) override;
  void end_list(size_t size) override { end(size); }
  void begin_dictionary(size_t size) override;
  void key(std::string_view key) override { string(key); }
  void binary_key(std::string_view bytes) override { binary(bytes); }
  void end_dictionary(size_t size) override { end(size); }

  // As begin and end, for the commonest of all options and details.
  void empty_dictionary() { byte(0xA0); }

  // What ends the list of a message whose payload is put in from elsewhere.
  std::string_view end_envelope(uint8_t) { return {}; }

 private:
  void byte(unsigned value) { out_.push_back(static_cast<char>(value)); }
  void end(size_t size);

  std::string& out_;
};

}  // namespace serializers
