// What the nodes of a cluster call a subscription or a registration, as its id never leaves the process: its
// URI and how that matches.
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "wamp/uri.h"

namespace router {

// Of somebody else's text.
struct MatchedUriView {
  std::string_view uri;
  wamp::MatchPolicy match = wamp::MatchPolicy::exact;

  friend auto operator<=>(const MatchedUriView&, const MatchedUriView&) = default;
};

struct MatchedUri {
  explicit MatchedUri(const MatchedUriView& of) : uri(of.uri), match(of.match) {}

  std::string uri;
  wamp::MatchPolicy match;

  operator MatchedUriView() const { return {uri, match}; }
};

struct MatchedUriLess {
  using is_transparent = void;
  bool operator()(const MatchedUriView& a, const MatchedUriView& b) const { return a < b; }
};

}  // namespace router
