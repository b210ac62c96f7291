// Whether a member may ask for that at all: the form of the URI, what is reserved, and its role's
// permissions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "router/access/authorizer.h"
#include "router/config/config.h"
#include "router/mail/refusal.h"
#include "router/member/seat.h"
#include "wamp/result.h"
#include "wamp/uri.h"
#include "wamp/value.h"

namespace router {

// The match policy that the options of SUBSCRIBE or REGISTER ask for. `where` names them in errors.
wamp::Result<wamp::MatchPolicy> requested_match(const wamp::Dict& options, std::string_view where);

// Whether anybody may do that.
std::optional<Refusal> check_uri(const config::Realm& config, const Seat& seat, Action action,
                                 std::string_view uri, wamp::MatchPolicy match);

// Sets `grant` if the member may do that. A dynamic authorizer has been asked before: Seat::verdicts.
// A denial is logged with the rule that decided; the ERROR does not tell the rule.
std::optional<Refusal> check_request(const config::Realm& config, Seat& seat, Action action,
                                     std::string_view uri, wamp::MatchPolicy match, Grant& grant);

// Whether the realm may keep so many bytes more for the member. The router's own questions always pass.
// `limits`: the member's.
std::optional<Refusal> check_kept_bytes(const MemberFacts& member, const config::SessionLimits& limits,
                                        size_t more);

}  // namespace router
