#include "router/prefix_tree.h"

#include <algorithm>
#include <cassert>

namespace router {

size_t PrefixTree::child_position(const Node& node, char first) {
  const auto found =
      std::lower_bound(node.children.begin(), node.children.end(), first,
                       [](const std::unique_ptr<Node>& child, char c) { return child->label.front() < c; });
  return static_cast<size_t>(found - node.children.begin());
}

const PrefixTree::Node* PrefixTree::step(const Node& node, std::string_view& text) {
  if (text.empty()) return nullptr;
  const size_t at = child_position(node, text.front());
  if (at == node.children.size() || !text.starts_with(node.children[at]->label)) return nullptr;
  text.remove_prefix(node.children[at]->label.size());
  return node.children[at].get();
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

// Puts a node in between: `node` keeps the first `length` characters of the label, its old self becomes the
// child.
void PrefixTree::split(std::unique_ptr<Node>& node, size_t length) {
  auto upper = std::make_unique<Node>();
  upper->label = node->label.substr(0, length);
  node->label.erase(0, length);
  upper->children.push_back(std::move(node));
  node = std::move(upper);
}

void PrefixTree::add(std::string_view prefix, void* entry) {
  Node* node = &root_;
  while (!prefix.empty()) {
    const size_t at = child_position(*node, prefix.front());
    if (at == node->children.size() || node->children[at]->label.front() != prefix.front()) {
      auto leaf = std::make_unique<Node>();
      leaf->label = prefix;
      node =
          node->children.insert(node->children.begin() + static_cast<ptrdiff_t>(at), std::move(leaf))->get();
      break;
    }
    std::unique_ptr<Node>& child = node->children[at];
    const auto [end, unused] =
        std::mismatch(child->label.begin(), child->label.end(), prefix.begin(), prefix.end());
    const auto common = static_cast<size_t>(end - child->label.begin());
    if (common < child->label.size()) split(child, common);
    prefix.remove_prefix(common);
    node = child.get();
  }
  assert(!node->entry);
  node->entry = entry;
}

void PrefixTree::remove(std::string_view prefix) {
  remove(root_, prefix);
}

// Returns whether `node` is of no use any more. A node with one child and no entry is joined with the child.
bool PrefixTree::remove(Node& node, std::string_view rest) {
  if (rest.empty()) {
    assert(node.entry);
    node.entry = nullptr;
  } else {
    const size_t at = child_position(node, rest.front());
    std::unique_ptr<Node>& child = node.children[at];
    if (remove(*child, rest.substr(child->label.size())))
      node.children.erase(node.children.begin() + static_cast<ptrdiff_t>(at));
    else if (!child->entry && child->children.size() == 1) {
      child->children.front()->label.insert(0, child->label);
      child = std::unique_ptr<Node>(std::move(child->children.front()));
    }
  }
  return !node.entry && node.children.empty();
}

}  // namespace router
