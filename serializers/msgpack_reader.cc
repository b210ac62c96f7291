#include "serializers/msgpack_reader.h"

#include <bit>

#include "serializers/javascript_integer.h"
#include "serializers/msgpack_values.h"

namespace serializers {
namespace {

uint64_t big_endian(std::string_view bytes) {
  switch (bytes.size()) {
    case 1:
      return static_cast<unsigned char>(bytes[0]);
    case 2:
      return load_big_endian<uint16_t>(bytes.data());
    case 4:
      return load_big_endian<uint32_t>(bytes.data());
    case 8:
      return load_big_endian<uint64_t>(bytes.data());
  }
  return 0;
}

// The sign of a signed integer stands in the first bit of its content.
bool is_negative_integer(unsigned char tag, std::string_view content) {
  if (content.empty()) return tag >= 0xE0;
  return tag >= 0xD0 && static_cast<signed char>(content.front()) < 0;
}

}  // namespace

bool MsgpackReader::enter_long_message() {
  const MsgpackHeader header = scanner_.header();
  if (header.kind != Kind::list || !scanner_.enter_list(header)) return false;
  missing_ = header.length;
  return true;
}

bool MsgpackReader::enter_dictionary() {
  const MsgpackHeader header = scanner_.header();
  if (header.kind != Kind::dictionary) return false;
  scanner_.move_to(header.content);
  missing_ = header.length;
  return true;
}

bool MsgpackReader::next_key(std::string_view& key) {
  return next() && (read_string(key) || scanner_.fail("expected strings as keys"));
}

bool MsgpackReader::read_any_integer(uint64_t& value) {
  const MsgpackHeader header = scanner_.header();
  if (header.kind != Kind::integer && header.kind != Kind::floating) return false;
  const char* const begin = position();
  const auto tag = static_cast<unsigned char>(*begin);
  const std::string_view content = scanner_.take_content(header);
  if (!content.data()) return false;
  const uint64_t bits = big_endian(content);
  if (header.kind == Kind::integer) {
    value = is_negative_integer(tag, content) ? UINT64_MAX : content.empty() ? tag : bits;
    return true;
  }
  const double number = content.size() == 8 ? std::bit_cast<double>(bits) : 0.0;
  if (!is_javascript_integer(number)) {
    scanner_.move_to(begin);
    return false;
  }
  value = static_cast<uint64_t>(number);
  return true;
}

bool MsgpackReader::send_dictionary(std::string_view skipped, ValueSink& sink) {
  return read_msgpack({skipped, 1}, sink) || scanner_.fail("expected strings as keys");
}

}  // namespace serializers
