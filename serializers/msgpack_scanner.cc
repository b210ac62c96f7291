#include "serializers/msgpack_scanner.h"

#include <algorithm>

#include "serializers/json_scanner.h"
#include "serializers/utf8.h"

namespace serializers {
namespace {

struct Form {
  Kind kind;
  uint8_t length_bytes;  // of the length field
  uint8_t length;        // without it; added to it for ext, whose type is a byte more
};

// 0xc0 to 0xdf.
constexpr Form forms[32] = {
    {Kind::null, 0, 0},       {Kind::invalid, 0, 0},   {Kind::boolean, 0, 0},    {Kind::boolean, 0, 0},
    {Kind::binary, 1, 0},     {Kind::binary, 2, 0},    {Kind::binary, 4, 0},     {Kind::extension, 1, 1},
    {Kind::extension, 2, 1},  {Kind::extension, 4, 1}, {Kind::floating, 0, 4},   {Kind::floating, 0, 8},
    {Kind::integer, 0, 1},    {Kind::integer, 0, 2},   {Kind::integer, 0, 4},    {Kind::integer, 0, 8},
    {Kind::integer, 0, 1},    {Kind::integer, 0, 2},   {Kind::integer, 0, 4},    {Kind::integer, 0, 8},
    {Kind::extension, 0, 2},  {Kind::extension, 0, 3}, {Kind::extension, 0, 5},  {Kind::extension, 0, 9},
    {Kind::extension, 0, 17}, {Kind::string, 1, 0},    {Kind::string, 2, 0},     {Kind::string, 4, 0},
    {Kind::list, 2, 0},       {Kind::list, 4, 0},      {Kind::dictionary, 2, 0}, {Kind::dictionary, 4, 0},
};

uint64_t big_endian(const char* p, int size) {
  uint64_t value = 0;
  for (int i = 0; i < size; ++i) value = value << 8 | static_cast<unsigned char>(p[i]);
  return value;
}

}  // namespace

MsgpackHeader read_msgpack_header(const char* p, const char* end) {
  if (p == end) return {};
  const auto c = static_cast<unsigned char>(*p++);
  if (c <= 0x7F || c >= 0xE0) return {Kind::integer, p, 0};
  if (c <= 0x8F) return {Kind::dictionary, p, c & 0x0Fu};
  if (c <= 0x9F) return {Kind::list, p, c & 0x0Fu};
  if (c <= 0xBF) return {Kind::string, p, c & 0x1Fu};
  const Form& form = forms[c - 0xC0];
  if (end - p < form.length_bytes) return {};
  return {form.kind, p + form.length_bytes, form.length + big_endian(p, form.length_bytes)};
}

MsgpackScanner::MsgpackScanner(std::string_view bytes, int max_depth)
    : begin_(bytes.data()),
      end_(bytes.data() + bytes.size()),
      p_(begin_),
      max_depth_(std::min(max_depth, max_nesting)) {}

bool MsgpackScanner::fail(const char* reason) {
  reason_ = reason;
  return false;
}

std::string MsgpackScanner::error() const {
  const char* const reason = reason_ ? reason_ : at_end() ? "unexpected end" : "invalid type";
  return "invalid MessagePack at byte " + std::to_string(p_ - begin_) + ": " + reason;
}

std::string_view MsgpackScanner::take_content(const MsgpackHeader& header) {
  if (header.length > static_cast<uint64_t>(end_ - header.content)) {
    fail("unexpected end");
    return {};
  }
  p_ = header.content + header.length;
  return {header.content, header.length};
}

std::string_view MsgpackScanner::take_string(const MsgpackHeader& header) {
  const std::string_view content = take_content(header);
  if (is_utf8(content)) return content;
  fail("invalid UTF-8");
  return {};
}

bool MsgpackScanner::enter(const MsgpackHeader& header) {
  const uint64_t values = header.kind == Kind::dictionary ? 2 * header.length : header.length;
  if (values > static_cast<uint64_t>(end_ - header.content)) return fail("unexpected end");
  p_ = header.content;
  return true;
}

bool MsgpackScanner::skip_value() {
  uint64_t missing_outside[max_nesting];  // values still to come in the containers around
  int depth = 0;
  for (uint64_t missing = 1;;) {
    for (; missing == 0; missing = missing_outside[--depth])
      if (depth == 0) return true;
    --missing;
    const MsgpackHeader value = header();
    if (value.kind == Kind::invalid) return fail(at_end() ? "unexpected end" : "invalid type");
    if (value.kind == Kind::list || value.kind == Kind::dictionary) {
      if (depth >= max_depth_) return fail("nested too deeply");
      if (!enter(value)) return false;
      missing_outside[depth++] = missing;
      missing = value.kind == Kind::list ? value.length : 2 * value.length;
    } else if (!(value.kind == Kind::string ? take_string(value) : take_content(value)).data()) {
      return false;
    }
  }
}

}  // namespace serializers
