#include "router/access/explain.h"

#include <algorithm>
#include <optional>
#include <set>
#include <stdexcept>
#include <vector>

#include "router/base/reserved_uri.h"
#include "router/config/inventory.h"
#include "router/config/limits.h"
#include "router/config/realm_pattern.h"
#include "router/config/wording.h"

namespace router {
namespace {

using config::in_quotes;

template <class Named>
std::string names_of(const std::vector<Named>& all) {
  std::vector<std::string_view> names;
  for (const Named& one : all) names.push_back(one.name);
  return config::alternatives(names);
}

template <class Named>
const Named& find(const std::vector<Named>& all, const std::string& name, const std::string& what) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const Named& one) { return one.name == name; });
  if (found == all.end())
    throw std::runtime_error("there is no " + what + " " + in_quotes(name) + ", only " + names_of(all));
  return *found;
}

const config::Realm& realm_of(const config::Config& config, const Question& question) {
  if (!question.realm.empty()) {
    const config::Realm* found = config::find_realm(config.realms, question.realm);
    return found ? *found : find(config.realms, question.realm, "realm");
  }
  if (config.realms.empty()) throw std::runtime_error("there is no realm");
  if (config.realms.size() > 1)
    throw std::runtime_error("say with --realm which realm: " + names_of(config.realms));
  return config.realms.front();
}

// How somebody may get in with that authid.
struct Way {
  std::string role;  // empty: somebody else decides
  std::string text;
};

std::vector<Way> ways_in(const config::Config& config, const std::string& authid) {
  std::vector<Way> by_name, by_others, anyone;
  for (const config::Transport& transport : config.transports) {
    for (const auto& [name, method] : transport.auth) {
      const std::string where = ", by " + name + " on " + config::address(transport);
      if (const auto found = method.principals.find(authid);
          name != "anonymous" && found != method.principals.end())
        by_name.push_back(
            {found->second.role, in_quotes(authid) + " has role " + in_quotes(found->second.role) + where});
      else if (const auto any = method.principals.find("");
               name == "anonymous" && any != method.principals.end())
        anyone.push_back({any->second.role, "anyone has role " + in_quotes(any->second.role) + where});
      else if (method.authenticator)
        by_others.push_back(
            {"", "procedure " + in_quotes(method.authenticator->procedure) + " decides on the role" + where});
      else if (method.token)
        by_others.push_back({"", "the token decides on the role" + where});
    }
  }
  if (!by_name.empty()) return by_name;
  anyone.insert(anyone.end(), by_others.begin(), by_others.end());
  return anyone;
}

std::string role_of(const config::Config& config, const Question& question, std::string& text) {
  if (!question.role.empty()) return question.role;
  std::set<std::string> roles;
  bool is_open = false;  // a procedure or a token decides
  for (const Way& way : ways_in(config, question.authid)) {
    text += way.text + "\n";
    if (way.role.empty())
      is_open = true;
    else
      roles.insert(way.role);
  }
  if (roles.empty() && !is_open)
    throw std::runtime_error("nobody gets in as " + in_quotes(question.authid) +
                             "; say with --role which role you mean");
  if (roles.size() != 1)
    throw std::runtime_error(
        text + in_quotes(question.authid) + " may have several roles; say with --role which" +
        (roles.empty() ? "" : ": " + config::alternatives({roles.begin(), roles.end()})));
  return *roles.begin();
}

std::string line_of(const config::Permission& rule, Action action) {
  return std::string(wamp::name(rule.match)) + " " + in_quotes(rule.uri) +
         (grant_of(rule, action).allowed ? " allows " : " denies ") + std::string(name(action)) +
         (rule.place.empty() ? "" : " (" + rule.place + ")");
}

// Why no client may do that, whatever its role's rules say; none: they decide.
std::optional<std::string> why_nobody_may(const Asker& asker, const config::SessionLimits& limits,
                                          Action action, const std::string& uri, wamp::MatchPolicy match) {
  const bool makes_sense = action == Action::register_ || action == Action::subscribe;
  if (match != wamp::MatchPolicy::exact && !makes_sense)
    return "only REGISTER and SUBSCRIBE have a match policy";
  if (uri.size() > limits.uri_length)
    return "URIs of at most " + std::to_string(limits.uri_length) + " bytes are allowed";
  if (wamp::component_count(uri) > limits.uri_components)
    return "URIs of at most " + std::to_string(limits.uri_components) + " components are allowed";
  if (!wamp::is_valid_uri(uri, asker.uri_check, match))
    return "that is not a valid URI in this realm" +
           (match == wamp::MatchPolicy::exact ? "" : " for match policy " + in_quotes(wamp::name(match)));
  if (action == Action::call && is_reserved_uri(uri) && !asker.meta_api)
    return "\"enable_meta_api\" is false, so the realm has none of the router's procedures";
  if ((action == Action::register_ || action == Action::publish) && is_reserved_uri(uri))
    return "URIs that begin with \"wamp.\" or \"wampd.\" are reserved";
  return std::nullopt;
}

std::string explain_rules(const RolePermissions& permissions, Action action,
                          const RolePermissions::Decision& decision, wamp::MatchPolicy match) {
  std::string text;
  if (match != wamp::MatchPolicy::exact && !decision.grant.allowed)
    text = "because of " + in_quotes(decision.uri) + ", where # is any text that no rule has\n";
  const auto rules = permissions.matching_rules(decision.uri);
  if (rules.empty())
    return text + std::string(wording_of_no_rule(decision.uri)) + ", and what no rule allows is denied\n";
  text += "decided by: " + line_of(*rules.front(), action) + "\n";
  for (size_t i = 1; i < rules.size(); ++i) text += "less specific: " + line_of(*rules[i], action) + "\n";
  return text;
}

}  // namespace

std::optional<Action> action_of(std::string_view word) {
  for (const Action action : {Action::call, Action::register_, Action::publish, Action::subscribe})
    if (name(action) == word) return action;
  return std::nullopt;
}

Explanation explain(const RolePermissions& permissions, const Asker& asker, const Doubt& doubt) {
  const auto& [action, uri, match] = doubt;
  Explanation explained;
  explained.decided_on = uri;
  const std::string wish = wording(action, uri, match);
  if (const auto why = why_nobody_may(asker, permissions.limits(), action, uri, match)) {
    explained.nobody_may = true;
    explained.allowed = false;
    explained.text = "nobody may " + wish + ": " + *why + "\n";
    return explained;
  }
  const std::string who = "role " + in_quotes(asker.role) + " of realm " + in_quotes(asker.realm);
  if (permissions.verdicts()) {
    explained.text = "the procedure " + in_quotes(permissions.verdicts()->authorizer().procedure) +
                     " is asked whether " + who + " may " + wish + "\n";
    return explained;
  }
  const auto decision = permissions.decide(action, uri, match);
  explained.allowed = decision.grant.allowed;
  explained.decided_on = decision.uri;
  explained.rule = decision.rule;
  explained.text = who + (decision.grant.allowed ? " may " : " may not ") + wish + "\n" +
                   explain_rules(permissions, action, decision, match);
  return explained;
}

wamp::Dict details_of(const Explanation& explained, const RolePermissions& permissions, const Asker& asker,
                      const Doubt& doubt) {
  wamp::Value rule, authorizer;
  if (const config::Permission* const by = explained.rule)
    rule = wamp::Dict{{"uri", by->uri}, {"match", wamp::name(by->match)}, {"place", by->place}};
  if (permissions.verdicts()) authorizer = permissions.verdicts()->authorizer().procedure;
  return {{"authrole", asker.role},
          {"action", name(doubt.action)},
          {"uri", doubt.uri},
          {"match", wamp::name(doubt.match)},
          {"allowed", explained.allowed ? wamp::Value(*explained.allowed) : wamp::Value()},
          {"decided_on", explained.decided_on},
          {"rule", rule},
          {"authorizer", authorizer},
          {"text", explained.text}};
}

wamp::Dict explain(const config::Config& config, const Question& question) {
  const auto action = action_of(question.action);
  if (!action)
    throw std::runtime_error("expected call, register, publish or subscribe, found " +
                             in_quotes(question.action));
  const config::Realm& realm = realm_of(config, question);
  std::string text;
  const config::Role& role = find(realm.roles, role_of(config, question, text), "role");
  const RolePermissions permissions(role, realm.limits);
  const Asker asker{role.name, realm.name, realm.uri_check, realm.meta_api};
  const Doubt doubt{*action, question.uri, question.match};
  Explanation explained = explain(permissions, asker, doubt);
  if (!explained.nobody_may) explained.text.insert(0, text);
  return details_of(explained, permissions, asker, doubt);
}

}  // namespace router
