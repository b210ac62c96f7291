// When all has been well for longer than a lease: who is refused a name is refused for somebody who wants it.
#pragma once

#include "tests/simulation/cluster/promise.h"

namespace cluster_simulation {

class NamesAreFree final : public Promise {
 public:
  NamesAreFree(const World& world, Journal& journal) : Promise("NamesAreFree", world, journal) {}

  void at_rest() override { is_rest_ = true; }
  void on_refused(const Player& who, const Name& name, const NameEntry&) override {
    if (!is_rest_) return;
    for (const auto& player : world_.players)
      if (player && player.get() != &who && player->wants(name)) return;
    require(false, who, "is refused " + name.uri + ", which nobody wants");
  }

 private:
  bool is_rest_ = false;
};

}  // namespace cluster_simulation
