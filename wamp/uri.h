// The rules for URIs (basic profile, "URIs"; advanced profile, pattern-based registration and subscription).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace wamp {

enum class MatchPolicy : uint8_t { exact, prefix, wildcard };

enum class UriRule : uint8_t {
  loose,   // no whitespace, which is Unicode's, and no '#' in a component
  strict,  // lower-case letters, digits and '_' only
};

// True if `uri` may be used with that match policy: an exact one has no empty component; a wildcard one may
// have them anywhere; a prefix is any beginning of an exact URI, so its last component may be empty
// ("com.myapp."). The empty prefix is allowed (it matches everything).
bool is_valid_uri(std::string_view uri, UriRule rule, MatchPolicy policy = MatchPolicy::exact);

// True if the first component is "wamp", which is reserved for the protocol itself.
bool is_reserved_uri(std::string_view uri);

// How many parts the dots make of it.
size_t component_count(std::string_view uri);

// visit(component, its place from 0) for each of these parts.
template <class Visit>
void for_each_component(std::string_view uri, const Visit& visit) {
  for (size_t place = 0;; ++place) {
    const size_t dot = uri.find('.');
    visit(uri.substr(0, dot), place);
    if (dot == std::string_view::npos) return;
    uri.remove_prefix(dot + 1);
  }
}

// Whether the URI has as many components as the pattern, and its own where the pattern's are not empty.
bool matches_wildcard(std::string_view pattern, std::string_view uri);

std::string_view name(MatchPolicy policy);
std::optional<MatchPolicy> match_policy(std::string_view name);

}  // namespace wamp
