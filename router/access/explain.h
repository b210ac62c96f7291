// Which rule decides what somebody may do, and why: `wampd check --explain`, and wampd.explain.
//
// Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "router/access/authorizer.h"
#include "router/base/action.h"
#include "router/config/config.h"
#include "wamp/uri.h"
#include "wamp/value.h"

namespace router {

struct Question {
  std::string authid = {};
  std::string action = {};  // "call", "register", "publish", "subscribe"
  std::string uri = {};
  wamp::MatchPolicy match = wamp::MatchPolicy::exact;
  std::string realm = {};  // empty: the only one
  std::string role = {};   // empty: that of `authid`
};

// What the rules of a role say, whoever has it.
struct Asker {
  std::string_view role, realm;
  wamp::UriRule uri_check = wamp::UriRule::loose;
  bool meta_api = true;  // the realm has one
};
struct Explanation {
  bool nobody_may = false;      // whatever the rules say
  std::optional<bool> allowed;  // none: the role's authorizer decides
  std::string decided_on;       // of a pattern a URI that it matches, in which # is any text that no rule has
  const config::Permission* rule = nullptr;  // of `permissions`; null: none matches, or none is asked
  std::string text;                          // several lines for people
};
// What somebody may want to do.
struct Doubt {
  Action action = Action::call;
  std::string uri;
  wamp::MatchPolicy match = wamp::MatchPolicy::exact;
};
Explanation explain(const RolePermissions& permissions, const Asker& asker, const Doubt& doubt);
// As wampd.explain answers it.
wamp::Dict details_of(const Explanation& explained, const RolePermissions& permissions, const Asker& asker,
                      const Doubt& doubt);
// "call", "register", "publish" or "subscribe"; none: it is another word.
std::optional<Action> action_of(std::string_view word);

// The same details, of a configuration; their "text" says how `authid` gets in, too. Throws
// std::runtime_error if the question does not say enough, or asks for what is not there.
wamp::Dict explain(const config::Config& config, const Question& question);

}  // namespace router
