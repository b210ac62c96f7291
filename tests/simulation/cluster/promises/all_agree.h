// When all has been well for a while: every node has a lease and is ready, all know what each offers, and
// nobody waits for a name.
#pragma once

#include <algorithm>

#include "tests/simulation/cluster/promise.h"

namespace cluster_simulation {

class AllAgree final : public Promise {
 public:
  AllAgree(const World& world, Journal& journal) : Promise("AllAgree", world, journal) {}

  void at_rest() override {
    for (const auto& player : world_.players) {
      if (!player) continue;
      require(player->node().membership().has_lease(player->local_time()), *player, "has no lease");
      require(player->slot() != 0, *player, "has no slot");
      require(player->node().is_ready(player->local_time()), *player, "is not ready");
      for (const auto& [fact, count] : player->offers())
        require(player->was_told(fact), *player, "is not told that all know of " + fact.of.uri);
      for (const Name& name : world_.stage.procedures)
        require(!player->wants(name) || player->granted(name), *player, "waits for " + name.uri);
      for (const auto& other : world_.players)
        if (other && other != player) compare(*player, *other);
    }
  }

 private:
  void compare(const Player& player, const Player& other) const {
    const Node& node = player.node();
    for (const Name& topic : world_.stage.topics) {
      const auto all = node.interested(topic.realm, topic.uri);
      const bool is_interested = std::ranges::find(all, other.node().membership().self()) != all.end();
      const bool wants =
          std::ranges::any_of(other.offers(), [&](const auto& one) { return matches(one.first, topic); });
      require(is_interested == wants, player, "is wrong about who wants " + topic.uri + ": " + other.name());
    }
    for (const Name& name : world_.stage.procedures) {
      const bool is_known = node.callees(name, player.local_time()).contains(other.name());
      require(is_known == other.offers().contains({Fact::Kind::callees, name}), player,
              "is wrong about callees of " + name.uri + " on " + other.name());
    }
  }
  static bool matches(const Fact& fact, const Name& topic) {
    if (fact.kind != Fact::Kind::subscribers) return false;
    const Name& of = fact.of;
    return of.match == wamp::MatchPolicy::exact    ? of.uri == topic.uri
           : of.match == wamp::MatchPolicy::prefix ? topic.uri.starts_with(of.uri)
                                                   : wamp::matches_wildcard(of.uri, topic.uri);
  }
};

}  // namespace cluster_simulation
