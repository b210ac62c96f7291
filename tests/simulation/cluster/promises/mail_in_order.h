// Mail comes in the order in which it was sent, and not twice; what does not come is told.
#pragma once

#include <algorithm>
#include <map>
#include <utility>

#include "tests/simulation/cluster/promise.h"

namespace cluster_simulation {

class MailInOrder final : public Promise {
 public:
  MailInOrder(const World& world, Journal& journal) : Promise("MailInOrder", world, journal) {}

  void on_sent(const NodeId& from, const NodeId& to, uint64_t number) override {
    pairs_[{from, to}].sent = number;
  }
  void on_received(const NodeId& from, const NodeId& to, uint64_t number) override {
    Pair& pair = pairs_[{from, to}];
    const Player& who = player(to);
    require(number > pair.received, who, "hears again, or late, from " + as_text(from));
    const uint64_t lost = number - pair.received - 1;
    require(lost <= pair.missed, who, "has missed mail of " + as_text(from) + " without a word");
    pair.missed -= std::min(lost, pair.missed);
    pair.received = number;
  }
  void on_gap(const NodeId& from, const NodeId& to, const Missed& gap) override {
    pairs_[{from, to}].missed += gap.last - gap.first + 1;
  }
  void at_rest() override {
    for (const auto& [ids, pair] : pairs_)
      if (is_there(ids.first) && is_there(ids.second))
        require(pair.received + pair.missed >= pair.sent, player(ids.second),
                "lacks the last mail of " + as_text(ids.first));
  }

 private:
  struct Pair {
    uint64_t sent = 0, received = 0;
    uint64_t missed = 0;  // that have been told of and are not accounted for
  };
  bool is_there(const NodeId& id) const {
    return std::ranges::any_of(world_.players,
                               [&](const auto& one) { return one && one->node().membership().self() == id; });
  }
  const Player& player(const NodeId& id) const {
    return **std::ranges::find_if(world_.players,
                                  [&](const auto& one) { return one && one->name() == id.name; });
  }

  std::map<std::pair<NodeId, NodeId>, Pair> pairs_;
};

}  // namespace cluster_simulation
