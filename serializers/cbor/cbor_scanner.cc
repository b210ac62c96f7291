#include "serializers/cbor/cbor_scanner.h"

#include "text/utf8.h"

namespace serializers {
namespace {

// In the place of the number of values still to come in an indefinite container: there is no end but a break,
// which may stand in a dictionary before a key only. Beyond every length that bytes can have.
constexpr uint64_t in_list = UINT64_MAX;
constexpr uint64_t before_key = UINT64_MAX - 1;
constexpr uint64_t before_value = UINT64_MAX - 2;

constexpr uint64_t after_value(uint64_t missing) {
  if (missing < before_value) return missing - 1;
  if (missing == in_list) return in_list;
  return missing == before_key ? before_value : before_key;
}

constexpr bool may_break(uint64_t missing) {
  return missing == in_list || missing == before_key;
}

}  // namespace

std::string CborScanner::error() const {
  return error_in("CBOR", header_error(p_));
}

const char* CborScanner::header_error(const char* p) const {
  if (p == end_) return "unexpected end";
  const auto first = static_cast<unsigned char>(*p);
  if (is_break(p)) return "unexpected break";
  const unsigned additional = first & 31u;
  if (additional >= 28) return "reserved additional information";
  return first >= 0xE0 && cbor_kind_of_simple(additional) == Kind::invalid ? "unassigned simple value"
                                                                           : "unexpected end";
}

// Behind the string whose head, which begins at `p`, this is; null if it is not valid, or given up behind
// `last`.
const char* CborScanner::skip_string(const char* p, const CborHeader& header, const char* last) {
  if (header.is_indefinite) return skip_chunks(header.content, header.kind, last);
  if (header.argument > static_cast<uint64_t>(end_ - header.content))
    return fail_at(p, "unexpected end"), nullptr;
  if (header.kind == Kind::string && !text::is_utf8({header.content, header.argument}))
    return refuse_at(p, "invalid UTF-8"), nullptr;
  return header.content + header.argument;
}

// The chunks are strings of the same type and of definite length.
const char* CborScanner::skip_chunks(const char* p, Kind kind, const char* last) {
  while (p && !is_break(p)) {
    if (p > last) return nullptr;
    const CborHeader chunk = read_cbor_header(p, end_);
    if (chunk.kind == Kind::invalid) return fail_at(p, header_error(p)), nullptr;
    if (chunk.kind != kind || chunk.is_indefinite) return fail_at(p, "invalid chunk of a string"), nullptr;
    p = skip_string(p, chunk, last);
  }
  return p ? p + 1 : nullptr;
}

bool CborScanner::skip_value(size_t most) {
  const char* const last = static_cast<size_t>(end_ - p_) > most ? p_ + most : end_;
  uint64_t missing_outside[max_nesting];  // values still to come in the containers around
  int depth = 0;
  const char* p = p_;  // in a register: this is the loop that all payloads go through
  for (uint64_t missing = 1;;) {
    for (; missing == 0 || (may_break(missing) && is_break(p)); missing = missing_outside[--depth]) {
      if (missing != 0) ++p;
      if (depth > 0) continue;
      p_ = p;
      return true;
    }
    if (p > last) return false;
    missing = after_value(missing);
    const CborHeader value = read_cbor_header(p, end_);
    switch (value.kind) {
      case Kind::invalid:
        return fail_at(p, header_error(p));
      case Kind::string:
      case Kind::binary:
        p = skip_string(p, value, last);
        if (!p) return false;
        continue;
      case Kind::list:
      case Kind::dictionary:
      case Kind::extension:
        break;
      default:
        p = value.content;
        continue;
    }
    if (depth >= max_depth_) return refuse_at(p, "nested too deeply (max_depth)");
    const auto bytes_left = static_cast<uint64_t>(end_ - value.content);
    const bool is_dictionary = value.kind == Kind::dictionary;
    missing_outside[depth++] = missing;
    if (value.is_indefinite)
      missing = is_dictionary ? before_key : in_list;
    else if (value.kind == Kind::extension)
      missing = 1;
    else if (value.argument > bytes_left / (is_dictionary ? 2 : 1))
      return fail_at(p, "unexpected end");
    else
      missing = is_dictionary ? 2 * value.argument : value.argument;
    p = value.content;
  }
}

}  // namespace serializers
