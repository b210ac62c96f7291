// Which URIs are the router's: no client registers or publishes there, and what this router has besides the
// protocol is only for whom a rule or a subscription names it.
//
// Pure; any thread.
#pragma once

#include <string_view>

namespace router {

// "wamp." is the protocol's ("Reserved URIs"), "wampd." what this router has besides.
constexpr bool is_reserved_uri(std::string_view uri) {
  if (!uri.starts_with("wamp")) return false;
  uri.remove_prefix(4);
  if (uri.starts_with('d')) uri.remove_prefix(1);
  return uri.empty() || uri.front() == '.';
}

// Of these, what this router has besides. No rule and no pattern that does not begin so reaches there.
constexpr bool is_own_uri(std::string_view uri) {
  return uri.starts_with("wampd.");
}

}  // namespace router
