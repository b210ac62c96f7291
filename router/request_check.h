// Whether a member may ask for that at all: the form of the URI, what is reserved, and its role's
// permissions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "router/authorizer.h"
#include "router/config/config.h"
#include "router/member.h"
#include "wamp/uri.h"

namespace router {

// Why a request is refused: the ERROR's URI, and a text for people.
struct Refusal {
  std::string_view error_uri;
  std::string text;
};

// Sets `grant` if the member may do that.
// A denial is logged with the rule that decided; the ERROR does not tell the rule.
std::optional<Refusal> check_request(const config::Realm& config, Member& member, Action action,
                                     std::string_view uri, wamp::MatchPolicy match, Grant& grant);

}  // namespace router
