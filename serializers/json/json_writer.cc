#include "serializers/json/json_writer.h"

#include <charconv>
#include <cmath>

#include "serializers/json/json_text.h"
#include "text/base64.h"

namespace serializers {
namespace {

void append_escape(char c, std::string& out) {
  constexpr std::string_view short_ones = "\"\\\b\f\n\r\t", letters = "\"\\bfnrt", hex = "0123456789abcdef";
  out.push_back('\\');
  if (const size_t at = short_ones.find(c); at != std::string_view::npos) {
    out.push_back(letters[at]);
    return;
  }
  const auto code = static_cast<unsigned char>(c);
  out.append("u00").push_back(hex[code >> 4]);
  out.push_back(hex[code & 15]);
}

void append_string(std::string_view text, std::string& out) {
  const char* p = text.data();
  const char* const end = p + text.size();
  out.push_back('"');
  for (;;) {
    const char* const special = skip_plain_text<NonAscii::is_plain>(p, end);
    out.append(p, static_cast<size_t>(special - p));
    if (special == end) break;
    append_escape(*special, out);
    p = special + 1;
  }
  out.push_back('"');
}

void append_binary(std::string_view bytes, std::string& out) {
  out.append("\"\\u0000");
  text::append_base64(bytes, out);
  out.push_back('"');
}

}  // namespace

void JsonWriter::begin_value() {
  if (needs_comma_) out_.push_back(',');
  needs_comma_ = true;
}

template <class T>
void JsonWriter::number(T value) {
  char text[32] = {','};
  const char* const end = std::to_chars(text + 1, text + sizeof text, value).ptr;
  const char* const begin = needs_comma_ ? text : text + 1;
  out_.append(begin, static_cast<size_t>(end - begin));
  needs_comma_ = true;
}

void JsonWriter::open(char bracket) {
  begin_value();
  out_.push_back(bracket);
  needs_comma_ = false;
}

void JsonWriter::close(char bracket) {
  out_.push_back(bracket);
  needs_comma_ = true;
}

void JsonWriter::null() {
  begin_value();
  out_.append("null");
}

void JsonWriter::boolean(bool value) {
  begin_value();
  out_.append(value ? "true" : "false");
}

void JsonWriter::integer(int64_t value) {
  number(value);
}

void JsonWriter::unsigned_integer(uint64_t value) {
  number(value);
}

void JsonWriter::floating(double value) {
  if (!std::isfinite(value)) return null();
  const size_t begin = out_.size();
  number(value);
  // 1.0 must not come back as the integer 1.
  if (out_.find_first_of(".e", begin) == std::string::npos) out_.append(".0");
}

void JsonWriter::string(std::string_view value) {
  begin_value();
  append_string(value, out_);
}

void JsonWriter::binary(std::string_view bytes) {
  begin_value();
  append_binary(bytes, out_);
}

void JsonWriter::key(std::string_view key) {
  string(key);
  out_.push_back(':');
  needs_comma_ = false;
}

void JsonWriter::binary_key(std::string_view bytes) {
  binary(bytes);
  out_.push_back(':');
  needs_comma_ = false;
}

std::string_view JsonWriter::end_envelope(uint8_t payload_count) {
  if (payload_count > 0) out_.push_back(',');
  return "]";
}

}  // namespace serializers
