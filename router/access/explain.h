// Which rule decides what somebody may do, and why: `wampd check --explain`.
//
// Pure.
#pragma once

#include <string>

#include "router/config/config.h"
#include "wamp/uri.h"

namespace router {

struct Question {
  std::string authid = {};
  std::string action = {};  // "call", "register", "publish", "subscribe"
  std::string uri = {};
  wamp::MatchPolicy match = wamp::MatchPolicy::exact;
  std::string realm = {};  // empty: the only one
  std::string role = {};   // empty: that of `authid`
};

// Several lines for people. Throws std::runtime_error if the question does not say enough, or asks for what
// is not there.
std::string explain(const config::Config& config, const Question& question);

}  // namespace router
