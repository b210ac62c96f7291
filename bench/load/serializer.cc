#include "bench/load/serializer.h"

#include <charconv>

#include "serializers/serializer.h"

namespace bench::load {
namespace {

using serializers::Format;

class Json final : public Serializer {
 public:
  Json() : Serializer(Format::json) {}

  size_t write_id(char* out, uint64_t id) const override {
    return static_cast<size_t>(std::to_chars(out, out + kMaxIdSize, id).ptr - out);
  }

  Head read_head(std::string_view message) const override {
    Head head;
    const char* at = message.data();
    const char* const end = at + message.size();
    for (uint64_t* integer : {&head.type, &head.id, &head.second}) {
      while (at != end && (*at == '[' || *at == ',' || *at == ' ')) ++at;
      const auto [next, error] = std::from_chars(at, end, *integer);
      if (error != std::errc()) break;
      at = next;
    }
    return head;
  }

  std::string ending(const std::string& payload) const override { return write({payload}) + "]"; }
};

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
  MessagePack() : Serializer(Format::msgpack) {}

  size_t write_id(char* out, uint64_t id) const override {
    const size_t size = id <= 0xff ? 1 : id <= 0xffff ? 2 : id <= 0xffffffff ? 4 : 8;
    static constexpr char formats[] = {0, '\xcc', '\xcd', 0, '\xce', 0, 0, 0, '\xcf'};
    char* to = out;
    if (id > 0x7f) *to++ = formats[size];
    for (size_t i = size; i-- > 0;) *to++ = static_cast<char>(id >> (8 * i) & 0xff);
    return static_cast<size_t>(to - out);
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
  std::string ending(const std::string& payload) const override { return write({payload}).substr(1); }
};

}  // namespace

std::string_view Serializer::subprotocol() const {
  return serializers::names(format_).subprotocol;
}
uint8_t Serializer::rawsocket_number() const {
  return serializers::names(format_).rawsocket_number;
}

std::string Serializer::write(const List& message) const {
  std::string out;
  serializers::encode_arguments(format_, {message, {}}, out);  // a list, as a message is
  return out;
}

const Serializer& json() {
  static const Json instance;
  return instance;
}

const Serializer& msgpack() {
  static const MessagePack instance;
  return instance;
}

}  // namespace bench::load
