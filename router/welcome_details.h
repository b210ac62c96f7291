// What the router says of itself in WELCOME.Details: agent, roles, and exactly the features that work.
#pragma once

#include "router/member.h"
#include "wamp/value.h"

namespace router {

wamp::Dict welcome_details(const Identity& identity, std::string_view realm,
                           const wamp::Dict& authextra = {});

}  // namespace router
