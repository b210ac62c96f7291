#include <stdexcept>
#include <type_traits>

#include "bench/load/serializer.h"

namespace bench::load {

namespace {

void append_msgpack(std::string& out, const Value& value);

void append_big_endian(std::string& out, uint64_t value, size_t size) {
  for (size_t i = size; i-- > 0;) out.push_back(static_cast<char>(value >> (8 * i) & 0xff));
}

void append_msgpack(std::string& out, uint64_t integer) {
  const size_t size = integer <= 0xff ? 1 : integer <= 0xffff ? 2 : integer <= 0xffffffff ? 4 : 8;
  static constexpr char kFormats[] = {0, '\xcc', '\xcd', 0, '\xce', 0, 0, 0, '\xcf'};
  if (integer > 0x7f) out.push_back(kFormats[size]);
  append_big_endian(out, integer, size);
}

void append_msgpack(std::string& out, const std::string& text) {
  const size_t size = text.size();
  if (size < 32) {
    out.push_back(static_cast<char>(0xa0 | size));
  } else {
    const size_t length_size = size <= 0xff ? 1 : size <= 0xffff ? 2 : 4;
    out.push_back(length_size == 1 ? '\xd9' : length_size == 2 ? '\xda' : '\xdb');
    append_big_endian(out, size, length_size);
  }
  out.append(text);
}

void append_msgpack(std::string& out, const List& list) {
  if (list.size() > 15) throw std::logic_error("no message of ours has a list of more than 15 elements");
  out.push_back(static_cast<char>(0x90 | list.size()));
  for (const Value& element : list) append_msgpack(out, element);
}

void append_msgpack(std::string& out, const Dict& dict) {
  if (dict.size() > 15) throw std::logic_error("no message of ours has a dict of more than 15 keys");
  out.push_back(static_cast<char>(0x80 | dict.size()));
  for (const auto& [key, value] : dict) {
    append_msgpack(out, key);
    append_msgpack(out, value);
  }
}

void append_msgpack(std::string& out, const Value& value) {
  std::visit(
      [&out](const auto& content) {
        if constexpr (std::is_same_v<std::decay_t<decltype(content)>, bool>) {
          out.push_back(content ? '\xc3' : '\xc2');
        } else {
          append_msgpack(out, content);
        }
      },
      value.content);
}

// Bytes of the integer that starts with `format`; 0 if it is no unsigned integer of more than one byte.
size_t integer_size(uint8_t format) {
  if (format < 0xcc || format > 0xcf) return 0;
  return size_t{1} << (format - 0xcc);
}

size_t array_header_size(std::string_view message) {
  const auto format = message.empty() ? uint8_t{0} : static_cast<uint8_t>(message[0]);
  if ((format & 0xf0) == 0x90) return 1;
  return format == 0xdc ? 3 : format == 0xdd ? 5 : 0;
}

class MessagePack final : public Serializer {
 public:
  std::string_view subprotocol() const override { return "wamp.2.msgpack"; }
  wire::Opcode opcode() const override { return wire::Opcode::binary; }
  uint8_t rawsocket_number() const override { return 2; }

  std::string write(const List& message) const override {
    std::string out;
    append_msgpack(out, message);
    return out;
  }

  size_t write_id(char* out, uint64_t id) const override {
    std::string bytes;  // nine bytes at most: no allocation
    append_msgpack(bytes, id);
    return bytes.copy(out, kMaxIdSize);
  }

  Head read_head(std::string_view message) const override {
    Head head;
    size_t at = array_header_size(message);
    if (at == 0) return head;
    for (uint64_t* integer : {&head.type, &head.id, &head.second}) {
      if (at >= message.size()) break;
      const auto format = static_cast<uint8_t>(message[at++]);
      const size_t size = integer_size(format);
      if ((size == 0 && format > 0x7f) || message.size() - at < size) break;
      *integer = size == 0 ? format : 0;
      for (size_t i = 0; i < size; ++i) *integer = *integer << 8 | static_cast<uint8_t>(message[at++]);
    }
    return head;
  }

  // The array may have a longer header than it needs (a transcoder may not know its size beforehand); the
  // string not.
  std::string ending(const std::string& payload) const override {
    std::string out;
    append_msgpack(out, payload);
    return out;
  }
};

}  // namespace

const Serializer& msgpack() {
  static const MessagePack instance;
  return instance;
}

}  // namespace bench::load
