#include "wamp/uri.h"

#include <algorithm>
#include <iterator>

namespace wamp {
namespace {

// The whitespace that Python's \s matches in ASCII, as the specification's regular expressions are Python's.
bool is_loose_character(char c) {
  const auto u = static_cast<unsigned char>(c);
  return u > 0x20 ? c != '#' : !(u == ' ' || (u >= 0x09 && u <= 0x0D) || (u >= 0x1C && u <= 0x1F));
}

// The same beyond ASCII, in UTF-8, and the byte order mark.
constexpr std::string_view unicode_spaces[] = {
    "\u0085", "\u00A0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006",
    "\u2007", "\u2008", "\u2009", "\u200A", "\u2028", "\u2029", "\u202F", "\u205F", "\u3000", "\uFEFF"};

bool has_unicode_space(std::string_view text) {
  return std::any_of(std::begin(unicode_spaces), std::end(unicode_spaces),
                     [text](std::string_view space) { return text.find(space) != text.npos; });
}

bool is_strict_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

bool is_valid_uri(std::string_view uri, UriRule rule, MatchPolicy policy) {
  bool empty_component = false;  // one that is not the last
  bool at_start = true;          // of a component
  unsigned char bits = 0;        // of all characters
  for (const char c : uri) {
    bits |= static_cast<unsigned char>(c);
    if (c == '.') {
      empty_component |= at_start;
      at_start = true;
    } else if (rule == UriRule::strict ? is_strict_character(c) : is_loose_character(c)) {
      at_start = false;
    } else {
      return false;
    }
  }
  if (bits >= 0x80 && has_unicode_space(uri)) return false;
  switch (policy) {
    case MatchPolicy::exact:
      return !empty_component && !at_start;
    case MatchPolicy::prefix:
      return !empty_component;
    case MatchPolicy::wildcard:
      return !uri.empty();
  }
  return false;
}

bool is_reserved_uri(std::string_view uri) {
  return uri == "wamp" || uri.starts_with("wamp.");
}

size_t component_count(std::string_view uri) {
  return static_cast<size_t>(std::count(uri.begin(), uri.end(), '.')) + 1;
}

bool matches_wildcard(std::string_view pattern, std::string_view uri) {
  for (auto p = pattern.begin(), u = uri.begin();; ++p, ++u) {
    if (p == pattern.end() || *p == '.')
      u = std::find(u, uri.end(), '.');
    else
      for (; p != pattern.end() && *p != '.'; ++p, ++u)
        if (u == uri.end() || *u != *p) return false;
    if (p == pattern.end() || u == uri.end()) return p == pattern.end() && u == uri.end();
    if (*u != '.') return false;
  }
}

std::string_view name(MatchPolicy policy) {
  switch (policy) {
    case MatchPolicy::exact:
      return "exact";
    case MatchPolicy::prefix:
      return "prefix";
    case MatchPolicy::wildcard:
      return "wildcard";
  }
  return "";
}

std::optional<MatchPolicy> match_policy(std::string_view name) {
  for (const MatchPolicy policy : {MatchPolicy::exact, MatchPolicy::prefix, MatchPolicy::wildcard})
    if (wamp::name(policy) == name) return policy;
  return std::nullopt;
}

}  // namespace wamp
