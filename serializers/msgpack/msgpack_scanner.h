// Validates MessagePack without keeping anything of it: iterative, no allocation, one pass; no length is
// trusted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "serializers/base/scanner.h"
#include "serializers/msgpack/msgpack_header.h"
#include "text/utf8.h"

namespace serializers {

class MsgpackScanner : public Scanner {
 public:
  // max_depth: the nesting allowed of a value that is skipped.
  MsgpackScanner(std::string_view bytes, int max_depth) : Scanner(bytes, max_depth) {}

  [[gnu::always_inline]] MsgpackHeader header() const { return read_msgpack_header(p_, end_); }
  // What most messages have: these leave the position as it is if something else stands there, or if the
  // bytes end soon.
  bool take_unsigned_integer(uint64_t& value) {
    if (end_ - p_ < 9) return false;
    const auto tag = static_cast<unsigned char>(*p_);
    if (tag <= 0x7F) {
      value = tag;
      ++p_;
      return true;
    }
    if (tag < 0xCC || tag > 0xCF) return false;
    const int size = 1 << (tag - 0xCC);
    value = load_big_endian<uint64_t>(p_ + 1) >> (64 - 8 * size);
    p_ += 1 + size;
    return true;
  }
  bool take_short_list(uint64_t& size) {
    if (p_ == end_ || (static_cast<unsigned char>(*p_) & 0xF0) != 0x90) return false;
    size = static_cast<unsigned char>(*p_) & 0x0F;
    if (size >= static_cast<uint64_t>(end_ - p_)) return false;
    ++p_;
    return true;
  }
  bool take_empty_dictionary() {
    if (p_ == end_ || *p_ != '\x80' || max_depth_ < 1) return false;
    ++p_;
    return true;
  }
  // The content of a value that is neither a list nor a dictionary; moves behind it. Null data if the bytes
  // end before.
  std::string_view take_content(const MsgpackHeader& header) {
    if (header.length > static_cast<uint64_t>(end_ - header.content))
      return fail("unexpected end"), std::string_view();
    p_ = header.content + header.length;
    return {header.content, header.length};
  }
  // The same for a string, which must be valid UTF-8.
  std::string_view take_string(const MsgpackHeader& header) {
    const std::string_view content = take_content(header);
    if (text::is_utf8(content)) return content;
    refuse_at(p_, "invalid UTF-8");
    return {};
  }

  // Moves behind the value at the position; false if that is not valid. A value of several parts is given up,
  // without an error, between two of them when more than `most` bytes have been skipped.
  bool skip_value(size_t most = SIZE_MAX);

  // "invalid MessagePack at byte 17: invalid UTF-8"
  std::string error() const;

 private:
  const char* header_error(const char* p) const;
};

}  // namespace serializers
