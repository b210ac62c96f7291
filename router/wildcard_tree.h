// Wildcard patterns ("com.myapp..create"): a tree of URI components. Part of UriIndex.
//
// An empty component of a pattern stands for exactly one component of a URI. Holds one untyped pointer per
// pattern.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace router {

class WildcardTree {
 public:
  void* find(std::string_view pattern) const;
  void add(std::string_view pattern, void* entry);
  void remove(std::string_view pattern);

  // The entry of the best matching pattern, or null: of two patterns the one that is literal where they first
  // differ, which is the specification's "longest portion of components matched before each wildcard".
  void* best(std::string_view uri) const;

  // visit(entry) for every pattern that matches, the best first.
  void match_all(std::string_view uri, const std::function<void(void*)>& visit) const;

 private:
  struct Node {
    void* entry = nullptr;
    std::unique_ptr<Node> wildcard;
    // Keys are views of the children's own `component`, which stays where it is.
    std::unordered_map<std::string_view, std::unique_ptr<Node>> literals;
    std::string component;

    bool unused() const { return !entry && !wildcard && literals.empty(); }
  };

  // visit returns whether to go on; so does match.
  template <class Visit>
  static bool match(const Node& node, std::string_view rest, bool at_end, Visit& visit);
  static bool remove(Node& node, std::string_view rest, bool at_end);

  Node root_;
};

}  // namespace router
