// What a role may do: the static permissions of the configuration, the most specific rule first.
//
// Immutable once built, so any thread may ask.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "router/config/config.h"
#include "router/uri_index.h"

namespace router {

enum class Action : uint8_t { call, register_, publish, subscribe };

std::string_view name(Action action);

struct Grant {
  bool allowed = false;
  bool disclose = false;               // of the caller or publisher
  std::optional<uint32_t> trustlevel;  // of the call or publication ("Call Trust Levels"), if it is told
  bool force_reregister = false;       // of what others have registered
};

// The permissions of one role. Which rule decides: exact, then the longest prefix, then the wildcard, as for
// registrations; no rule: denied.
class RolePermissions {
 public:
  explicit RolePermissions(const config::Role& role);

  Grant authorize(Action action, std::string_view uri) const;

  // The rule that decides on the URI, whatever the action; null: none, so it is denied.
  const config::Permission* deciding_rule(std::string_view uri) const { return index_.match_best(uri); }
  // All rules that match the URI, in the order in which they would decide: the first one does.
  std::vector<const config::Permission*> matching_rules(std::string_view uri) const;

 private:
  std::deque<config::Permission> rules_;
  UriIndex<const config::Permission> index_;
};

// All roles of a realm.
class Authorizer {
 public:
  explicit Authorizer(const std::vector<config::Role>& roles);

  // Null if the realm has no such role.
  std::shared_ptr<const RolePermissions> role(std::string_view name) const;

 private:
  std::map<std::string, std::shared_ptr<const RolePermissions>, std::less<>> roles_;
};

}  // namespace router
