#include "router/matching/wildcard_table.h"

#include <algorithm>
#include <cassert>
#include <iterator>

#include "router/tables/seeded_hash.h"
#include "wamp/uri.h"

namespace router {
namespace {

// Whether there may be more shapes of so many components than a bound allows.
bool are_scarce(size_t components, uint32_t bound) {
  return components >= 32 || (uint64_t{1} << components) > bound;
}

uint64_t hash_of(std::string_view component, size_t place) {
  return seeded_hash(seeded_hash(component) + place);
}

uint64_t sum_of_literals(std::string_view pattern) {
  uint64_t sum = 0;
  wamp::for_each_component(pattern, [&sum](std::string_view component, size_t place) {
    if (!component.empty()) sum += hash_of(component, place);
  });
  return sum;
}

}  // namespace

// The hashes of a URI's components at their places; their sums are the hashes of patterns.
class WildcardTable::Components {
 public:
  Components(std::string_view uri, size_t count) {
    hashes_.reserve(count);
    wamp::for_each_component(uri, [this](std::string_view component, size_t place) {
      hashes_.push_back(hash_of(component, place));
      sum_ += hashes_.back();
    });
  }
  uint64_t sum_of_literals(const std::vector<uint32_t>& wildcards) const {
    uint64_t sum = sum_;
    for (const uint32_t place : wildcards) sum -= hashes_[place];
    return sum;
  }

 private:
  std::vector<uint64_t> hashes_;
  uint64_t sum_ = 0;
};

void WildcardTable::read_shape(std::string_view pattern, ShapeKey& key) {
  key.wildcards.clear();
  wamp::for_each_component(pattern, [&key](std::string_view component, size_t place) {
    if (component.empty()) key.wildcards.push_back(static_cast<uint32_t>(place));
    key.components = place + 1;
  });
}

WildcardTable::ShapeKey WildcardTable::shape_of(std::string_view pattern) {
  ShapeKey key;
  read_shape(pattern, key);
  return key;
}

bool WildcardTable::ShapeKey::operator<(const ShapeKey& other) const {
  if (components != other.components) return components < other.components;
  return std::lexicographical_compare(wildcards.begin(), wildcards.end(), other.wildcards.begin(),
                                      other.wildcards.end(), std::greater<>());
}

const WildcardTable::Pattern* WildcardTable::find(const Shapes::value_type& shape, std::string_view uri,
                                                  const Components& components) const {
  const Shape* of_shape = &shape.second;
  return patterns_.find(components.sum_of_literals(shape.first.wildcards) + of_shape->salt,
                        [&](const Pattern& pattern) {
                          return pattern.shape == of_shape && wamp::matches_wildcard(pattern.text, uri);
                        });
}

void* WildcardTable::find(std::string_view pattern) const {
  if (shapes_.empty()) return nullptr;
  const auto shape = shapes_.find(shape_of(pattern));
  if (shape == shapes_.end()) return nullptr;
  const Pattern* found = find(*shape, pattern, Components(pattern, shape->first.components));
  return found ? found->entry : nullptr;
}

void WildcardTable::add(std::string_view pattern, void* entry, uint64_t owner) {
  ShapeKey wanted = shape_of(pattern);
  space_.wildcards.reserve(wanted.wildcards.size());
  const auto [shape, is_new] = shapes_.try_emplace(std::move(wanted));
  if (is_new) shape->second = {seeded_hash(++last_shape_), owner, 0};
  try {
    patterns_.add(sum_of_literals(pattern) + shape->second.salt,
                  {std::string(pattern), &shape->second, entry});
  } catch (...) {
    if (is_new) shapes_.erase(shape);
    throw;
  }
  ++shape->second.patterns;
}

void WildcardTable::remove(std::string_view pattern) noexcept {
  read_shape(pattern, space_);
  const auto shape = shapes_.find(space_);
  patterns_.remove(sum_of_literals(pattern) + shape->second.salt, [&](const Pattern& other) {
    return other.shape == &shape->second && other.text == pattern;
  });
  if (--shape->second.patterns == 0) shapes_.erase(shape);
}

std::optional<std::string> WildcardTable::refusal(std::string_view pattern, uint64_t owner,
                                                  const ShapeLimits& limits) const {
  ShapeKey key = shape_of(pattern);
  if (key.wildcards.size() <= 1 || !are_scarce(key.components, limits.in_all) || shapes_.contains(key))
    return std::nullopt;
  uint32_t in_all = 0, of_owner = 0;
  for (auto at = shapes_.lower_bound({key.components, {}});
       at != shapes_.end() && at->first.components == key.components; ++at) {
    if (at->first.wildcards.size() <= 1) continue;
    ++in_all;
    if (at->second.owner == owner) ++of_owner;
  }
  const auto text = [&](uint32_t count, const char* whose) {
    return whose + std::to_string(count) + " shapes of wildcard patterns of " +
           std::to_string(key.components) +
           " components, the most that are allowed: use a pattern with the wildcards in the same places as "
           "another one has, or with a single one";
  };
  if (in_all >= limits.in_all) return text(in_all, "the realm has ");
  if (of_owner >= limits.of_one_owner) return text(of_owner, "this session has brought ");
  return std::nullopt;
}

template <class Visit>
void WildcardTable::match(std::string_view uri, const Visit& visit) const {
  if (shapes_.empty()) return;
  const size_t count = wamp::component_count(uri);
  auto at = shapes_.lower_bound({count, {}});
  if (at == shapes_.end() || at->first.components != count) return;
  const Components components(uri, count);
  for (; at != shapes_.end() && at->first.components == count; ++at)
    if (const Pattern* found = find(*at, uri, components); found && !visit(found->entry)) return;
}

void* WildcardTable::best(std::string_view uri) const {
  void* best = nullptr;
  match(uri, [&best](void* entry) {
    best = entry;
    return false;
  });
  return best;
}

void WildcardTable::match_all(std::string_view uri, const std::function<void(void*)>& visit) const {
  match(uri, [&visit](void* entry) {
    visit(entry);
    return true;
  });
}

}  // namespace router
