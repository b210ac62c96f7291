// Validates CBOR (RFC 8949) without keeping anything of it: iterative, no allocation, one pass; no length is
// trusted.
//
// Stricter than well-formed only where a strict peer would drop its connection: text must be valid UTF-8,
// each chunk of it, and simple values must have a meaning. A tag counts as one level of nesting.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "serializers/base/scanner.h"
#include "serializers/cbor/cbor_header.h"

namespace serializers {

class CborScanner : public Scanner {
 public:
  // max_depth: the nesting allowed of a value that is skipped.
  CborScanner(std::string_view bytes, int max_depth) : Scanner(bytes, max_depth) {}

  bool at_break() const { return is_break(p_); }
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

  // Moves behind the value at the position; false if that is not valid. A value of several parts is given up,
  // without an error, between two of them when more than `most` bytes have been skipped.
  bool skip_value(size_t most = SIZE_MAX);

  // "invalid CBOR at byte 17: invalid UTF-8"
  std::string error() const;

 private:
  bool is_break(const char* p) const { return p != end_ && *p == cbor_break; }
  const char* header_error(const char* p) const;
  const char* skip_string(const char* p, const CborHeader& header, const char* last);
  const char* skip_chunks(const char* p, Kind kind, const char* last);
};

}  // namespace serializers
