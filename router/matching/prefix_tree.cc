#include "router/matching/prefix_tree.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "transport/memory/has_memory_for.h"

namespace router {

PrefixTree::~PrefixTree() {
  std::vector<Place> left = std::move(root_.children);
  while (!left.empty()) {
    const std::unique_ptr<Node> node = std::move(left.back());
    left.pop_back();
    for (Place& child : node->children) left.push_back(std::move(child));
  }
}

PrefixTree::Place* PrefixTree::child(Node& node, char first) {
  const auto found = std::lower_bound(node.firsts.begin(), node.firsts.end(), first);
  if (found == node.firsts.end() || *found != first) return nullptr;
  return &node.children[static_cast<size_t>(found - node.firsts.begin())];
}

void PrefixTree::add_child(Node& node, std::unique_ptr<Node> child) {
  const char first = child->label.front();
  // Both, or none.
  node.firsts.reserve(node.firsts.size() + 1);
  const auto at = std::lower_bound(node.firsts.begin(), node.firsts.end(), first);
  node.children.insert(node.children.begin() + (at - node.firsts.begin()), std::move(child));
  node.firsts.insert(at, first);
}

void PrefixTree::remove_child(Node& node, char first) {
  const auto at = std::lower_bound(node.firsts.begin(), node.firsts.end(), first);
  node.children.erase(node.children.begin() + (at - node.firsts.begin()));
  node.firsts.erase(at);
}

const PrefixTree::Node* PrefixTree::step(const Node& node, std::string_view& text) {
  if (text.empty()) return nullptr;
  const Place* found = child(const_cast<Node&>(node), text.front());
  if (!found || !text.starts_with((*found)->label)) return nullptr;
  text.remove_prefix((*found)->label.size());
  return found->get();
}

void* PrefixTree::find(std::string_view prefix) const {
  const Node* node = &root_;
  while (node && !prefix.empty()) node = step(*node, prefix);
  return node ? node->entry : nullptr;
}

void* PrefixTree::longest(std::string_view text) const {
  void* entry = nullptr;
  match_all(text, [&entry](void* longer) { entry = longer; });
  return entry;
}

void PrefixTree::split(Place& place, size_t length) {
  auto upper = std::make_unique<Node>();
  upper->label = place->label.substr(0, length);
  upper->firsts = place->label[length];
  upper->children.reserve(1);
  // From here on nothing can fail.
  place->label.erase(0, length);
  upper->children.push_back(std::move(place));
  place = std::move(upper);
}

void PrefixTree::join_with_only_child(Place& place) noexcept {
  Node& only = *place->children.front();
  if (!transport::has_memory_for([&] { only.label.insert(0, place->label); })) return;
  std::unique_ptr<Node> lower = std::move(place->children.front());
  place = std::move(lower);
}

void PrefixTree::add(std::string_view prefix, void* entry) {
  Node* node = &root_;
  while (!prefix.empty()) {
    Place* const place = child(*node, prefix.front());
    if (!place) {
      auto leaf = std::make_unique<Node>();
      leaf->label = prefix;
      Node* const added = leaf.get();
      add_child(*node, std::move(leaf));
      node = added;
      break;
    }
    const std::string& label = (*place)->label;
    const auto end = std::mismatch(label.begin(), label.end(), prefix.begin(), prefix.end()).first;
    const auto common = static_cast<size_t>(end - label.begin());
    if (common < label.size()) split(*place, common);
    prefix.remove_prefix(common);
    node = place->get();
  }
  assert(!node->entry);
  node->entry = entry;
}

void PrefixTree::remove(std::string_view prefix) noexcept {
  // The last node above that stays whatever becomes of this one, and the way down from there.
  Node* above = nullptr;
  Place* above_place = nullptr;
  char first = 0;
  Place* place = nullptr;  // none of the root
  Node* node = &root_;
  while (!prefix.empty()) {
    if (!place || node->entry || node->children.size() > 1) {
      above = node;
      above_place = place;
      first = prefix.front();
    }
    place = child(*node, prefix.front());
    node = place->get();
    prefix.remove_prefix(node->label.size());
  }
  assert(node->entry);
  node->entry = nullptr;
  if (!place || node->children.size() > 1) return;
  if (node->children.size() == 1) return join_with_only_child(*place);
  remove_child(*above, first);
  if (above_place && !above->entry && above->children.size() == 1) join_with_only_child(*above_place);
}

}  // namespace router
