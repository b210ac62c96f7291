#include "serializers/json/json_scanner.h"

#include <algorithm>
#include <charconv>

#include "serializers/json/json_text.h"
#include "text/utf8.h"

namespace serializers {
namespace {

const char* skip_digits(const char* p, const char* end) {
  while (p != end && is_digit(*p)) ++p;
  return p;
}

constexpr long max_decimal_exponent = 308;  // of a double

// `digits` digits before the point, then perhaps a fraction, then the exponent.
bool is_in_double_range(const char* begin, const char* end, long digits, long exponent) {
  if (digits > max_decimal_exponent || exponent > max_decimal_exponent) return false;
  if (digits + exponent <= max_decimal_exponent) return true;
  double value;
  return std::from_chars(begin, end, value).ec == std::errc();
}

// One bit for each container around; a word is cleared when its first bit is set.
class OpenContainers {
 public:
  void set(int depth, bool is_dictionary) {
    uint64_t& word = words_[depth / 64];
    if (depth % 64 == 0) word = 0;
    const uint64_t bit = uint64_t{1} << depth % 64;
    word = is_dictionary ? word | bit : word & ~bit;
  }
  bool is_dictionary(int depth) const { return words_[depth / 64] >> depth % 64 & 1; }

 private:
  uint64_t words_[max_nesting / 64];
};

}  // namespace

void JsonScanner::skip_any_space() {
  while (p_ != end_ && (*p_ == ' ' || *p_ == '\n' || *p_ == '\r' || *p_ == '\t')) ++p_;
}

std::string JsonScanner::error() const {
  return error_in("JSON", at_end() ? "unexpected end" : "unexpected character");
}

bool JsonScanner::skip_value(size_t most) {
  const char* const last = static_cast<size_t>(end_ - p_) > most ? p_ + most : end_;
  OpenContainers open;
  int depth = 0;
  for (;;) {
    if (at('{') || at('[')) {
      const bool dictionary = *p_ == '{';
      if (depth >= max_depth_) return refuse_at(p_, "nested too deeply (max_depth)");
      ++p_;
      skip_space();
      if (!at(dictionary ? '}' : ']')) {
        open.set(depth++, dictionary);
        if (dictionary && !skip_key()) return false;
        continue;
      }
      ++p_;
    } else if (!skip_scalar()) {
      return false;
    }
    for (;;) {
      if (depth == 0) return true;
      skip_space();
      const bool dictionary = open.is_dictionary(depth - 1);
      if (at(',')) {
        if (p_ > last) return false;
        ++p_;
        skip_space();
        if (dictionary && !skip_key()) return false;
        break;
      }
      if (!at(dictionary ? '}' : ']'))
        return fail(dictionary ? "expected ',' or '}'" : "expected ',' or ']'");
      ++p_;
      --depth;
    }
  }
}

bool JsonScanner::skip_key() {
  if (!at('"')) return fail("expected a string as key");
  if (!skip_string()) return false;
  skip_space();
  if (!at(':')) return fail("expected ':'");
  ++p_;
  skip_space();
  return true;
}

bool JsonScanner::skip_scalar() {
  if (at_end()) return fail("unexpected end");
  switch (*p_) {
    case '"':
      return skip_string();
    case 't':
      return skip_literal("true");
    case 'f':
      return skip_literal("false");
    case 'n':
      return skip_literal("null");
    default:
      return skip_number();
  }
}

bool JsonScanner::skip_literal(std::string_view literal) {
  if (!std::string_view(p_, end_).starts_with(literal)) return fail("expected a value");
  p_ += literal.size();
  return true;
}

bool JsonScanner::skip_string() {
  string_has_escape_ = false;
  for (const char* p = p_ + 1;;) {
    p = skip_plain_text<NonAscii::is_special>(p, end_);
    if (p == end_) return fail_at(p, "unterminated string");
    if (*p == '"') {
      p_ = p + 1;
      return true;
    }
    if (*p == '\\') {
      string_has_escape_ = true;
      p = skip_escape(p);
      if (!p) return false;
    } else if (static_cast<unsigned char>(*p) < 0x20) {
      return fail_at(p, "control character in a string");
    } else {
      const size_t length = text::utf8_sequence_length(p, end_);
      if (length == 0) return fail_at(p, "invalid UTF-8");
      p += length;
    }
  }
}

// Behind the escape at p; null if it is not valid.
const char* JsonScanner::skip_escape(const char* p) {
  constexpr std::string_view short_escapes = "\"\\/bfnrt";
  const auto invalid = [this, p](const char* reason) {
    fail_at(p, reason);
    return nullptr;
  };
  if (end_ - p < 2) return invalid("unterminated string");
  if (short_escapes.find(p[1]) != std::string_view::npos) return p + 2;
  if (p[1] != 'u') return invalid("invalid escape");
  const int unit = hex4(p + 2, end_);
  if (unit < 0) return invalid("invalid escape");
  if (is_high_surrogate(unit) && is_low_surrogate(escaped_code_unit(p + 6, end_))) return p + 12;
  if (is_high_surrogate(unit) || is_low_surrogate(unit)) return invalid("lone surrogate");
  return p + 6;
}

// What Python writes for floats that JSON does not have.
bool JsonScanner::fail_at_no_number() {
  const std::string_view text(p_, end_);
  if (text.starts_with("NaN")) return refuse_at(p_, "NaN is no JSON");
  if (text.starts_with("Infinity")) return refuse_at(p_, "Infinity is no JSON");
  if (text.starts_with("-Infinity")) return refuse_at(p_, "-Infinity is no JSON");
  return fail("expected a value");
}

bool JsonScanner::skip_number() {
  const char* const digits = at('-') ? p_ + 1 : p_;
  const char* p = skip_digits(digits, end_);
  const long digit_count = p - digits;
  if (digit_count == 0) return fail_at_no_number();
  if (digit_count > 1 && *digits == '0') return fail("number with a leading zero");
  if (p != end_ && *p == '.') {
    const char* const fraction = p + 1;
    p = skip_digits(fraction, end_);
    if (p == fraction) return fail("number without digits behind its point");
  }
  long exponent = 0;
  if (p != end_ && (*p == 'e' || *p == 'E')) {
    ++p;
    const bool negative = p != end_ && *p == '-';
    if (p != end_ && (*p == '-' || *p == '+')) ++p;
    const char* const exponent_digits = p;
    p = skip_digits(p, end_);
    if (p == exponent_digits) return fail("number without digits in its exponent");
    const bool too_big = std::from_chars(exponent_digits, p, exponent).ec != std::errc();
    if (negative)
      exponent = 0;  // never out of range
    else if (too_big)
      exponent = max_decimal_exponent + 1;
  }
  if (!is_in_double_range(p_, p, digit_count, exponent)) return refuse_at(p_, "number out of range");
  p_ = p;
  return true;
}

}  // namespace serializers
