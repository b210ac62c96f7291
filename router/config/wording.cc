#include "router/config/wording.h"

#include <algorithm>
#include <numeric>

#include "text/hex.h"

namespace router::config {
namespace {

constexpr size_t max_quoted = 64;

// The least number of insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`.
size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<size_t>> table(a.size() + 1, std::vector<size_t>(b.size() + 1));
  std::iota(table[0].begin(), table[0].end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    table[i][0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = table[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      table[i][j] = std::min({replaced, table[i - 1][j] + 1, table[i][j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        table[i][j] = std::min(table[i][j], table[i - 2][j - 2] + 1);
    }
  }
  return table[a.size()][b.size()];
}

bool is_continuation_byte(char c) {
  return (c & 0xC0) == 0x80;
}

}  // namespace

std::string located(std::string_view name, uint32_t line, uint32_t column) {
  return std::string(name) + ":" + std::to_string(line) + ":" + std::to_string(column) + ": ";
}

std::string in_quotes(std::string_view text) {
  size_t end = std::min(text.size(), max_quoted);
  while (end < text.size() && is_continuation_byte(text[end])) --end;
  std::string result = "\"";
  for (const char c : text.substr(0, end)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F)
      result.append("\\u00").append(text::to_hex({&c, 1}));
    else if (c == '"' || c == '\\')
      result.append({'\\', c});
    else
      result += c;
  }
  return result + (end < text.size() ? "...\"" : "\"");
}

std::string alternatives(const Words& words) {
  std::string result;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) result += i + 1 == words.size() ? " or " : ", ";
    result += in_quotes(words[i]);
  }
  return result;
}

std::string did_you_mean(std::string_view wrong, const Words& words) {
  std::string_view nearest;
  size_t best = std::min<size_t>(wrong.size() / 3, 3) + 1;
  for (const std::string_view word : wrong.size() > max_quoted ? Words{} : words) {
    const size_t distance = edit_distance(wrong, word);
    if (distance < best) {
      best = distance;
      nearest = word;
    }
  }
  return nearest.empty() ? "" : "; did you mean " + in_quotes(nearest) + "?";
}

}  // namespace router::config
