// An exclusive name has one owner at any time, and all who have a shared one have it by the same policy.
#pragma once

#include <optional>

#include "tests/simulation/cluster/promise.h"

namespace cluster_simulation {

class OneOwner final : public Promise {
 public:
  OneOwner(const World& world, Journal& journal) : Promise("OneOwner", world, journal) {}

  void on_step() override {
    for (const Name& name : world_.stage.procedures) {
      const Player* first = nullptr;
      for (const auto& player : world_.players) {
        if (!player || !player->may_serve(name)) continue;
        if (first) compare(*first, *player, name);
        first = player.get();
      }
    }
  }

 private:
  void compare(const Player& one, const Player& other, const Name& name) const {
    const std::optional<Policy> policy = one.granted(name);
    require(policy == other.granted(name), one,
            "and " + other.name() + " have " + name.uri + " by different policies");
    require(policy != Policy::single, one, "and " + other.name() + " both own " + name.uri);
  }
};

}  // namespace cluster_simulation
