#include "wamp/uri.h"

#include <algorithm>

namespace wamp {
namespace {

// The whitespace that Python's \s matches in ASCII, as the specification's regular expressions are Python's.
bool is_loose_character(char c) {
  const auto u = static_cast<unsigned char>(c);
  return u > 0x20 ? c != '#' : !(u == ' ' || (u >= 0x09 && u <= 0x0D) || (u >= 0x1C && u <= 0x1F));
}

bool is_strict_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

bool is_valid_uri(std::string_view uri, UriRule rule, MatchPolicy policy) {
  bool empty_component = false;  // one that is not the last
  bool at_start = true;          // of a component
  for (const char c : uri) {
    if (c == '.') {
      empty_component |= at_start;
      at_start = true;
    } else if (rule == UriRule::strict ? is_strict_character(c) : is_loose_character(c)) {
      at_start = false;
    } else {
      return false;
    }
  }
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
