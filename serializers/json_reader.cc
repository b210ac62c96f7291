#include "serializers/json_reader.h"

#include <charconv>

#include "serializers/json_text.h"
#include "serializers/json_values.h"
#include "serializers/unescape_json.h"

namespace serializers {
namespace {

bool is_integer(std::string_view number) {
  return number.find_first_of(".eE") == std::string_view::npos;
}

}  // namespace

JsonReader::JsonReader(std::string_view bytes, Scratch& scratch, const Limits& limits)
    : scanner_(bytes, limits.max_depth - 1), scratch_(scratch) {
  scanner_.skip_space();
}

Kind JsonReader::kind() const {
  if (scanner_.failed() || scanner_.at_end()) return Kind::invalid;
  switch (*scanner_.position()) {
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
  JsonScanner number = scanner_;
  if (!number.skip_number()) return Kind::invalid;
  return is_integer({position(), number.position()}) ? Kind::integer : Kind::floating;
}

bool JsonReader::enter_message() {
  if (!scanner_.at('[')) return false;
  scanner_.advance();
  scanner_.skip_space();
  return true;
}

bool JsonReader::next() {
  scanner_.skip_space();
  if (scanner_.at(']')) return false;
  if (at_first_element_) {
    at_first_element_ = false;
    return true;
  }
  if (!scanner_.at(',')) return scanner_.fail("expected ',' or ']'");
  scanner_.advance();
  scanner_.skip_space();
  return true;
}

bool JsonReader::leave_message() {
  scanner_.skip_space();
  if (scanner_.at(',')) return false;
  if (!scanner_.at(']')) return scanner_.fail("expected ',' or ']'");
  scanner_.advance();
  scanner_.skip_space();
  return scanner_.at_end() || scanner_.fail("expected the end");
}

bool JsonReader::enter_dictionary() {
  if (!scanner_.at('{')) return false;
  scanner_.advance();
  at_first_element_ = true;
  return true;
}

bool JsonReader::next_key(std::string_view& key) {
  scratch_.strings.clear();
  scanner_.skip_space();
  if (scanner_.at('}')) return false;
  if (!next()) return scanner_.fail("expected ',' or '}'");
  if (!read_string(key)) return scanner_.fail("expected a string as key");
  scanner_.skip_space();
  if (!scanner_.at(':')) return scanner_.fail("expected ':'");
  scanner_.advance();
  scanner_.skip_space();
  return true;
}

bool JsonReader::read_short_integer(uint64_t& value) {
  constexpr ptrdiff_t most_digits = 18;
  const char* const begin = position();
  const char* p = begin;
  uint64_t number = 0;
  for (; p != scanner_.end() && is_digit(*p); ++p) number = number * 10 + static_cast<uint64_t>(*p - '0');
  const bool plain = p != begin && p - begin <= most_digits && (*begin != '0' || p == begin + 1);
  if (!plain || p == scanner_.end() || (*p != ',' && *p != ']')) return false;
  value = number;
  scanner_.move_to(p);
  return true;
}

bool JsonReader::read_integer(uint64_t& value) {
  if (read_short_integer(value)) return true;
  const char* const begin = position();
  const auto [end, error] = std::from_chars(begin, scanner_.end(), value);
  const bool plain = error == std::errc() && (*begin != '0' || end == begin + 1);
  if (plain && (end == scanner_.end() || is_integer({end, 1}))) {
    scanner_.move_to(end);
    return true;
  }
  if (!scanner_.at_number() || !scanner_.skip_number()) return false;
  value = UINT64_MAX;
  if (is_integer({begin, position()})) return true;
  scanner_.move_to(begin);
  return false;
}

bool JsonReader::read_string(std::string_view& value) {
  const char* const begin = position();
  if (!scanner_.at('"') || !scanner_.skip_string()) return false;
  value = {begin + 1, position() - 1};
  if (scanner_.string_has_escape()) value = scratch_.strings.emplace_back(unescape_json({begin, position()}));
  return true;
}

bool JsonReader::send_dictionary(std::string_view skipped, ValueSink& sink) {
  read_json({skipped, 1}, sink);
  return true;
}

}  // namespace serializers
