#include "serializers/cbor_reader.h"

#include <bit>

#include "serializers/cbor_values.h"
#include "serializers/javascript_integer.h"
#include "serializers/value_builder.h"

namespace serializers {
namespace {

bool is_negative(const char* head) {
  return static_cast<unsigned char>(*head) >= 0x20;
}

}  // namespace

bool CborReader::enter_message() {
  const CborHeader header = scanner_.header();
  if (header.kind != Kind::list || !scanner_.enter_list(header)) return false;
  missing_ = header.argument;
  ends_with_break_ = header.is_indefinite;
  return true;
}

bool CborReader::next() {
  if (ends_with_break_)
    return !scanner_.at_break() && (!scanner_.at_end() || scanner_.fail("unexpected end"));
  if (missing_ == 0) return false;
  --missing_;
  return true;
}

bool CborReader::leave_message() {
  if (ends_with_break_) {
    if (!scanner_.at_break()) return scanner_.at_end() && scanner_.fail("unexpected end");
    scanner_.move_to(position() + 1);
  } else if (missing_ > 0) {
    return false;
  }
  return scanner_.at_end() || scanner_.fail("expected the end");
}

bool CborReader::enter_dictionary() {
  const CborHeader header = scanner_.header();
  if (header.kind != Kind::dictionary) return false;
  scanner_.move_to(header.content);
  missing_ = header.argument;
  ends_with_break_ = header.is_indefinite;
  return true;
}

bool CborReader::next_key(std::string_view& key) {
  scratch_.strings.clear();
  if (!next()) return false;
  if (!read_string(key)) return scanner_.fail("expected strings as keys");
  // What a tag says of a value makes no other one of it.
  while (kind() == Kind::extension) scanner_.move_to(scanner_.header().content);
  return true;
}

bool CborReader::read_integer(uint64_t& value) {
  if (scanner_.take_small_integer(value)) return true;
  const CborHeader header = scanner_.header();
  if (header.kind == Kind::integer) {
    value = is_negative(position()) ? UINT64_MAX : header.argument;
  } else {
    constexpr ptrdiff_t double_size = 9;  // with its head
    if (header.kind != Kind::floating || header.content - position() != double_size) return false;
    const auto number = std::bit_cast<double>(header.argument);
    if (!is_javascript_integer(number)) return false;
    value = static_cast<uint64_t>(number);
  }
  scanner_.move_to(header.content);
  return true;
}

bool CborReader::read_string(std::string_view& value) {
  const CborHeader header = scanner_.header();
  const char* const begin = position();
  if (header.kind != Kind::string || !scanner_.skip_value()) return false;
  if (header.is_indefinite) {
    const ValueLimits none;
    ValueBuilder builder(none);
    read_cbor({{begin, position()}, 1}, builder);
    value = scratch_.strings.emplace_back(std::move(*builder.values().front().get<std::string>()));
  } else {
    value = {header.content, header.argument};
  }
  return true;
}

bool CborReader::send_dictionary(std::string_view skipped, ValueSink& sink) {
  return read_cbor({skipped, 1}, sink) || scanner_.fail("expected strings as keys");
}

}  // namespace serializers
