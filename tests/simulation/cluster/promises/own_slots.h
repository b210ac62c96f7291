// What session ids begin with is given by one node at any time.
#pragma once

#include <map>
#include <string>

#include "tests/simulation/cluster/promise.h"

namespace cluster_simulation {

class OwnSlots final : public Promise {
 public:
  OwnSlots(const World& world, Journal& journal) : Promise("OwnSlots", world, journal) {}

  void on_step() override {
    std::map<Slot, const Player*> by_slot;
    for (const auto& player : world_.players) {
      const Slot slot = player ? player->slot() : Slot{0};
      if (slot == 0) continue;
      const auto [other, is_first] = by_slot.emplace(slot, player.get());
      require(is_first, *player, "and " + other->second->name() + " have slot " + std::to_string(slot));
    }
  }
};

}  // namespace cluster_simulation
