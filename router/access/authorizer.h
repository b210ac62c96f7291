// What a role may do: the static permissions of the configuration, the most specific rule first, or what its
// dynamic authorizer says.
//
// Immutable once built but for the verdicts, which have a lock of their own, so any thread may ask.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "router/access/grant.h"
#include "router/access/verdicts.h"
#include "router/base/reserved_uri.h"
#include "router/config/config.h"
#include "router/matching/common_uri.h"
#include "router/matching/uri_index.h"

namespace router {

// What the rule alone says.
Grant grant_of(const config::Permission& rule, Action action);

// What somebody wants to do, for people: call "com.x", subscribe prefix "com.".
std::string wording(Action action, std::string_view uri, wamp::MatchPolicy match);

// Why a URI is denied that no rule decides on, for people.
std::string_view wording_of_no_rule(std::string_view uri);

// The permissions of one role. Which rule decides: exact, then the longest prefix, then the wildcard, as for
// registrations; no rule: denied. On what begins with "wampd." only those decide that begin so themselves:
// who may use the realm as he likes may not operate the router for that. A pattern that does not begin so
// does not reach there.
class RolePermissions {
 public:
  explicit RolePermissions(const config::Role& role, const config::SessionLimits& of_realm = {});

  // What its dynamic authorizer has said; null: there is none, the rules below decide.
  const std::shared_ptr<Verdicts>& verdicts() const { return verdicts_; }

  // The static rules' answer. On a pattern: what is granted on every URI that it matches, which costs a look
  // at each rule.
  Grant authorize(Action action, std::string_view uri,
                  wamp::MatchPolicy match = wamp::MatchPolicy::exact) const;
  // The same with the reason.
  struct Decision {
    Grant grant;
    const config::Permission* rule = nullptr;  // that decided; null: none, so it is denied
    // On which the rule decided: of a pattern one that it matches, in which '#' stands for any text that no
    // rule has.
    std::string uri;
  };
  Decision decide(Action action, std::string_view uri, wamp::MatchPolicy match) const;

  // Of each session of the role.
  const config::SessionLimits& limits() const { return limits_; }
  // Of subscriptions for which no rule says anything else.
  config::SlowConsumer slow_consumer() const { return slow_consumer_; }

  // The rule that decides on the URI, whatever the action; null: none, so it is denied.
  const config::Permission* deciding_rule(std::string_view uri) const {
    return (is_own_uri(uri) ? own_index_ : index_).match_best(uri);
  }
  // All rules that match the URI, in the order in which they would decide: the first one does.
  std::vector<const config::Permission*> matching_rules(std::string_view uri) const;

 private:
  Decision decide_on(Action action, std::string uri) const;

  std::deque<config::Permission> rules_;
  FreshParts fresh_;  // of all rules
  UriIndex<const config::Permission> index_;
  UriIndex<const config::Permission> own_index_;  // of those that begin with "wampd."
  std::shared_ptr<Verdicts> verdicts_;
  const config::SessionLimits limits_;
  const config::SlowConsumer slow_consumer_;
};

// All roles of a realm.
class Authorizer {
 public:
  Authorizer(const std::vector<config::Role>& roles, const config::SessionLimits& of_realm);

  // What somebody without a role may do: nothing.
  const std::shared_ptr<const RolePermissions>& nobody() const { return nobody_; }
  // Null if the realm has no such role.
  std::shared_ptr<const RolePermissions> role(std::string_view name) const;
  // What dynamic authorizers have said; of all roles, or of one.
  std::vector<std::shared_ptr<Verdicts>> verdicts(const std::optional<std::string>& role) const;

 private:
  std::shared_ptr<const RolePermissions> nobody_;
  std::map<std::string, std::shared_ptr<const RolePermissions>, std::less<>> roles_;
};

}  // namespace router
