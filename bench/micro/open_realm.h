// A realm in which everybody may do everything, and its members, for benchmarks that need no sockets.
#pragma once

#include <stdexcept>
#include <utility>
#include <variant>

#include "router/realm/realm.h"

namespace router {

inline config::Realm open_realm() {
  config::Permission everything;
  everything.match = wamp::MatchPolicy::prefix;
  everything.call = everything.register_ = everything.publish = everything.subscribe = true;
  config::Realm realm;
  realm.name = "realm1";
  realm.roles = {{"anonymous", {everything}}};
  realm.limits.sessions_per_authid = 20'000;
  return realm;
}

inline Realm::Joined join(Realm& realm, const SessionRef& session) {
  const wamp::ClientFeatures features{.roles = 15};
  return std::get<Realm::Joined>(realm.join(session, {"user", "anonymous", "anonymous", "static"}, features));
}

inline void check(const wamp::Result<void>& result) {
  if (!result) throw std::runtime_error(result.error().message);
}

}  // namespace router
