// What our walks over payloads are compared with: the same events from RapidJSON and msgpack-c.
#pragma once

#include <charconv>
#include <cmath>
#include <string>
#include <string_view>

#include <msgpack.hpp>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include "serializers/cbor/cbor_writer.h"
#include "serializers/json/json_text.h"
#include "serializers/json/json_writer.h"
#include "serializers/msgpack/msgpack_writer.h"
#include "serializers/serializer.h"
#include "serializers/values/value_sink.h"
#include "tests/serializers/any_keys.h"

namespace serializers::library {

// Debian's RapidJSON 1.1.0 reads and writes out of bounds when it converts certain numbers (CVE-2024-38517),
// and its recursive parser overflows the stack: these flags are not optional.
inline constexpr unsigned parse_flags =
    rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseIterativeFlag |
    rapidjson::kParseValidateEncodingFlag | rapidjson::kParseStopWhenDoneFlag;

inline double to_double(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  // The scanner refuses what is too big, so this one is too small.
  if (error != std::errc()) value = std::copysign(0.0, text.front() == '-' ? -1.0 : 1.0);
  return value;
}

inline void send_number(std::string_view text, ValueSink& sink) {
  const char* const end = text.data() + text.size();
  int64_t integer;
  uint64_t unsigned_integer;
  if (text.find_first_of(".eE") != std::string_view::npos)
    sink.floating(to_double(text));
  else if (std::from_chars(text.data(), end, integer).ec == std::errc())
    sink.integer(integer);
  else if (text.front() != '-' && std::from_chars(text.data(), end, unsigned_integer).ec == std::errc())
    sink.unsigned_integer(unsigned_integer);
  else
    sink.floating(to_double(text));
}

// RapidJSON's events → the sink's.
class JsonEvents {
 public:
  explicit JsonEvents(ValueSink& sink) : sink_(sink) {}

  bool Null() { return sink_.null(), true; }
  bool Bool(bool value) { return sink_.boolean(value), true; }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    return send_number({text, size}, sink_), true;
  }
  bool StartArray() { return sink_.begin_list(unknown_size), true; }
  bool EndArray(rapidjson::SizeType size) { return sink_.end_list(size), true; }
  bool StartObject() { return sink_.begin_dictionary(unknown_size), true; }
  bool EndObject(rapidjson::SizeType size) { return sink_.end_dictionary(size), true; }

  bool String(const char* text, rapidjson::SizeType size, bool) {
    if (const auto bytes = decode_json_binary({text, size}))
      sink_.binary(*bytes);
    else
      sink_.string({text, size});
    return true;
  }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    if (const auto bytes = decode_json_binary({text, size}))
      sink_.binary_key(*bytes);
    else
      sink_.key({text, size});
    return true;
  }

  // Never called because of kParseNumbersAsStringsFlag, but the parser's template names them.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(int64_t) { return false; }
  bool Uint64(uint64_t) { return false; }
  bool Double(double) { return false; }

 private:
  ValueSink& sink_;
};

// msgpack-c's events → the sink's.
class MsgpackEvents : public msgpack::null_visitor {
 public:
  explicit MsgpackEvents(ValueSink& sink) : keys_(sink) {}

  bool keys_are_strings() const { return keys_.keys_are_strings(); }

  bool visit_nil() { return target().null(), true; }
  bool visit_boolean(bool value) { return target().boolean(value), true; }
  bool visit_positive_integer(uint64_t value) { return target().unsigned_integer(value), true; }
  bool visit_negative_integer(int64_t value) { return target().integer(value), true; }
  bool visit_float32(float value) { return target().floating(value), true; }
  bool visit_float64(double value) { return target().floating(value), true; }
  bool visit_str(const char* text, uint32_t size) { return keys_.string({text, size}), true; }
  bool visit_bin(const char* bytes, uint32_t size) { return keys_.binary({bytes, size}), true; }
  bool start_array(uint32_t size) { return target().begin_list(size), true; }
  bool end_array() { return target().end_list(unknown_size), true; }
  bool start_map(uint32_t size) { return keys_.begin_dictionary(size), true; }
  bool end_map() { return keys_.end_dictionary(unknown_size), true; }
  bool start_map_key() { return keys_.begin_key(), true; }
  bool end_map_key() { return keys_.end_key(), true; }

  bool visit_ext(const char* bytes, uint32_t size) {
    const std::string_view typed(bytes, size);
    if (typed == std::string_view("\0\0", 2))
      target().undefined();
    else
      keys_.binary(typed.substr(1));
    return true;
  }

 private:
  ValueSink& target() { return keys_.target(); }

  AnyKeys keys_;
};

inline bool read_json(wamp::Payload payload, ValueSink& sink) {
  rapidjson::MemoryStream stream(payload.bytes.data(), payload.bytes.size());
  rapidjson::Reader reader;
  JsonEvents events(sink);
  for (int i = 0; i < payload.count; ++i) {
    if (i > 0) {
      rapidjson::SkipWhitespace(stream);
      stream.Take();  // the comma
    }
    if (!reader.Parse<parse_flags>(stream, events)) return false;
  }
  return true;
}

inline bool read_msgpack(wamp::Payload payload, ValueSink& sink) {
  MsgpackEvents events(sink);
  size_t offset = 0;
  for (int i = 0; i < payload.count; ++i)
    msgpack::parse(payload.bytes.data(), payload.bytes.size(), offset, events);
  return events.keys_are_strings();
}

// The payload in the other format, read by the library; "" if it is of a format of which we have none.
inline std::string transcoded(Format from, Format to, wamp::Payload payload) {
  std::string out;
  const auto read_into = [&](ValueSink& sink) {
    if (from == Format::json) library::read_json(payload, sink);
    if (from == Format::msgpack) library::read_msgpack(payload, sink);
  };
  JsonWriter json(out);
  MsgpackWriter msgpack(out);
  CborWriter cbor(out);
  if (to == Format::json) read_into(json);
  if (to == Format::msgpack) read_into(msgpack);
  if (to == Format::cbor) read_into(cbor);
  return out;
}

}  // namespace serializers::library
