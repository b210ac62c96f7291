// What other nodes offer, as whoever routes asks for it: who wants an event, who has callees.
//
// There are places for 64 nodes; one above that is taken for interested in everything. One thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "router/cluster/facts.h"
#include "router/cluster/interest/interest.h"

namespace router::cluster {

class Elsewhere final : public FactsReceiver {
 public:
  void add(const NodeId& node);
  // With all that it offers.
  void remove(const NodeId& node);

  // Of nodes that are there.
  void on_changes(const NodeId& of, const std::vector<Change>& changes) override;
  void on_all(const NodeId& of, const std::vector<Change>& all) override;
  void on_facts_gap(const NodeId&) override { ++gaps_; }

  std::vector<NodeId> interested(std::string_view realm, std::string_view topic) const;
  // How many callees on which node.
  std::map<NodeName, uint32_t> callees(const Name& name) const;
  // So often facts did not come.
  uint64_t gaps() const { return gaps_; }

 private:
  void forget(const NodeId& node);
  NodeSet place_of(const NodeId& node) const;

  std::array<std::optional<NodeId>, most_nodes> places_;
  std::set<NodeId> without_place_;
  std::map<std::string, Interest, std::less<>> interest_;  // by realm
  std::map<Name, std::map<NodeName, uint32_t>> callees_;
  uint64_t gaps_ = 0;
};

}  // namespace router::cluster
