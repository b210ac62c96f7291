// Which of many topics a wildcard pattern matches. Part of RetainedEvents, behind the realm's lock.
//
// Of each topic it has a byte of hash for each component, those of 64 topics of as many components beside
// each other. A search compares 64 at a time, at the places where the pattern is literal, and what is left
// with the pattern itself. So it costs a short step for 64 topics and a literal place, and what it finds,
// whatever stands in the topics. An index of components is quicker for most patterns, and for some it looks
// at every topic.
//
// Holds pointers to what it does not own.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string_view>
#include <vector>

namespace router::broker {

struct RetainedTopic;

class TopicTable {
 public:
  // `name` stays where it is until the topic is removed. Returns its place, for remove().
  size_t add(std::string_view name, RetainedTopic* topic);
  void remove(std::string_view name, size_t place);

  // visit(topic) for each that the pattern matches, in no order, until it returns false.
  void for_each_match(std::string_view pattern, const std::function<bool(RetainedTopic&)>& visit) const;

 private:
  static constexpr size_t block_size = 64;
  struct Block {
    std::array<RetainedTopic*, block_size> topics{};  // null: a free place
    std::array<std::string_view, block_size> names;
    std::vector<uint8_t> hashes;  // those of all topics' first components, then of their second ones, ...
  };
  // The topics of one number of components.
  struct Table {
    std::deque<Block> blocks;
    std::vector<size_t> free_places;
    size_t topics = 0;
  };

  std::map<size_t, Table> tables_;
};

}  // namespace router::broker
