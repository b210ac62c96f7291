#include "serializers/json/json_reader.h"

#include <charconv>

#include "serializers/json/json_text.h"
#include "serializers/json/unescape_json.h"

namespace serializers {
namespace {

bool is_integer(std::string_view number) {
  return number.find_first_of(".eE") == std::string_view::npos;
}

}  // namespace

JsonReader::JsonReader(std::string_view bytes, Scratch& scratch, const Limits& limits)
    : JsonScanner(bytes, limits.max_depth - 1), scratch_(scratch) {
  skip_space();
}

Kind JsonReader::kind() const {
  if (failed() || at_end()) return Kind::invalid;
  switch (*position()) {
    case '{':
      return Kind::dictionary;
    case '[':
      return Kind::list;
    case '"':
      return Kind::string;
    case 't':
    case 'f':
      return Kind::boolean;
    case 'n':
      return Kind::null;
  }
  JsonScanner number = *this;
  if (!number.skip_number()) return Kind::invalid;
  return is_integer({position(), number.position()}) ? Kind::integer : Kind::floating;
}

bool JsonReader::enter_message() {
  if (!at('[')) return false;
  advance();
  skip_space();
  return true;
}

bool JsonReader::next() {
  skip_space();
  if (at(']')) return false;
  if (at_first_element_) {
    at_first_element_ = false;
    return true;
  }
  if (!at(',')) return fail("expected ',' or ']'");
  advance();
  skip_space();
  return true;
}

bool JsonReader::leave_message() {
  skip_space();
  if (at(',')) return false;
  if (!at(']')) return fail("expected ',' or ']'");
  advance();
  skip_space();
  return at_end() || fail("expected the end");
}

bool JsonReader::enter_dictionary() {
  if (!at('{')) return false;
  advance();
  at_first_element_ = true;
  return true;
}

bool JsonReader::next_key(std::string_view& key) {
  scratch_.strings.clear();
  skip_space();
  if (at('}')) return false;
  if (!next()) return fail("expected ',' or '}'");
  if (!read_string(key)) return fail("expected a string as key");
  skip_space();
  if (!at(':')) return fail("expected ':'");
  advance();
  skip_space();
  return true;
}

bool JsonReader::read_short_integer(uint64_t& value) {
  constexpr ptrdiff_t most_digits = 18;
  const char* const begin = position();
  const char* p = begin;
  uint64_t number = 0;
  for (; p != end() && is_digit(*p); ++p) number = number * 10 + static_cast<uint64_t>(*p - '0');
  const bool plain = p != begin && p - begin <= most_digits && (*begin != '0' || p == begin + 1);
  if (!plain || p == end() || (*p != ',' && *p != ']')) return false;
  value = number;
  move_to(p);
  return true;
}

bool JsonReader::read_any_integer(uint64_t& value) {
  const char* const begin = position();
  if (!at_number() || !skip_number()) return false;
  if (!is_integer({begin, position()})) return move_to(begin), false;
  if (std::from_chars(begin, position(), value).ec != std::errc()) value = UINT64_MAX;
  return true;
}

bool JsonReader::read_string(std::string_view& value) {
  const char* const begin = position();
  if (!at('"') || !skip_string()) return false;
  value = {begin + 1, position() - 1};
  if (string_has_escape()) value = scratch_.strings.emplace_back(unescape_json({begin, position()}));
  return true;
}

}  // namespace serializers
