// Validates JSON (RFC 8259) without keeping anything of it: iterative, no allocation, one pass.
//
// Stricter than the grammar only where a strict peer would drop its connection: strings must be valid UTF-8
// without lone surrogate escapes (of a message decode() makes U+FFFD of them first), numbers must be in the
// range of a double. RFC 8259 section 6 lets us limit numbers: the integer part has at most 308 digits, a
// positive exponent is at most 308.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "serializers/base/scanner.h"

namespace serializers {

class JsonScanner : public Scanner {
 public:
  // max_depth: the nesting allowed of a value that is skipped.
  JsonScanner(std::string_view text, int max_depth) : Scanner(text, max_depth) {}

  bool at(char c) const { return p_ != end_ && *p_ == c; }
  bool at_number() const { return p_ != end_ && (*p_ == '-' || (*p_ >= '0' && *p_ <= '9')); }
  void advance() { ++p_; }
  void skip_space() {
    if (!at_content()) skip_any_space();
  }

  // True at anything but the end and white space (control characters included: they are refused where they
  // stand).
  bool at_content() const { return p_ != end_ && static_cast<unsigned char>(*p_) > ' '; }

  // Moves behind the commonest of all options, "{}"; false leaves the position as it is.
  bool take_empty_dictionary() {
    if (end_ - p_ < 2 || p_[0] != '{' || p_[1] != '}' || max_depth_ < 1) return false;
    p_ += 2;
    return true;
  }
  // Each moves behind what stands at the position; false if that is not valid. A value of several parts is
  // given up, without an error, between two of them when more than `most` bytes have been skipped.
  bool skip_value(size_t most = SIZE_MAX);
  bool skip_string();
  bool skip_number();
  // True if the last string that was skipped has an escape.
  bool string_has_escape() const { return string_has_escape_; }

  // "invalid JSON at byte 17: control character in a string"
  std::string error() const;

 private:
  void skip_any_space();
  bool skip_literal(std::string_view literal);
  bool skip_key();
  bool skip_scalar();
  bool fail_at_no_number();
  const char* skip_escape(const char* p);

  bool string_has_escape_ = false;
};

}  // namespace serializers
