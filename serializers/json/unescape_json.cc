#include "serializers/json/unescape_json.h"

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

namespace serializers {
namespace {

// RapidJSON's recursive parser overflows the stack, and it converts certain numbers out of bounds: there are
// none here, but the flags cost nothing.
constexpr unsigned parse_flags = rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseIterativeFlag |
                                 rapidjson::kParseValidateEncodingFlag | rapidjson::kParseStopWhenDoneFlag;

struct StringEvents : rapidjson::BaseReaderHandler<rapidjson::UTF8<>, StringEvents> {
  std::string text;
  bool String(const char* value, rapidjson::SizeType size, bool) {
    text.assign(value, size);
    return true;
  }
};

}  // namespace

std::string unescape_json(std::string_view quoted) {
  rapidjson::MemoryStream stream(quoted.data(), quoted.size());
  rapidjson::Reader reader;
  StringEvents events;
  reader.Parse<parse_flags>(stream, events);
  return std::move(events.text);
}

}  // namespace serializers
