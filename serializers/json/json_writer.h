// Writes values as JSON, without any space, at the end of a string. Strings must be valid UTF-8.
//
// What JSON cannot say: NaN and the infinities become null; binary data becomes "\u0000" and its base64 text.
#pragma once

#include <string>

#include "serializers/values/value_sink.h"

namespace serializers {

class JsonWriter final : public ValueSink {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  void null() override;
  void boolean(bool value) override;
  void integer(int64_t value) override;
  void unsigned_integer(uint64_t value) override;
  void floating(double value) override;
  void string(std::string_view value) override;
  void binary(std::string_view bytes) override;
  void begin_list(size_t) override { open('['); }
  void end_list(size_t) override { close(']'); }
  void begin_dictionary(size_t) override { open('{'); }
  void key(std::string_view key) override;
  void binary_key(std::string_view bytes) override;
  void end_dictionary(size_t) override { close('}'); }

  // As begin and end, for the commonest of all options and details.
  void empty_dictionary() {
    out_.append(needs_comma_ ? std::string_view(",{}") : std::string_view("{}"));
    needs_comma_ = true;
  }

  // What ends the list of a message whose payload is put in from elsewhere.
  std::string_view end_envelope(uint8_t payload_count);

 private:
  void begin_value();
  void open(char bracket);
  void close(char bracket);
  template <class T>
  void number(T value);

  std::string& out_;
  bool needs_comma_ = false;
};

// A value, list or dictionary as JSON text.
template <class Value>
std::string json_text(const Value& value) {
  std::string text;
  JsonWriter writer(text);
  send(value, writer);
  return text;
}

}  // namespace serializers
