#include "text/printable.h"

#include <algorithm>
#include <array>
#include <utility>

#include "text/hex.h"
#include "text/utf8.h"

namespace text {
namespace {

struct Character {
  uint32_t code;
  size_t size;
  bool is_valid;
};

// At the start of `text`, which is not empty.
Character first_of(std::string_view text) {
  const auto byte = [text](size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x80) return {byte(0), 1, true};
  const size_t size = utf8_sequence_length(text.data(), text.data() + text.size());
  if (size == 0) return {byte(0), 1, false};
  uint32_t code = byte(0) & (0xFFU >> (size + 1));
  for (size_t i = 1; i < size; ++i) code = code << 6 | (byte(i) & 0x3F);
  return {code, size, true};
}

bool is_control(uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0);
}

// Line and paragraph separators, and what turns the direction of writing.
bool is_deceiving(uint32_t code) {
  return code == 0x061C || code == 0x200E || code == 0x200F || (code >= 0x2028 && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069);
}

constexpr uint32_t joiner = 0x200D, picture_selector = 0xFE0F;

bool takes_no_column(uint32_t code) {
  return (code >= 0x0300 && code <= 0x036F) || (code >= 0x200B && code <= 0x200D) ||
         (code >= 0x20D0 && code <= 0x20FF) || (code >= 0xFE00 && code <= 0xFE0F) || code == 0xFEFF;
}

bool is_colour_of_skin(uint32_t code) {
  return code >= 0x1F3FB && code <= 0x1F3FF;
}

// One half of a flag.
bool is_regional_letter(uint32_t code) {
  return code >= 0x1F1E6 && code <= 0x1F1FF;
}

// East Asian wide characters and emoji (Unicode's annex 11, in blocks).
bool takes_two_columns(uint32_t code) {
  return (code >= 0x1100 && code <= 0x115F) || (code >= 0x2E80 && code <= 0xA4CF && code != 0x303F) ||
         (code >= 0xAC00 && code <= 0xD7A3) || (code >= 0xF900 && code <= 0xFAFF) ||
         (code >= 0xFE30 && code <= 0xFE6F) || (code >= 0xFF00 && code <= 0xFF60) ||
         (code >= 0xFFE0 && code <= 0xFFE6) || (code >= 0x1F300 && code <= 0x1F64F) ||
         (code >= 0x1F680 && code <= 0x1F6FF) || (code >= 0x1F7E0 && code <= 0x1F7EB) ||
         (code >= 0x1F900 && code <= 0x1F9FF) || (code >= 0x1FA70 && code <= 0x1FAFF) ||
         (code >= 0x20000 && code <= 0x3FFFD);
}

size_t columns_of(uint32_t code) {
  return takes_no_column(code) ? 0 : takes_two_columns(code) ? 2 : 1;
}

// What emoji are joined from: pictures, and signs that have one column alone.
bool can_be_joined(uint32_t code) {
  constexpr std::array<uint32_t, 11> signs = {0x2194, 0x2195, 0x2620, 0x2640, 0x2642, 0x2695,
                                              0x2696, 0x26A7, 0x2708, 0x2764, 0x2B1B};
  return (code >= 0x1F300 && takes_two_columns(code) && code <= 0x1FAFF) ||
         std::find(signs.begin(), signs.end(), code) != signs.end();
}

// What is seen as one character: with what is joined to it, and marks, colours of skin and the like behind
// it.
struct Cluster {
  size_t size, columns;
};

// At the start of `text`, which is not empty (Unicode's annex 29, as much of it as emoji need).
Cluster cluster_of(std::string_view text) {
  const Character first = first_of(text);
  Cluster cluster{first.size, columns_of(first.code)};
  bool is_behind_joiner = false, may_be_flag = is_regional_letter(first.code);
  while (cluster.size < text.size()) {
    const Character next = first_of(text.substr(cluster.size));
    const bool is_flag = std::exchange(may_be_flag, false) && is_regional_letter(next.code);
    const bool is_coloured = cluster.columns == 2 && is_colour_of_skin(next.code);
    const bool is_joined = is_behind_joiner && can_be_joined(next.code);
    if (!is_joined && !is_flag && !is_coloured && !takes_no_column(next.code)) break;
    if (is_flag || next.code == picture_selector) cluster.columns = 2;
    is_behind_joiner = next.code == joiner && cluster.columns == 2;
    cluster.size += next.size;
  }
  return cluster;
}

void append_escape(uint32_t code, std::string& out) {
  const char bytes[] = {static_cast<char>(code >> 8), static_cast<char>(code)};
  out.append("\\u").append(to_hex({bytes, sizeof bytes}));
}

}  // namespace

std::string printable(std::string_view text, bool keeps_lines) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const Character character = first_of(text);
    const bool is_kept = keeps_lines && (character.code == '\n' || character.code == '\t');
    if (!character.is_valid || (is_control(character.code) && !is_kept) || is_deceiving(character.code))
      append_escape(character.code, result);
    else
      result.append(text.substr(0, character.size));
    text.remove_prefix(character.size);
  }
  return result;
}

size_t columns(std::string_view text) {
  size_t sum = 0;
  while (!text.empty()) {
    const Cluster cluster = cluster_of(text);
    sum += cluster.columns;
    text.remove_prefix(cluster.size);
  }
  return sum;
}

std::string cut(std::string_view text, size_t columns) {
  size_t taken = 0, end = 0, end_before_dots = 0;
  while (end < text.size()) {
    const Cluster cluster = cluster_of(text.substr(end));
    taken += cluster.columns;
    if (taken > columns)
      return columns == 0 ? std::string() : std::string(text.substr(0, end_before_dots)) + "…";
    end += cluster.size;
    if (taken < columns) end_before_dots = end;
  }
  return std::string(text);
}

}  // namespace text
