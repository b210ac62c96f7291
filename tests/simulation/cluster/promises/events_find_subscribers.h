// After SUBSCRIBED an event that is published on any live node goes to the node of the subscriber; and after
// REGISTERED a caller on any live node finds the callee.
//
// A node is live if the subscriber's node does not suspect it, and it is ready itself.
#pragma once

#include <algorithm>

#include "tests/simulation/cluster/promise.h"

namespace cluster_simulation {

class EventsFindSubscribers final : public Promise {
 public:
  EventsFindSubscribers(const World& world, Journal& journal)
      : Promise("EventsFindSubscribers", world, journal) {}

  void on_published(const Player& publisher, const Name& topic, const std::vector<NodeId>& to) override {
    for (const auto& player : world_.players) {
      if (!player || !is_live(publisher, *player)) continue;
      const NodeId& self = player->node().membership().self();
      const bool is_found = std::ranges::find(to, self) != to.end();
      require(is_found || !wants(*player, topic), publisher,
              "publishes " + topic.uri + " past " + as_text(self));
      for (const Name& name : world_.stage.procedures) {
        if (!player->was_told({Fact::Kind::callees, name})) continue;
        const auto callees = publisher.node().callees(name, publisher.local_time());
        const bool is_suspect = is_suspected(*player, publisher);
        require(is_suspect || callees.contains(self.name), publisher,
                "does not know " + as_text(self) + " as callee of " + name.uri);
      }
    }
  }

 private:
  bool is_live(const Player& publisher, const Player& subscriber) const {
    const NodeId& other = subscriber.node().membership().self();
    return &publisher != &subscriber && world_.stage.backplane.is_current(other) &&
           publisher.node().is_ready(publisher.local_time()) &&
           subscriber.node().is_live(publisher.node().membership().self(), subscriber.local_time());
  }
  static bool is_suspected(const Player& one, const Player& by) {
    const auto* const peer = by.node().membership().peer(one.node().membership().self());
    return peer && by.node().membership().is_suspect(*peer, by.local_time());
  }
  static bool wants(const Player& player, const Name& topic) {
    for (const auto& [fact, count] : player.offers()) {
      if (fact.kind != Fact::Kind::subscribers || !player.was_told(fact)) continue;
      const Name& of = fact.of;
      const bool matches = of.match == wamp::MatchPolicy::exact ? of.uri == topic.uri
                           : of.match == wamp::MatchPolicy::prefix
                               ? topic.uri.starts_with(of.uri)
                               : wamp::matches_wildcard(of.uri, topic.uri);
      if (matches) return true;
    }
    return false;
  }
};

}  // namespace cluster_simulation
