#include "router/config/file/one_router.h"

#include <algorithm>
#include <utility>

#include "router/config/inventory.h"
#include "router/config/transports/transports.h"

namespace router::config {
namespace {

bool have_equal(const Setting& a, const Setting& b, std::string_view key) {
  const auto of_a = a.find(key), of_b = b.find(key);
  return of_a.has_value() == of_b.has_value() && (!of_a || is_equal(of_a->node(), of_b->node()));
}

// All but the "id", which says nothing.
bool say_the_same(const Setting& a, const Setting& b) {
  const auto contains_all = [](const Setting& whole, const Setting& parts) {
    const auto members = parts.members();
    return std::all_of(members.begin(), members.end(), [&](const Setting& member) {
      return member.key() == "id" || have_equal(whole, parts, member.key());
    });
  };
  return contains_all(a, b) && contains_all(b, a);
}

std::string line_of(const Setting& setting) {
  return "line " + std::to_string(setting.node().position.line);
}

constexpr const char* as_one = "; the workers are served as one router, so it must be the same in both";

}  // namespace

void OneRouter::add_role(const Setting& setting, Realm& realm, Role role) {
  const auto [first, is_new] = roles_.emplace(realm.name + " " + role.name, setting);
  if (is_new) return realm.roles.push_back(std::move(role));
  if (!say_the_same(first->second, setting))
    setting.fail("role " + in_quotes(role.name) + " of realm " + in_quotes(realm.name) +
                 " is another one in " + line_of(first->second) + as_one);
}

void OneRouter::add_realm(const Setting& setting, Realm realm) {
  const std::string name = realm.name;
  std::vector<Role> roles = std::exchange(realm.roles, {});
  const auto [first, is_new] = realms_.emplace(name, setting);
  if (is_new) {
    if (!realm.store.path.empty() && !stores_.insert(realm.store.path).second)
      setting.require("store").require("path").fail("another realm has the same file " +
                                                    in_quotes(realm.store.path));
    config_.realms.push_back(std::move(realm));
  } else {
    for (const std::string_view key :
         {"options", "uri_check", "request_ids", "slow_call_ms", "limits", "store"})
      if (!have_equal(first->second, setting, key))
        setting.fail("realm " + in_quotes(name) + " has another " + in_quotes(key) + " in " +
                     line_of(first->second) + as_one);
    setting.leave_out("no realm of its own: it is one with realm " + in_quotes(name) + " of " +
                      line_of(first->second));
  }
  Realm& known = *std::find_if(config_.realms.begin(), config_.realms.end(),
                               [&](const Realm& one) { return one.name == name; });
  for (size_t i = 0; i < roles.size(); ++i)
    add_role(setting.require("roles").elements()[i], known, std::move(roles[i]));
}

void OneRouter::add_transport(const Setting& setting, Transport transport) {
  const std::string where = address(transport);
  const auto first = transports_.find(where);
  if (!has_fixed_address(transport) || first == transports_.end()) {
    transports_.emplace(where, setting);
    config_.transports.push_back(std::move(transport));
    return;
  }
  if (!say_the_same(first->second, setting))
    return setting.leave_out("this transport is not served: that of " + line_of(first->second) +
                             " has the same address, " + where + ", and other settings");
  const auto known = std::find_if(config_.transports.begin(), config_.transports.end(),
                                  [&](const Transport& other) { return address(other) == where; });
  if (known->auth.empty()) known->auth = std::move(transport.auth);
  for (std::string& realm : *transport.realms)
    if (std::find(known->realms->begin(), known->realms->end(), realm) == known->realms->end())
      known->realms->push_back(std::move(realm));
  setting.leave_out("no transport of its own: it is one with that of " + line_of(first->second) +
                    ", whose clients may join the realms of both");
}

}  // namespace router::config
