#include <charconv>
#include <type_traits>

#include "bench/load/serializer.h"

namespace bench::load {

namespace {

void append_json(std::string& out, const Value& value);

void append_json(std::string& out, const std::string& text) {
  out.push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  out.push_back('"');
}

void append_json(std::string& out, const List& list) {
  out.push_back('[');
  for (const Value& element : list) {
    if (&element != list.data()) out.push_back(',');
    append_json(out, element);
  }
  out.push_back(']');
}

void append_json(std::string& out, const Dict& dict) {
  out.push_back('{');
  for (const auto& [key, value] : dict) {
    if (&key != &dict.front().first) out.push_back(',');
    append_json(out, key);
    out.push_back(':');
    append_json(out, value);
  }
  out.push_back('}');
}

void append_json(std::string& out, const Value& value) {
  std::visit(
      [&out](const auto& content) {
        using T = std::decay_t<decltype(content)>;
        if constexpr (std::is_same_v<T, bool>) {
          out.append(content ? "true" : "false");
        } else if constexpr (std::is_same_v<T, uint64_t>) {
          out.append(std::to_string(content));
        } else {
          append_json(out, content);
        }
      },
      value.content);
}

class Json final : public Serializer {
 public:
  std::string_view subprotocol() const override { return "wamp.2.json"; }
  wire::Opcode opcode() const override { return wire::Opcode::text; }
  uint8_t rawsocket_number() const override { return 1; }

  std::string write(const List& message) const override {
    std::string out;
    append_json(out, message);
    return out;
  }

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

}  // namespace

const Serializer& json() {
  static const Json instance;
  return instance;
}

}  // namespace bench::load
