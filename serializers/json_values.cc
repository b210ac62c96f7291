#include "serializers/json_values.h"

#include <charconv>
#include <cmath>

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include "serializers/base64.h"

namespace serializers {
namespace {

// Debian's RapidJSON 1.1.0 reads and writes out of bounds when it converts certain numbers (CVE-2024-38517),
// and its recursive parser overflows the stack: these flags are not optional.
constexpr unsigned parse_flags = rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseIterativeFlag |
                                 rapidjson::kParseValidateEncodingFlag | rapidjson::kParseStopWhenDoneFlag;

double to_double(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  // The scanner refuses what is too big, so this one is too small.
  if (error != std::errc()) value = std::copysign(0.0, text.front() == '-' ? -1.0 : 1.0);
  return value;
}

void send_number(std::string_view text, ValueSink& sink) {
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

struct StringEvents : rapidjson::BaseReaderHandler<rapidjson::UTF8<>, StringEvents> {
  std::string text;
  bool String(const char* value, rapidjson::SizeType size, bool) {
    text.assign(value, size);
    return true;
  }
};

}  // namespace

bool read_json(wamp::Payload payload, ValueSink& sink) {
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

std::string unescape_json(std::string_view quoted) {
  rapidjson::MemoryStream stream(quoted.data(), quoted.size());
  rapidjson::Reader reader;
  StringEvents events;
  reader.Parse<parse_flags>(stream, events);
  return std::move(events.text);
}

}  // namespace serializers
