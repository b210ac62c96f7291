// JSON text with comments, as a tree of our own that remembers where everything stands.
//
// The only door to RapidJSON in this folder. Pure: no files, no state. Numbers stay the digits they were
// written with.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace router::config {

enum class JsonKind : uint8_t { null, boolean, number, string, array, object };

// Counted from 1; columns are characters, as editors count them.
struct JsonPosition {
  uint32_t line = 1;
  uint32_t column = 1;
};

struct JsonNode {
  JsonKind kind = JsonKind::null;
  bool boolean = false;
  std::string text;  // of a string or a number
  JsonPosition position;
  std::vector<JsonNode> children;  // of an array or an object
  std::string key;                 // of a child of an object
  JsonPosition key_position;
};

// True if both say the same, key for key in the same order, wherever they stand.
bool is_equal(const JsonNode& a, const JsonNode& b);

// Parses a whole text. Throws ConfigError "NAME:LINE:COLUMN: ..." for bad syntax, bad UTF-8, a key given
// twice in one object, U+0000, and nesting deeper than 32 levels.
JsonNode parse_json(std::string_view text, const std::string& name);

}  // namespace router::config
