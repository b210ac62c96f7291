// Validates MessagePack without keeping anything of it: iterative, no allocation, one pass, no length
// trusted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "serializers/kind.h"

namespace serializers {

// What the first bytes of a value say.
struct MsgpackHeader {
  Kind kind = Kind::invalid;
  const char* content = nullptr;  // behind the header
  uint64_t length = 0;            // bytes of content; of a list its elements, of a dictionary its entries
};

// Kind::invalid if the bytes end before the header does, or if it is 0xc1.
MsgpackHeader read_msgpack_header(const char* p, const char* end);

class MsgpackScanner {
 public:
  // max_depth: the nesting allowed of a value that is skipped.
  MsgpackScanner(std::string_view bytes, int max_depth);

  const char* position() const { return p_; }
  bool at_end() const { return p_ == end_; }
  void move_to(const char* position) { p_ = position; }
  MsgpackHeader header() const { return read_msgpack_header(p_, end_); }
  // The content of a value that is neither a list nor a dictionary; moves behind it. Null data if the bytes
  // end before.
  std::string_view take_content(const MsgpackHeader& header);
  // The same for a string, which must be valid UTF-8.
  std::string_view take_string(const MsgpackHeader& header);
  // Moves into the list or dictionary, false if there are fewer bytes than elements.
  bool enter(const MsgpackHeader& header);

  // Moves behind the value at the position; false if that is not valid.
  bool skip_value();

  bool fail(const char* reason);
  bool failed() const { return reason_ != nullptr; }
  // "invalid MessagePack at byte 17: invalid UTF-8"
  std::string error() const;

 private:
  const char* begin_;
  const char* end_;
  const char* p_;
  int max_depth_;
  const char* reason_ = nullptr;
};

}  // namespace serializers
