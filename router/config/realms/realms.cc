#include "router/config/realms/realms.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "router/config/document/read_limits.h"
#include "router/config/realms/store.h"

namespace router::config {
namespace {

using wamp::MatchPolicy;
using wamp::UriRule;

constexpr int64_t max_made_realms = 1000000;
constexpr int64_t max_idle_ms = 24 * 60 * 60 * 1000;
constexpr int64_t max_kept_ms = 365 * max_idle_ms;
constexpr int64_t max_slow_call_ms = 24 * 60 * 60 * 1000;
constexpr int64_t max_trustlevel = UINT32_MAX;
constexpr int64_t max_authorizer_ms = 24 * 60 * 60 * 1000;
constexpr int64_t max_authorizer_bytes = int64_t{1} << 40;

// Crossbar's stars, for rules that do not say their match policy: "com.myapp.*" is a prefix, "com.*.create" a
// wildcard.
void resolve_stars(const Setting& uri, Permission& permission) {
  const std::string text = std::exchange(permission.uri, {});
  if (text.find('*') == text.size() - 1) {
    permission.match = MatchPolicy::prefix;
    permission.uri = text.substr(0, text.size() - 1);
    return;
  }
  permission.match = MatchPolicy::wildcard;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '*') {
      permission.uri += text[i];
    } else if ((i > 0 && text[i - 1] != '.') || (i + 1 < text.size() && text[i + 1] != '.')) {
      uri.fail("a '*' stands for a whole component, as in \"com.*.create\", or for the rest at the end");
    }
  }
}

void read_uri(const Setting& setting, UriRule rule, Permission& permission) {
  const Setting uri = setting.require("uri");
  const auto match = setting.find("match");
  permission.uri = uri.string();
  if (match) permission.match = *wamp::match_policy(match->choice({"exact", "prefix", "wildcard"}));

  const bool has_star = permission.uri.find('*') != std::string::npos;
  if (has_star && match)
    uri.fail(
        "a '*' has no meaning beside \"match\": a prefix needs none, a wildcard has empty components "
        "(\"com..create\")");
  if (has_star) resolve_stars(uri, permission);
  if (!wamp::is_valid_uri(permission.uri, rule, permission.match))
    uri.fail(in_quotes(permission.uri) + " is not a valid URI for match policy " +
             in_quotes(wamp::name(permission.match)) +
             (rule == UriRule::strict ? " and the strict rule" : ""));
}

SlowConsumer read_slow_consumer(const Setting& setting) {
  return *slow_consumer(setting.choice({"disconnect", "drop_oldest", "conflate"}));
}

void read_actions(const Setting& allow, Permission& permission) {
  read_boolean(allow, "call", permission.call);
  read_boolean(allow, "register", permission.register_);
  read_boolean(allow, "publish", permission.publish);
  read_boolean(allow, "subscribe", permission.subscribe);
}

Keys keys_of_permission(const Setting& setting) {
  Keys keys{
      .known = {"uri", "match", "allow", "disclose", "cache", "trustlevel", "slow_consumer", "slow_call_ms"},
      .unsupported = {"validate"}};
  // Version 1 of Crossbar's format had no "allow" around them.
  if (setting.source().is_version_1)
    keys.known.insert(keys.known.end(), {"call", "register", "publish", "subscribe"});
  return keys;
}

Permission read_permission(const Setting& setting, UriRule rule) {
  setting.check_keys(keys_of_permission(setting));
  Permission permission;
  permission.place = setting.place();
  setting.reads([&] { read_uri(setting, rule, permission); });
  if (setting.source().is_version_1) read_actions(setting, permission);
  std::optional<bool> force_reregister;
  setting.given("allow", [&](const Setting& allow) {
    allow.check_keys(
        {.known = {"call", "register", "publish", "subscribe", "force_reregister", "tap", "tap_payload"}});
    read_actions(allow, permission);
    read_boolean(allow, "tap", permission.tap);
    read_boolean(allow, "tap_payload", permission.tap_payload);
    allow.given("force_reregister", [&](const Setting& force) { force_reregister = force.boolean(); });
  });
  // Crossbar has no permission for it: who may register may force it.
  permission.force_reregister =
      force_reregister.value_or(setting.source().is_crossbar && permission.register_);
  setting.given("disclose", [&](const Setting& disclose) {
    disclose.check_keys({.known = {"caller", "publisher"}});
    read_boolean(disclose, "caller", permission.disclose_caller);
    read_boolean(disclose, "publisher", permission.disclose_publisher);
  });
  setting.given("trustlevel", [&](const Setting& trustlevel) {
    permission.trustlevel = static_cast<uint32_t>(trustlevel.integer(0, max_trustlevel));
  });
  setting.given("slow_consumer",
                [&](const Setting& policy) { permission.slow_consumer = read_slow_consumer(policy); });
  setting.given("slow_call_ms", [&](const Setting& slow) {
    permission.slow_call_ms = static_cast<uint32_t>(slow.integer(0, max_slow_call_ms));
  });
  bool cache = false;  // checked only: rules of a file are always at hand
  read_boolean(setting, "cache", cache);
  return permission;
}

// Null if the role has none.
std::optional<DynamicAuthorizer> read_authorizer(const Setting& role) {
  const auto procedure = role.find("authorizer");
  const auto options = role.find("authorizer_options");
  if (options && !procedure) options->fail("the role has no \"authorizer\"");
  if (!procedure) return std::nullopt;
  DynamicAuthorizer authorizer;
  procedure->reads([&] {
    authorizer.procedure = procedure->string();
    if (!wamp::is_valid_uri(authorizer.procedure, UriRule::loose) ||
        wamp::is_reserved_uri(authorizer.procedure))
      procedure->fail(in_quotes(authorizer.procedure) + " is not the URI of a procedure");
  });
  // As for permissions: Crossbar has none for it.
  authorizer.force_reregister = role.source().is_crossbar;
  if (!options) return authorizer;
  options->check_keys({.known = {"timeout_ms", "cache_by", "cache_ttl_ms", "max_cached_bytes",
                                 "max_held_requests", "max_held_bytes", "force_reregister"}});
  read_integer(*options, "timeout_ms", authorizer.timeout_ms, 1, max_authorizer_ms);
  read_integer(*options, "cache_ttl_ms", authorizer.cache_ttl_ms, 1, max_authorizer_ms);
  read_integer(*options, "max_cached_bytes", authorizer.max_cached_bytes, 1, max_authorizer_bytes);
  read_integer(*options, "max_held_requests", authorizer.max_held_requests, 1, UINT32_MAX);
  read_integer(*options, "max_held_bytes", authorizer.max_held_bytes, 1, max_authorizer_bytes);
  read_boolean(*options, "force_reregister", authorizer.force_reregister);
  options->given("cache_by", [&](const Setting& cache_by) {
    authorizer.cache_by = cache_by.choice({"session", "role"}) == "role"
                              ? DynamicAuthorizer::CacheBy::role
                              : DynamicAuthorizer::CacheBy::session;
  });
  return authorizer;
}

void check_timeouts(const SessionLimits& limits, const Setting& setting) {
  if (limits.max_call_timeout_ms == 0 || limits.call_timeout_ms <= limits.max_call_timeout_ms) return;
  const auto given = setting.find("call_timeout_ms");
  (given ? *given : setting.require("max_call_timeout_ms"))
      .fail(given ? "longer than \"max_call_timeout_ms\"" : "shorter than \"call_timeout_ms\"");
}

void read_role_limits(const Setting& setting, const SessionLimits& of_realm, Role& role) {
  for_each_given(setting, session_limits,
                 [&](const auto& limit, int64_t value) { role.limits.emplace(limit.name, value); });
  check_timeouts(limits_of(role, of_realm), setting);
}

Role read_role(const Setting& setting, UriRule rule, const SessionLimits& of_realm) {
  setting.check_keys(
      {.known = {"name", "permissions", "authorizer", "authorizer_options", "slow_consumer", "limits"},
       .ignored = {"id"}});
  Role role;
  setting.required("name", [&](const Setting& name) { role.name = name.some_string(); });
  setting.given("slow_consumer",
                [&](const Setting& policy) { role.slow_consumer = read_slow_consumer(policy); });
  setting.given("limits", [&](const Setting& limits) { read_role_limits(limits, of_realm, role); });
  setting.reads([&] { role.authorizer = read_authorizer(setting); });
  if (setting.find("authorizer")) {
    setting.given("permissions", [](const Setting& permissions) {
      permissions.fail("a role has either \"permissions\" or an \"authorizer\"");
    });
    return role;
  }
  const auto read_permissions = [&](const Setting& permissions) {
    std::set<std::pair<std::string, MatchPolicy>> seen;
    Setting::for_each(permissions.elements(), [&](const Setting& element) {
      if (!element.reads([&] { role.permissions.push_back(read_permission(element, rule)); })) return;
      const Permission& permission = role.permissions.back();
      if (!seen.emplace(permission.uri, permission.match).second)
        element.require("uri").fail("a second rule for " + in_quotes(permission.uri) + " with match policy " +
                                    in_quotes(wamp::name(permission.match)));
    });
  };
  // In Crossbar's files a role without them may do nothing.
  setting.source().is_crossbar ? setting.given("permissions", read_permissions)
                               : setting.required("permissions", read_permissions);
  return role;
}

RealmLimits read_realm_limits(const Setting& setting) {
  RealmLimits limits;
  read_limits(setting, realm_limits, limits);
  check_timeouts(limits, setting);
  return limits;
}

// Crossbar's "options". "uri_check" may stand in the realm itself, too.
void read_options_of_realm(const Setting& setting, Realm& realm) {
  auto uri_check = setting.find("uri_check");
  setting.given("options", [&](const Setting& options) {
    options.check_keys({.known = {"uri_check", "enable_meta_api"},
                        .ignored = {"bridge_meta_api", "event_dispatching_chunk_size"}});
    read_boolean(options, "enable_meta_api", realm.meta_api);
    const auto nested = options.find("uri_check");
    if (nested && uri_check) nested->fail("\"uri_check\" is already given in the realm itself");
    if (nested) uri_check = nested;
  });
  if (uri_check && uri_check->choice({"loose", "strict"}) == "strict") realm.uri_check = UriRule::strict;
}

// The name is a pattern, so realms are made of this one.
void read_template(const Setting& setting, Realm& realm) {
  if (!realm.is_template()) {
    for (const char* key : {"max_realms", "idle_ms", "kept_ms"})
      setting.given(key, [&](const Setting& odd) {
        odd.fail("only a template, a realm with a '*' in its name, has a \"" + std::string(key) + "\"");
      });
    return;
  }
  if (setting.source().is_crossbar)
    setting.require("name").fail("a name with a '*' would be a template, which Crossbar does not have");
  read_integer(setting, "max_realms", realm.made_on_demand.max_realms, 1, max_made_realms);
  read_integer(setting, "idle_ms", realm.made_on_demand.idle_ms, 0, max_idle_ms);
  read_integer(setting, "kept_ms", realm.made_on_demand.kept_ms, 0, max_kept_ms);
  if (!realm.store.path.empty() && realm.store.path.find("{realm}") == std::string::npos)
    setting.require("store").require("path").fail(
        "the path in a template must have a \"{realm}\", in the place of which the realm's name is put");
}

void read_roles(const std::vector<Setting>& settings, Realm& realm) {
  std::set<std::string> names;
  for (const Setting& setting : settings)
    setting.reads([&] {
      realm.roles.push_back(read_role(setting, realm.uri_check, realm.limits));
      const std::string& name = realm.roles.back().name;
      if (!name.empty() && !names.insert(name).second)
        setting.require("name").fail("a second role " + in_quotes(name) + " in this realm");
    });
}

}  // namespace

Realm read_realm(const Setting& setting) {
  setting.check_keys({.known = {"name", "roles", "uri_check", "request_ids", "limits", "options", "store",
                                "slow_call_ms", "max_realms", "idle_ms", "kept_ms"},
                      .left_out = {"inventory", "rlinks", "stats"},
                      .ignored = {"id"}});
  Realm realm;
  setting.required("name", [&](const Setting& name) {
    realm.name = name.string();
    if (!wamp::is_valid_uri(realm.name, UriRule::loose))
      name.fail(in_quotes(realm.name) + " is not a valid URI");
  });
  setting.reads([&] { read_options_of_realm(setting, realm); });
  setting.given("request_ids", [&](const Setting& ids) {
    realm.sequential_request_ids = ids.choice({"sequential", "any"}) == "sequential";
  });
  setting.given("limits", [&](const Setting& limits) { realm.limits = read_realm_limits(limits); });
  read_integer(setting, "slow_call_ms", realm.limits.slow_call_ms, 0, max_slow_call_ms);
  setting.given("store", [&](const Setting& store) { realm.store = read_store(store, realm.uri_check); });
  setting.reads([&] { read_template(setting, realm); });
  const bool is_crossbar = setting.source().is_crossbar;
  const auto read_them = [&](const Setting& roles) {
    read_roles(is_crossbar ? roles.elements() : roles.some_elements(), realm);
  };
  is_crossbar ? setting.given("roles", read_them) : setting.required("roles", read_them);
  return realm;
}

std::vector<Realm> read_realms(const Setting& list) {
  std::vector<Realm> realms;
  std::set<std::string> names, paths;
  Setting::for_each(list.some_elements(), [&](const Setting& element) {
    const Realm& realm = realms.emplace_back(read_realm(element));
    if (!realm.name.empty() && !names.insert(realm.name).second)
      element.require("name").fail("a second realm " + in_quotes(realm.name));
    if (!realm.store.path.empty() && !paths.insert(realm.store.path).second)
      element.require("store").require("path").fail("another realm has the same file " +
                                                    in_quotes(realm.store.path));
  });
  return realms;
}

}  // namespace router::config
