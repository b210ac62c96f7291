// Arguments and keyword arguments of a message: bytes of one serializer, made of values, of JSON text, or as
// they came.
//
// A value; any thread, one at a time. They become values or another serializer's only when somebody asks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "serializers/format.h"
#include "wamp/result.h"
#include "wamp/value.h"

namespace client {

class Payload {
 public:
  // Neither arguments nor keyword arguments.
  Payload() = default;
  Payload(const wamp::List& args, const wamp::Dict& kwargs = {});

  // Of JSON text: a list, and an object; "" for none. The error says what is wrong with it and where.
  static wamp::Result<Payload> from_json(std::string_view args, std::string_view kwargs = {});
  // Bytes that are known to be good: the list, and behind it the dictionary, as the serializer writes them
  // (JSON: with a comma between them). `count`: 0 neither, 1 the list, 2 both.
  static Payload encoded(serializers::Format format, std::string bytes, uint8_t count);

  serializers::Format format() const { return format_; }
  std::string_view bytes() const { return bytes_; }
  uint8_t count() const { return count_; }

  // Empty if there are none.
  wamp::List args() const;
  wamp::Dict kwargs() const;

  // As JSON text: "[]" and "{}" if there are none.
  struct Json {
    std::string args, kwargs;
  };
  Json to_json() const;

  // Appends what bytes() would be in that format; nothing is lost but what the format cannot say
  // (docs/design/specification.md).
  void append_as(serializers::Format format, std::string& out) const;

 private:
  std::string bytes_;
  serializers::Format format_ = serializers::Format::json;
  uint8_t count_ = 0;
};

}  // namespace client
