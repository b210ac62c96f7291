// Which of several nodes a key belongs to: the one with the greatest weight for it (rendezvous hashing), so
// that a node that comes or goes moves no other's keys.
//
// Names are hashed once and not for each pair, so how long they are does not count where nodes are compared.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace router {

// The same on every machine and in every run, unlike std::hash.
uint64_t rendezvous_hash(std::string_view name);

// A key with its hash. Empty: none.
struct RoutingKey {
  RoutingKey() = default;
  explicit RoutingKey(std::string_view key) : text(key), hash(rendezvous_hash(key)) {}
  bool empty() const { return text.empty(); }
  bool operator==(const RoutingKey&) const = default;

  std::string text;
  uint64_t hash = 0;
};

// Of a node for a key, of which these are the hashes.
constexpr uint64_t rendezvous_weight(uint64_t node, uint64_t key) {
  uint64_t weight = node ^ (key * 0x9E3779B97F4A7C15u);
  weight = (weight ^ (weight >> 33)) * 0xFF51AFD7ED558CCDu;
  weight = (weight ^ (weight >> 33)) * 0xC4CEB9FE1A85EC53u;
  return weight ^ (weight >> 33);
}

// Looks for the heaviest of several nodes. Each has a name that orders them: of two with the same weight the
// first one is taken.
template <class Name>
class RendezvousChoice {
 public:
  // `key`: its hash. `none`: what is best if there are no nodes.
  RendezvousChoice(uint64_t key, const Name& none) : key_(key), best_(none) {}

  // `node`: its hash.
  void offer(uint64_t node, const Name& name) {
    const uint64_t weight = rendezvous_weight(node, key_);
    if (has_any_ && (weight < weight_ || (weight == weight_ && !(name < best_)))) return;
    has_any_ = true;
    weight_ = weight;
    best_ = name;
  }
  const Name& best() const { return best_; }

 private:
  const uint64_t key_;
  bool has_any_ = false;
  uint64_t weight_ = 0;
  Name best_;
};

}  // namespace router
