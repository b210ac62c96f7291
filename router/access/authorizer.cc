#include "router/access/authorizer.h"

#include <algorithm>
#include <utility>

#include "router/config/limits.h"
#include "router/config/wording.h"

namespace router {

Grant grant_of(const config::Permission& rule, Action action) {
  switch (action) {
    case Action::call:
      return {rule.call, rule.disclose_caller, rule.trustlevel,
              false,     std::nullopt,         rule.slow_call_ms.value_or(Grant::as_realm)};
    case Action::register_:
      return {rule.register_, false, std::nullopt, rule.force_reregister};
    case Action::publish:
      return {rule.publish, rule.disclose_publisher, rule.trustlevel, false};
    case Action::subscribe:
      return {rule.subscribe, false, std::nullopt, false, rule.slow_consumer};
  }
  return {};
}

std::string wording(Action action, std::string_view uri, wamp::MatchPolicy match) {
  const bool is_pattern = match != wamp::MatchPolicy::exact;
  return std::string(name(action)) + (is_pattern ? " " + std::string(wamp::name(match)) : "") + " " +
         config::in_quotes(uri);
}

std::string_view wording_of_no_rule(std::string_view uri) {
  return is_own_uri(uri) ? "no rule that itself begins with \"wampd.\" matches" : "no rule matches";
}

RolePermissions::RolePermissions(const config::Role& role, const config::SessionLimits& of_realm)
    : verdicts_(role.authorizer ? std::make_shared<Verdicts>(*role.authorizer) : nullptr),
      limits_(config::limits_of(role, of_realm)),
      slow_consumer_(role.slow_consumer) {
  for (const config::Permission& permission : role.permissions) {
    // The first of two rules for the same URIs counts; the configuration's check refuses such a file anyway.
    if (index_.find(permission.uri, permission.match)) continue;
    rules_.push_back(permission);
    index_.add(permission.uri, permission.match, &rules_.back());
    if (is_own_uri(permission.uri)) own_index_.add(permission.uri, permission.match, &rules_.back());
    if (permission.match == wamp::MatchPolicy::wildcard)
      fresh_.components_at_least =
          std::max(fresh_.components_at_least, wamp::component_count(permission.uri) + 1);
  }
}

Grant RolePermissions::authorize(Action action, std::string_view uri, wamp::MatchPolicy match) const {
  if (match != wamp::MatchPolicy::exact) return decide(action, uri, match).grant;
  const config::Permission* rule = deciding_rule(uri);
  return rule ? grant_of(*rule, action) : Grant();
}

RolePermissions::Decision RolePermissions::decide_on(Action action, std::string uri) const {
  return {authorize(action, uri), deciding_rule(uri), std::move(uri)};
}

// A rule decides on some URI of the pattern if and only if it decides on the one that has the least to do
// with other rules. So one is asked about for each rule that may grant less, and one for those URIs for which
// no other rule is made.
RolePermissions::Decision RolePermissions::decide(Action action, std::string_view uri,
                                                  wamp::MatchPolicy match) const {
  if (match == wamp::MatchPolicy::exact) return decide_on(action, std::string(uri));
  const UriPattern pattern{uri, match};
  constexpr UriPattern everything{"", wamp::MatchPolicy::prefix};
  Decision decision = decide_on(action, *common_uri(pattern, everything, fresh_));
  for (const config::Permission& rule : rules_) {
    if (!decision.grant.allowed) break;
    const Grant by_rule = grant_of(rule, action);
    const bool grants_less =
        !by_rule.allowed || (decision.grant.force_reregister && !by_rule.force_reregister);
    const auto common = grants_less ? common_uri(pattern, {rule.uri, rule.match}, fresh_) : std::nullopt;
    // No call to what is reserved goes to a registration, whatever its pattern is.
    if (!common || (action == Action::register_ && is_reserved_uri(*common))) continue;
    // Nor does an event of the router's own come by a pattern that does not name it.
    if (is_own_uri(*common) && !is_own_uri(uri)) continue;
    Decision there = decide_on(action, *common);
    if (!there.grant.allowed) return there;
    decision.grant.force_reregister &= there.grant.force_reregister;
  }
  return decision;
}

std::vector<const config::Permission*> RolePermissions::matching_rules(std::string_view uri) const {
  UriIndex<const config::Permission> left;
  for (const config::Permission& rule : rules_)
    if (!is_own_uri(uri) || is_own_uri(rule.uri)) left.add(rule.uri, rule.match, &rule);
  std::vector<const config::Permission*> matching;
  while (const config::Permission* rule = left.match_best(uri)) {
    matching.push_back(rule);
    left.remove(rule->uri, rule->match);
  }
  return matching;
}

Authorizer::Authorizer(const std::vector<config::Role>& roles, const config::SessionLimits& of_realm)
    : nobody_(std::make_shared<RolePermissions>(config::Role(), of_realm)) {
  for (const config::Role& role : roles)
    roles_.emplace(role.name, std::make_shared<RolePermissions>(role, of_realm));
}

std::shared_ptr<const RolePermissions> Authorizer::role(std::string_view name) const {
  const auto found = roles_.find(name);
  return found == roles_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<Verdicts>> Authorizer::verdicts(const std::optional<std::string>& role) const {
  std::vector<std::shared_ptr<Verdicts>> all;
  for (const auto& [name, permissions] : roles_)
    if (permissions->verdicts() && (!role || *role == name)) all.push_back(permissions->verdicts());
  return all;
}

}  // namespace router
