#include "serializers/msgpack/msgpack_reader.h"

#include <bit>

#include "serializers/binary/javascript_integer.h"

namespace serializers {

bool MsgpackReader::enter_long_message() {
  const MsgpackHeader head = header();
  if (head.kind != Kind::list || !enter_list(head.content, head.length)) return false;
  missing_ = head.length;
  return true;
}

bool MsgpackReader::enter_dictionary() {
  const MsgpackHeader head = header();
  if (head.kind != Kind::dictionary) return false;
  move_to(head.content);
  missing_ = head.length;
  return true;
}

bool MsgpackReader::next_key(std::string_view& key) {
  return next() && (read_string(key) || fail("expected strings as keys"));
}

bool MsgpackReader::read_any_integer(uint64_t& value) {
  const MsgpackHeader head = header();
  if (head.kind != Kind::integer && head.kind != Kind::floating) return false;
  const char* const begin = position();
  const auto tag = static_cast<unsigned char>(*begin);
  const std::string_view content = take_content(head);
  if (!content.data()) return false;
  if (head.kind == Kind::integer) {
    const MsgpackInteger integer = read_msgpack_integer(tag, content.data());
    value = integer.is_negative ? UINT64_MAX : integer.bits;
    return true;
  }
  const double number =
      content.size() == sizeof(double) ? std::bit_cast<double>(load_big_endian<uint64_t>(content.data())) : 0;
  if (!is_javascript_integer(number)) {
    move_to(begin);
    return false;
  }
  value = static_cast<uint64_t>(number);
  return true;
}

}  // namespace serializers
