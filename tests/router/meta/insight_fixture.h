// A realm in which somebody looks at what the router does, and others may not.
#pragma once

#include <chrono>

#include "tests/router/meta/meta_fixture.h"
#include "tests/router/support/realm_harness.h"

namespace router {

class Insight : public MetaTest {
 protected:
  // Users, who may call and publish; who operates the router may see all of it, and "watcher" only messages.
  static config::Realm roles() {
    config::Realm config = RealmHarness::open_realm();
    config::Role user{.name = "user", .permissions = {{.uri = "com.", .match = wamp::MatchPolicy::prefix}}};
    config::Permission& may = user.permissions.front();
    may.call = may.register_ = may.publish = may.subscribe = true;
    may.place = "here";
    user.permissions.push_back({.uri = "com.secret", .place = "there"});
    config::Permission watched = user.permissions.front();
    watched.uri = "com.watched";
    watched.slow_call_ms = 5;
    user.permissions.push_back(watched);
    config.roles.push_back(user);
    config.roles.push_back({.name = "everybody", .permissions = {config.roles.front().permissions.front()}});
    config.roles.front().permissions.push_back({.uri = "wampd.tap.",
                                                .match = wamp::MatchPolicy::prefix,
                                                .call = true,
                                                .subscribe = true,
                                                .tap = true});
    config::Role watcher = config.roles.front();
    watcher.name = "watcher";
    watcher.permissions.back().tap_payload = true;
    config.roles.push_back(watcher);
    return config;
  }
  // com.add is called so often.
  void work(int calls) {
    Peer& callee = realm.join({}, "user");
    Peer& caller = realm.join({}, "user");
    callee.says(R"([64,1,{},"com.add"])");
    callee.hears();
    for (int i = 1; i <= calls; ++i) {
      caller.says("[48," + std::to_string(i) + R"(,{},"com.add",[1,2]])");
      callee.hears();
      realm.clock().advance(std::chrono::milliseconds(3));
      callee.says("[70," + std::to_string(i) + ",{},[3]]");
      caller.hears();
    }
  }
  void passes_a_second() {
    realm.passes(std::chrono::seconds(1));
    realm.realm().sweep_taps();
  }

  RealmHarness realm{roles()};
};

}  // namespace router
