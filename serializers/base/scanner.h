// What the scanners of all formats have in common: where they are in the bytes, and why they went no further.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "serializers/base/limits.h"

namespace serializers {

class Scanner {
 public:
  const char* position() const { return p_; }
  const char* end() const { return end_; }
  bool at_end() const { return p_ == end_; }
  void move_to(const char* position) { p_ = position; }

  // Into a list of binary formats that begins there; false if there are fewer bytes than elements.
  bool enter_list(const char* content, uint64_t elements) {
    if (elements > static_cast<uint64_t>(end_ - content)) return fail("unexpected end");
    p_ = content;
    return true;
  }

  bool fail(const char* reason) { return fail_at(p_, reason); }
  bool failed() const { return reason_ != nullptr; }
  // Whether that costs no more than the request that it is in: nested too deeply, text that is not UTF-8, or
  // a number that JSON or a double does not have.
  bool is_refusable() const { return is_refusable_; }

 protected:
  Scanner(std::string_view bytes, int max_depth)
      : p_(bytes.data()),
        end_(bytes.data() + bytes.size()),
        max_depth_(std::min(max_depth, max_nesting)),
        begin_(bytes.data()) {}

  // Always false.
  bool fail_at(const char* where, const char* reason) {
    p_ = where;
    reason_ = reason;
    return false;
  }
  bool refuse_at(const char* where, const char* reason) {
    is_refusable_ = true;
    return fail_at(where, reason);
  }
  // "invalid JSON at byte 17: control character in a string"
  std::string error_in(std::string_view format, const char* reason_if_none) const {
    return "invalid " + std::string(format) + " at byte " + std::to_string(p_ - begin_) + ": " +
           (reason_ ? reason_ : reason_if_none);
  }

  const char* p_;
  const char* end_;
  int max_depth_;

 private:
  const char* begin_;
  const char* reason_ = nullptr;
  bool is_refusable_ = false;
};

}  // namespace serializers
