#include "serializers/cbor/cbor_reader.h"

#include <bit>

#include "serializers/binary/javascript_integer.h"
#include "serializers/values/value_builder.h"

namespace serializers {
namespace {

bool is_negative(const char* head) {
  return static_cast<unsigned char>(*head) >= 0x20;
}

}  // namespace

bool CborReader::enter_message() {
  const CborHeader head = header();
  if (head.kind != Kind::list || !enter_list(head.content, head.argument)) return false;
  missing_ = head.argument;
  ends_with_break_ = head.is_indefinite;
  return true;
}

bool CborReader::next() {
  if (ends_with_break_) return !at_break() && (!at_end() || fail("unexpected end"));
  if (missing_ == 0) return false;
  --missing_;
  return true;
}

bool CborReader::leave_message() {
  if (ends_with_break_) {
    if (!at_break()) return at_end() && fail("unexpected end");
    move_to(position() + 1);
  } else if (missing_ > 0) {
    return false;
  }
  return at_end() || fail("expected the end");
}

bool CborReader::enter_dictionary() {
  const CborHeader head = header();
  if (head.kind != Kind::dictionary) return false;
  move_to(head.content);
  missing_ = head.argument;
  ends_with_break_ = head.is_indefinite;
  return true;
}

bool CborReader::next_key(std::string_view& key) {
  scratch_.strings.clear();
  if (!next()) return false;
  if (!read_string(key)) return fail("expected strings as keys");
  // What a tag says of a value makes no other one of it.
  while (kind() == Kind::extension) move_to(header().content);
  return true;
}

bool CborReader::read_integer(uint64_t& value) {
  if (take_small_integer(value)) return true;
  const CborHeader head = header();
  if (head.kind == Kind::integer) {
    value = is_negative(position()) ? UINT64_MAX : head.argument;
  } else {
    constexpr ptrdiff_t double_size = 9;  // with its head
    if (head.kind != Kind::floating || head.content - position() != double_size) return false;
    const auto number = std::bit_cast<double>(head.argument);
    if (!is_javascript_integer(number)) return false;
    value = static_cast<uint64_t>(number);
  }
  move_to(head.content);
  return true;
}

bool CborReader::read_string(std::string_view& value) {
  const CborHeader head = header();
  const char* const begin = position();
  if (head.kind != Kind::string || !skip_value()) return false;
  if (head.is_indefinite) {
    const ValueLimits none;
    ValueBuilder builder(none);
    read_values({{begin, position()}, 1}, builder);
    value = scratch_.strings.emplace_back(std::move(*builder.values().front().get<std::string>()));
  } else {
    value = {head.content, head.argument};
  }
  return true;
}

}  // namespace serializers
