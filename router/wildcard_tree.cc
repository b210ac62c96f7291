#include "router/wildcard_tree.h"

#include <cassert>

namespace router {
namespace {

// Takes the first component off `rest`; `at_end` tells afterwards that it was the last one.
std::string_view take_component(std::string_view& rest, bool& at_end) {
  const size_t dot = rest.find('.');
  const std::string_view component = rest.substr(0, dot);
  at_end = dot == std::string_view::npos;
  rest = at_end ? std::string_view() : rest.substr(dot + 1);
  return component;
}

}  // namespace

void* WildcardTree::find(std::string_view pattern) const {
  const Node* node = &root_;
  for (bool at_end = false; node && !at_end;) {
    const std::string_view component = take_component(pattern, at_end);
    if (component.empty()) {
      node = node->wildcard.get();
    } else {
      const auto child = node->literals.find(component);
      node = child == node->literals.end() ? nullptr : child->second.get();
    }
  }
  return node ? node->entry : nullptr;
}

void WildcardTree::add(std::string_view pattern, void* entry) {
  Node* node = &root_;
  for (bool at_end = false; !at_end;) {
    const std::string_view component = take_component(pattern, at_end);
    if (component.empty()) {
      if (!node->wildcard) node->wildcard = std::make_unique<Node>();
      node = node->wildcard.get();
      continue;
    }
    auto child = node->literals.find(component);
    if (child == node->literals.end()) {
      auto fresh = std::make_unique<Node>();
      fresh->component = component;
      const std::string_view key = fresh->component;
      child = node->literals.emplace(key, std::move(fresh)).first;
    }
    node = child->second.get();
  }
  assert(!node->entry);
  node->entry = entry;
}

void WildcardTree::remove(std::string_view pattern) {
  remove(root_, pattern, false);
}

// Returns whether `node` is of no use any more.
bool WildcardTree::remove(Node& node, std::string_view rest, bool at_end) {
  if (at_end) {
    assert(node.entry);
    node.entry = nullptr;
    return node.unused();
  }
  const std::string_view component = take_component(rest, at_end);
  if (component.empty()) {
    if (remove(*node.wildcard, rest, at_end)) node.wildcard.reset();
  } else {
    const auto child = node.literals.find(component);
    if (remove(*child->second, rest, at_end)) node.literals.erase(child);
  }
  return node.unused();
}

template <class Visit>
bool WildcardTree::match(const Node& node, std::string_view rest, bool at_end, Visit& visit) {
  if (at_end) return !node.entry || visit(node.entry);
  const std::string_view component = take_component(rest, at_end);
  if (const auto child = node.literals.find(component); child != node.literals.end())
    if (!match(*child->second, rest, at_end, visit)) return false;
  return !node.wildcard || match(*node.wildcard, rest, at_end, visit);
}

void* WildcardTree::best(std::string_view uri) const {
  void* found = nullptr;
  auto stop_at_first = [&found](void* entry) {
    found = entry;
    return false;
  };
  if (!root_.unused()) match(root_, uri, false, stop_at_first);
  return found;
}

void WildcardTree::match_all(std::string_view uri, const std::function<void(void*)>& visit) const {
  auto all = [&visit](void* entry) {
    visit(entry);
    return true;
  };
  if (!root_.unused()) match(root_, uri, false, all);
}

}  // namespace router
