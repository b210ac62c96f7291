#include "bench/load/printable.h"

#include <algorithm>
#include <cstdint>

#include "text/printable.h"

namespace bench::load {

namespace {

constexpr size_t kLongest = 300;
constexpr int kDeepestShown = 32;

// Writes MessagePack as JSON, up to the first value that is cut off or of a kind that JSON has not.
class JsonOfMessagePack {
 public:
  explicit JsonOfMessagePack(std::string_view message) : rest_(message) {}

  std::string text() {
    if (!append_value(kDeepestShown)) text_ += "...";
    return text_;
  }

 private:
  // Big-endian; what is missing counts as 0, and nothing is left then.
  uint64_t take_integer(size_t size) {
    uint64_t value = 0;
    for (const char byte : rest_.substr(0, size)) value = value << 8 | static_cast<uint8_t>(byte);
    rest_.remove_prefix(std::min(size, rest_.size()));
    return value;
  }

  bool append(std::string_view text) {
    text_ += text;
    return true;
  }

  bool append_signed(size_t size) {
    const uint64_t bits = take_integer(size);
    const auto unused = static_cast<unsigned>(64 - 8 * size);
    return append(std::to_string(static_cast<int64_t>(bits << unused) >> unused));
  }

  bool append_string(size_t size) {
    const bool is_whole = size <= rest_.size();
    text_ += '"';
    for (const char c : rest_.substr(0, size)) {
      if (c == '"' || c == '\\') text_ += '\\';
      text_ += c;
    }
    rest_.remove_prefix(std::min(size, rest_.size()));
    if (is_whole) text_ += '"';
    return is_whole;
  }

  bool append_list(size_t size, int depth) {
    text_ += '[';
    for (size_t i = 0; i < size; ++i) {
      if (i > 0) text_ += ',';
      if (!append_value(depth - 1)) return false;
    }
    return append("]");
  }

  bool append_dict(size_t size, int depth) {
    text_ += '{';
    for (size_t i = 0; i < size; ++i) {
      if (i > 0) text_ += ',';
      if (!append_value(depth - 1)) return false;
      text_ += ':';
      if (!append_value(depth - 1)) return false;
    }
    return append("}");
  }

  bool append_value(int depth) {
    if (rest_.empty() || depth == 0) return false;
    const auto format = static_cast<uint8_t>(take_integer(1));
    if (format <= 0x7f) return append(std::to_string(format));
    if (format <= 0x8f) return append_dict(format & 0x0f, depth);
    if (format <= 0x9f) return append_list(format & 0x0f, depth);
    if (format <= 0xbf) return append_string(format & 0x1f);
    if (format >= 0xe0) return append(std::to_string(static_cast<int8_t>(format)));
    if (format >= 0xcc && format <= 0xcf) return append(std::to_string(take_integer(1U << (format - 0xcc))));
    if (format >= 0xd0 && format <= 0xd3) return append_signed(1U << (format - 0xd0));
    if (format >= 0xd9 && format <= 0xdb) return append_string(take_integer(1U << (format - 0xd9)));
    if (format == 0xdc || format == 0xdd) return append_list(take_integer(format == 0xdc ? 2 : 4), depth);
    if (format == 0xde || format == 0xdf) return append_dict(take_integer(format == 0xde ? 2 : 4), depth);
    if (format == 0xc0) return append("null");
    if (format == 0xc2 || format == 0xc3) return append(format == 0xc3 ? "true" : "false");
    return false;
  }

  std::string_view rest_;
  std::string text_;
};

// Of a WAMP message, which is a list; no text begins so.
bool is_messagepack(std::string_view message) {
  const auto first = message.empty() ? uint8_t{0} : static_cast<uint8_t>(message.front());
  return (first & 0xf0) == 0x90 || first == 0xdc || first == 0xdd;
}

}  // namespace

std::string printable(std::string_view message) {
  // What is longer is cut below, so there is no need to read more than that.
  const std::string_view start = message.substr(0, kLongest);
  return text::cut(text::printable(is_messagepack(message) ? JsonOfMessagePack(start).text() : std::string(start)),
                   kLongest);
}

}  // namespace bench::load
