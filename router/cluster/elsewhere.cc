#include "router/cluster/elsewhere.h"

#include <algorithm>
#include <bit>

namespace router::cluster {

void Elsewhere::add(const NodeId& node) {
  const auto free = std::ranges::find(places_, std::optional<NodeId>());
  if (free == places_.end())
    without_place_.insert(node);
  else
    *free = node;
}

void Elsewhere::remove(const NodeId& node) {
  forget(node);
  without_place_.erase(node);
  std::ranges::replace(places_, std::optional(node), std::optional<NodeId>());
}

NodeSet Elsewhere::place_of(const NodeId& node) const {
  for (size_t at = 0; at < places_.size(); ++at)
    if (places_[at] == node) return NodeSet{1} << at;
  return 0;
}

void Elsewhere::on_changes(const NodeId& of, const std::vector<Change>& changes) {
  const NodeSet place = place_of(of);
  for (const auto& [fact, count] : changes) {
    const auto& [realm, uri, match] = fact.of;
    if (fact.kind == Fact::Kind::subscribers) {
      if (place == 0) continue;
      if (count > 0)
        interest_[realm].add(uri, match, place);
      else
        interest_[realm].remove(uri, match, place);
    } else if (count > 0) {
      callees_[fact.of][of.name] = count;
    } else if (const auto found = callees_.find(fact.of); found != callees_.end()) {
      found->second.erase(of.name);
      if (found->second.empty()) callees_.erase(found);
    }
  }
}

void Elsewhere::on_all(const NodeId& of, const std::vector<Change>& all) {
  forget(of);
  on_changes(of, all);
}

void Elsewhere::forget(const NodeId& node) {
  for (auto& [realm, interest] : interest_) interest.remove_everywhere(place_of(node));
  for (auto& [name, nodes] : callees_) nodes.erase(node.name);
  std::erase_if(callees_, [](const auto& one) { return one.second.empty(); });
}

std::vector<NodeId> Elsewhere::interested(std::string_view realm, std::string_view topic) const {
  std::vector<NodeId> all(without_place_.begin(), without_place_.end());
  const auto found = interest_.find(realm);
  if (found == interest_.end()) return all;
  for (NodeSet nodes = found->second.nodes(topic); nodes != 0; nodes &= nodes - 1)
    all.push_back(*places_[static_cast<size_t>(std::countr_zero(nodes))]);
  return all;
}

std::map<NodeName, uint32_t> Elsewhere::callees(const Name& name) const {
  const auto found = callees_.find(name);
  return found == callees_.end() ? std::map<NodeName, uint32_t>() : found->second;
}

}  // namespace router::cluster
