// Reads what a dynamic authorizer returns: whether something is allowed, or a dictionary of `allow` and, if
// it likes, `disclose` and `cache` (Crossbar's signature).
//
// Pure. Whatever else it returns counts as a failure, so that nothing is allowed by mistake.
#pragma once

#include "router/access/grant.h"
#include "router/config/config.h"
#include "wamp/value.h"

namespace router {

struct AuthorizerAnswer {
  Verdict verdict;
  bool cache = false;
};

AuthorizerAnswer read_answer(const wamp::Value& said, const config::DynamicAuthorizer& authorizer);

}  // namespace router
