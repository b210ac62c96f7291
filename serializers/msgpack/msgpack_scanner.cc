#include "serializers/msgpack/msgpack_scanner.h"

namespace serializers {

std::string MsgpackScanner::error() const {
  return error_in("MessagePack", header_error(p_));
}

const char* MsgpackScanner::header_error(const char* p) const {
  return p != end_ && *p == '\xC1' ? "invalid type" : "unexpected end";
}

bool MsgpackScanner::skip_value(size_t most) {
  const char* const last = static_cast<size_t>(end_ - p_) > most ? p_ + most : end_;
  uint64_t missing_outside[max_nesting];  // values still to come in the containers around
  int depth = 0;
  const char* p = p_;  // in a register: this is the loop that all payloads go through
  for (uint64_t missing = 1;;) {
    for (; missing == 0; missing = missing_outside[--depth]) {
      if (depth > 0) continue;
      p_ = p;
      return true;
    }
    if (p > last) return false;
    --missing;
    const MsgpackHeader value = read_msgpack_header(p, end_);
    if (value.kind == Kind::invalid) return fail_at(p, header_error(p));
    const auto bytes_left = static_cast<uint64_t>(end_ - value.content);
    if (value.kind == Kind::list || value.kind == Kind::dictionary) {
      const uint64_t values = value.kind == Kind::list ? value.length : 2 * value.length;
      if (depth >= max_depth_) return refuse_at(p, "nested too deeply (max_depth)");
      if (values > bytes_left) return fail_at(p, "unexpected end");
      p = value.content;
      missing_outside[depth++] = missing;
      missing = values;
    } else {
      if (value.length > bytes_left) return fail_at(p, "unexpected end");
      if (value.kind == Kind::string && !text::is_utf8({value.content, value.length}))
        return refuse_at(p, "invalid UTF-8");
      p = value.content + value.length;
    }
  }
}

}  // namespace serializers
