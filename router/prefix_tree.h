// Strings that are prefixes of others: a radix tree of characters. Part of UriIndex.
//
// Holds one untyped pointer per string. The empty string is a prefix of all.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace router {

class PrefixTree {
 public:
  void* find(std::string_view prefix) const;
  void add(std::string_view prefix, void* entry);
  void remove(std::string_view prefix);

  // The entry of the longest prefix of `text`, or null.
  void* longest(std::string_view text) const;

  // visit(entry) for every prefix of `text`, from short to long.
  template <class Visit>
  void match_all(std::string_view text, Visit visit) const {
    for (const Node* node = &root_; node; node = step(*node, text))
      if (node->entry) visit(node->entry);
  }

 private:
  struct Node {
    std::string label;  // the characters from the parent to here; empty in the root only
    void* entry = nullptr;
    std::vector<std::unique_ptr<Node>> children;  // by the first byte of their labels
  };

  // The child of `node` whose whole label begins `text`, which is shortened by it; else null.
  static const Node* step(const Node& node, std::string_view& text);
  static size_t child_position(const Node& node, char first);
  static void split(std::unique_ptr<Node>& node, size_t length);
  static bool remove(Node& node, std::string_view rest);

  Node root_;
};

}  // namespace router
