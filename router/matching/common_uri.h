// What two patterns have in common, as a URI: the one that has the least to do with any other pattern.
//
// Pure; the texts outlive the calls.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "wamp/uri.h"

namespace router {

struct UriPattern {
  std::string_view uri;
  wamp::MatchPolicy match = wamp::MatchPolicy::exact;
};

// What stands where neither of the two patterns says anything: no pattern of others may have it in its text.
struct FreshParts {
  std::string_view component = "#";  // which no valid URI has
  size_t components_at_least = 1;    // in URIs that may have any number; more than others' wildcard patterns
};

// A URI that both match, made of what they demand and of fresh parts. Nothing: no URI matches both. Another
// pattern matches it only if it matches every URI that both match.
std::optional<std::string> common_uri(const UriPattern& a, const UriPattern& b, const FreshParts& fresh);

}  // namespace router
