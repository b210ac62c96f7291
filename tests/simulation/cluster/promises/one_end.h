// A call is carried out once at most, and ends once; soon, if the callee's node is lost.
#pragma once

#include <map>
#include <set>

#include "tests/simulation/cluster/promise.h"

namespace cluster_simulation {

class OneEnd final : public Promise {
 public:
  OneEnd(const World& world, Journal& journal) : Promise("OneEnd", world, journal) {}

  void on_called(const Player&, CallNumber call) override { open_.insert(call); }
  void on_carried_out(const Player& callee, CallNumber call) override {
    require(done_.insert(call).second, callee, "carries call " + std::to_string(call) + " out again");
  }
  void on_ended(const Player& caller, CallNumber call) override {
    require(open_.erase(call) == 1, caller, "hears of call " + std::to_string(call) + " again");
  }
  void on_end(const Player& player) override {
    lost_at_[player.name()] = world_.now();
    for (const auto& [number, call] : player.calls()) open_.erase(number);
  }

  void on_step() override {
    for (const auto& player : world_.players) {
      if (!player || !player->is_awake()) continue;
      for (const auto& [number, call] : player->calls()) {
        const auto lost = lost_at_.find(call.to.name);
        if (lost == lost_at_.end() || is_there(call.to)) continue;
        const Time since = std::max({lost->second, call.at, player->awake_since()});
        require(world_.now() - since < soon, *player, "waits for " + as_text(call.to) + ", which is lost");
      }
    }
  }
  void at_rest() override {
    for (const auto& player : world_.players)
      if (player) require(player->calls().empty(), *player, "has calls that never end");
  }

 private:
  // The design's two seconds, a clock that goes 1 % slower, and the rest of a turn.
  static constexpr milliseconds soon{2'700};

  bool is_there(const NodeId& id) const {
    for (const auto& player : world_.players)
      if (player && player->name() == id.name) return true;
    return false;
  }

  std::set<CallNumber> open_, done_;
  std::map<NodeName, Time> lost_at_;
};

}  // namespace cluster_simulation
