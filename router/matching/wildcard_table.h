// Wildcard patterns ("com.myapp..create"), by their shapes. Part of UriIndex.
//
// An empty component of a pattern stands for exactly one component of a URI. A pattern's shape is how many
// components it has and which of them are empty. A URI can match one pattern of each shape: the one that has
// the URI's own components at its literal places. So a match is one look-up for each shape that has as many
// components as the URI, however many patterns there are and whatever stands in them. A tree of components
// costs less for some sets, and for others it visits a path for each way to mix literals and wildcards; no
// structure is known that is small and quick for all sets
// ("partial match"). So the number of shapes has a bound, see ShapeLimits.
//
// Holds one untyped pointer per pattern.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "router/tables/linear_hash_table.h"

namespace router {

// How many shapes of one number of components there may be. Shapes with a single wildcard do not count, as
// there are no more of them than components. Of nine components there are 512 shapes, so with such a bound
// patterns of up to nine are never refused.
struct ShapeLimits {
  uint32_t in_all = 0;
  uint32_t of_one_owner = 0;
};

class WildcardTable {
 public:
  void* find(std::string_view pattern) const;
  // Precondition: find(pattern) is null. `owner`: who brings its shape, if it is a new one.
  void add(std::string_view pattern, void* entry, uint64_t owner);
  // Precondition: find(pattern) is not null. Needs no memory.
  void remove(std::string_view pattern) noexcept;

  // Why `owner` must not add this pattern, for people; none: it may.
  std::optional<std::string> refusal(std::string_view pattern, uint64_t owner,
                                     const ShapeLimits& limits) const;

  // The entry of the best matching pattern, or null: of two patterns the one that is literal where they first
  // differ, which is the specification's "longest portion of components matched before each wildcard".
  void* best(std::string_view uri) const;

  // visit(entry) for every pattern that matches, the best first.
  void match_all(std::string_view uri, const std::function<void(void*)>& visit) const;

 private:
  struct ShapeKey {
    size_t components = 0;
    std::vector<uint32_t> wildcards;  // their places, from 0

    // By number of components, then the best first: the one that is literal where they first differ.
    bool operator<(const ShapeKey& other) const;
  };
  struct Shape {
    uint64_t salt = 0;  // of the hashes of its patterns
    uint64_t owner = 0;
    size_t patterns = 0;
  };
  using Shapes = std::map<ShapeKey, Shape>;
  struct Pattern {
    std::string text;
    const Shape* shape;
    void* entry;
  };
  class Components;

  static void read_shape(std::string_view pattern, ShapeKey& key);
  static ShapeKey shape_of(std::string_view pattern);
  // The pattern of that shape that matches; for a pattern of that shape, itself.
  const Pattern* find(const Shapes::value_type& shape, std::string_view uri,
                      const Components& components) const;
  // visit returns whether to go on.
  template <class Visit>
  void match(std::string_view uri, const Visit& visit) const;

  Shapes shapes_;
  ShapeKey space_;  // for the shape of any of them, when it is removed
  uint64_t last_shape_ = 0;
  LinearHashTable<Pattern> patterns_;
};

}  // namespace router
