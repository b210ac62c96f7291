// Which nodes want which topics: 64-bit hashes of the topics, and a set of nodes for each.
//
// Made for a million of topics: 16 bytes for each place, of which half are in use or more, so 32 MB.
// (Of IdMap's at most half are in use.) It consists of many small tables, so that none takes long to
// grow. A topic is not kept itself: of a million topics two have the same hash once in 37 million clusters.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace router::cluster {

// A bit for each node, by its place in a table of nodes.
using NodeSet = uint64_t;
constexpr size_t most_nodes = 64;

class TopicTable {
 public:
  // The hash's bits are all good.
  NodeSet find(uint64_t hash) const {
    const Part& part = part_of(hash);
    if (part.slots.empty()) return 0;
    for (size_t at = home(part, hash); part.slots[at].nodes != 0; at = next(part, at))
      if (part.slots[at].hash == hash) return part.slots[at].nodes;
    return 0;
  }

  void add(uint64_t hash, NodeSet nodes) {
    if (nodes == 0) return;
    Part& part = part_of(hash);
    if ((part.used + 1) * 4 > part.slots.size() * 3)
      resize(part, part.slots.size() + part.slots.size() / 2 + 8);
    Slot& slot = place(part, hash);
    if (slot.nodes == 0) ++part.used;
    slot = {hash, slot.nodes | nodes};
  }

  void remove(uint64_t hash, NodeSet nodes) {
    Part& part = part_of(hash);
    if (part.slots.empty()) return;
    Slot& slot = place(part, hash);
    if (slot.nodes == 0) return;
    slot.nodes &= ~nodes;
    if (slot.nodes != 0) return;
    close_gap(part, static_cast<size_t>(&slot - part.slots.data()));
    if (--part.used * 4 < part.slots.size()) resize(part, part.used * 2);
  }

  // Of all topics. A node that is gone: costs the length of the table.
  void remove_everywhere(NodeSet nodes) {
    for (Part& part : parts_) {
      part.used = 0;
      for (Slot& slot : part.slots)
        if ((slot.nodes &= ~nodes) != 0) ++part.used;
      resize(part, part.used * 2);
    }
  }

  size_t size() const {
    size_t all = 0;
    for (const Part& part : parts_) all += part.used;
    return all;
  }
  size_t bytes() const {
    size_t all = sizeof(*this);
    for (const Part& part : parts_) all += part.slots.capacity() * sizeof(Slot);
    return all;
  }

 private:
  struct Slot {
    uint64_t hash = 0;
    NodeSet nodes = 0;  // none: the place is free
  };
  struct Part {
    std::vector<Slot> slots;
    size_t used = 0;
  };
  static constexpr size_t part_bits = 10;

  Part& part_of(uint64_t hash) { return parts_[hash >> (64 - part_bits)]; }
  const Part& part_of(uint64_t hash) const { return parts_[hash >> (64 - part_bits)]; }
  // The lower half of the hash as a fraction of the part's length, which is any number.
  static size_t home(const Part& part, uint64_t hash) {
    return static_cast<size_t>(((hash & UINT32_MAX) * part.slots.size()) >> 32);
  }
  static size_t next(const Part& part, size_t at) { return at + 1 == part.slots.size() ? 0 : at + 1; }

  // Where it is, or is to be.
  static Slot& place(Part& part, uint64_t hash) {
    size_t at = home(part, hash);
    while (part.slots[at].nodes != 0 && part.slots[at].hash != hash) at = next(part, at);
    return part.slots[at];
  }

  static void resize(Part& part, size_t slots) {
    std::vector<Slot> former = std::exchange(part.slots, std::vector<Slot>(slots));
    for (const Slot& slot : former)
      if (slot.nodes != 0) place(part, slot.hash) = slot;
  }

  // Moves back what was displaced past the gap, so that no search ends too early.
  static void close_gap(Part& part, size_t gap) {
    for (size_t at = next(part, gap); part.slots[at].nodes != 0; at = next(part, at)) {
      const size_t wanted = home(part, part.slots[at].hash);
      const bool may_stay = gap <= at ? (gap < wanted && wanted <= at) : (gap < wanted || wanted <= at);
      if (may_stay) continue;
      part.slots[gap] = part.slots[at];
      gap = at;
    }
    part.slots[gap] = Slot{};
  }

  std::array<Part, size_t{1} << part_bits> parts_;
};

}  // namespace router::cluster
