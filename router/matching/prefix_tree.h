// Strings that are prefixes of others: a radix tree of characters. Part of UriIndex.
//
// Holds one untyped pointer per string. The empty string is a prefix of all. Costs the length of the string
// or text; and nothing here recurses, as a client can make the tree as deep as URIs may be long.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace router {

class PrefixTree {
 public:
  PrefixTree() = default;
  ~PrefixTree();
  PrefixTree(const PrefixTree&) = delete;
  PrefixTree& operator=(const PrefixTree&) = delete;

  void* find(std::string_view prefix) const;
  // Precondition: find(prefix) is null.
  void add(std::string_view prefix, void* entry);
  // Precondition: find(prefix) is not null. Needs no memory.
  void remove(std::string_view prefix) noexcept;

  // The entry of the longest prefix of `text`, or null.
  void* longest(std::string_view text) const;

  // visit(entry) for every prefix of `text`, from short to long.
  template <class Visit>
  void match_all(std::string_view text, Visit visit) const {
    for (const Node* node = &root_; node; node = step(*node, text))
      if (node->entry) visit(node->entry);
  }

 private:
  // All but the root have an entry, or more than one child, or one child that there was no memory to join
  // with.
  struct Node {
    std::string label;  // the characters from the parent to here; empty in the root only
    void* entry = nullptr;
    std::string firsts;  // of the children's labels, in order: a search touches no other child
    std::vector<std::unique_ptr<Node>> children;
  };
  using Place = std::unique_ptr<Node>;  // where the parent holds a node

  // The child of `node` whose whole label begins `text`, which is shortened by it; else null.
  static const Node* step(const Node& node, std::string_view& text);
  // The place of the child whose label begins with `first`, or null.
  static Place* child(Node& node, char first);
  static void add_child(Node& node, std::unique_ptr<Node> child);
  static void remove_child(Node& node, char first);
  // Puts a node in between, which has the first `length` characters of the label and the old node as its
  // child.
  static void split(Place& place, size_t length);
  static void join_with_only_child(Place& place) noexcept;

  Node root_;
};

}  // namespace router
