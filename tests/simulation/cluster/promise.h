// One promise of a cluster, checked on what its nodes do and hear; it sees all of them at once, as nobody
// else does.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulation/cluster/player.h"

namespace cluster_simulation {

// What there is at the moment: by node; null: no process.
struct World {
  const Stage& stage;
  const std::vector<std::unique_ptr<Player>>& players;

  Time now() const { return stage.backplane.now(); }
};

class Promise {
 public:
  // Both outlive it. `name`: as it stands in a journal.
  Promise(std::string_view name, const World& world, Journal& journal)
      : world_(world), name_(name), journal_(journal) {}
  virtual ~Promise() = default;
  Promise(const Promise&) = delete;

  // Some time has passed, or a node has heard something.
  virtual void on_step() {}
  // `to`: where the event goes.
  virtual void on_published(const Player&, const Name& /*topic*/, const std::vector<NodeId>& /*to*/) {}
  // The number is the test's own: 1, 2, 3 from each incarnation to each.
  virtual void on_sent(const NodeId& /*from*/, const NodeId& /*to*/, uint64_t /*number*/) {}
  virtual void on_received(const NodeId& /*from*/, const NodeId& /*to*/, uint64_t /*number*/) {}
  virtual void on_gap(const NodeId& /*from*/, const NodeId& /*to*/, const Missed&) {}
  virtual void on_called(const Player&, CallNumber) {}
  virtual void on_carried_out(const Player&, CallNumber) {}
  virtual void on_ended(const Player&, CallNumber) {}
  virtual void on_refused(const Player&, const Name&, const NameEntry& /*by*/) {}
  // The process ends.
  virtual void on_end(const Player&) {}
  // All has been well for long.
  virtual void at_rest() {}

 protected:
  void require(bool holds, const Player& who, const std::string& what) const {
    if (!holds) journal_.breach(name_, who.name() + " " + what);
  }

  const World& world_;

 private:
  const std::string_view name_;
  Journal& journal_;
};

}  // namespace cluster_simulation
