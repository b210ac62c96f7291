// What the router says of itself in WELCOME.Details: agent, roles, and exactly the features that work.
#pragma once

#include "router/config/config.h"
#include "router/member/member_facts.h"
#include "wamp/value.h"

namespace router {

// Of the realm that the session has joined.
struct JoinedRealm {
  std::string_view name;
  bool has_meta_api = true;
};

// `limits`: what announced_limits() says.
wamp::Dict welcome_details(const Identity& identity, const JoinedRealm& realm,
                           const wamp::Dict& authextra = {}, wamp::Dict limits = {});

// What the session may do at most, by the names of the configuration.
wamp::Dict announced_limits(const config::SessionLimits& session, const config::TransportLimits& transport);

}  // namespace router
