// Validates CBOR (RFC 8949) without keeping anything of it: iterative, no allocation, one pass; no length is
// trusted.
//
// Stricter than well-formed only where a strict peer would drop its connection: text must be valid UTF-8,
// each chunk of it, and simple values must have a meaning. A tag counts as one level of nesting.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "serializers/cbor_header.h"
#include "serializers/serializer.h"

namespace serializers {

class CborScanner {
 public:
  // max_depth: the nesting allowed of a value that is skipped.
  CborScanner(std::string_view bytes, int max_depth)
      : begin_(bytes.data()),
        end_(begin_ + bytes.size()),
        p_(begin_),
        max_depth_(std::min(max_depth, max_nesting)) {}

  const char* position() const { return p_; }
  bool at_end() const { return p_ == end_; }
  bool at_break() const { return is_break(p_); }
  void move_to(const char* position) { p_ = position; }
  CborHeader header() const { return read_cbor_header(p_, end_); }
  // What stands in most messages, in one byte. False leaves the position as it is.
  bool take_small_integer(uint64_t& value) {
    if (p_ == end_ || static_cast<unsigned char>(*p_) > 23) return false;
    value = static_cast<unsigned char>(*p_++);
    return true;
  }
  bool take_empty_dictionary() {
    if (p_ == end_ || *p_ != '\xA0' || max_depth_ < 1) return false;
    ++p_;
    return true;
  }
  // Moves into the list, false if there are fewer bytes than elements.
  bool enter_list(const CborHeader& header);

  // Moves behind the value at the position; false if that is not valid.
  bool skip_value();

  bool fail(const char* reason) { return fail_at(p_, reason); }
  bool failed() const { return reason_ != nullptr; }
  // Whether that costs no more than the request that it is in: nested too deeply, or text that is not UTF-8.
  bool is_refusable() const { return is_refusable_; }
  // "invalid CBOR at byte 17: invalid UTF-8"
  std::string error() const;

 private:
  bool is_break(const char* p) const { return p != end_ && *p == cbor_break; }
  bool fail_at(const char* where, const char* reason) {
    p_ = where;
    reason_ = reason;
    return false;
  }
  bool refuse_at(const char* where, const char* reason) {
    is_refusable_ = true;
    return fail_at(where, reason);
  }
  const char* header_error(const char* p) const;
  const char* skip_string(const char* p, const CborHeader& header);
  const char* skip_chunks(const char* p, Kind kind);

  const char* begin_;
  const char* end_;
  const char* p_;
  int max_depth_;
  const char* reason_ = nullptr;
  bool is_refusable_ = false;
};

}  // namespace serializers
