// A hash map from a non-zero integer to a value: open addressing, linear probing, no allocation per entry.
//
// Made for the tables that change twice per call. Clients may choose the ids, so it hashes them with a key.
// Pointers and references to values are valid until the next insert or erase.
#pragma once

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "router/seeded_hash.h"
#include "transport/account.h"
#include "transport/allocated.h"

namespace router {

template <class Value>
class IdMap {
 public:
  IdMap() = default;
  // `charge` pays for the table and for what stands elsewhere for each entry there is room for, of so many
  // bytes.
  explicit IdMap(transport::Charge charge, size_t bytes_elsewhere = 0)
      : charge_(std::move(charge)), bytes_elsewhere_(bytes_elsewhere) {}

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  Value* find(uint64_t id) {
    const size_t at = position(id);
    return at == none ? nullptr : &slots_[at].value;
  }
  const Value* find(uint64_t id) const { return const_cast<IdMap*>(this)->find(id); }

  // Precondition: id is not 0 and not there yet.
  Value& insert(uint64_t id, Value value) {
    assert(id != 0 && !find(id));
    // Half of the places stay empty, as few entries are then away from home.
    if ((size_ + 1) * 2 > slots_.size()) resize(slots_.empty() ? 8 : slots_.size() * 2);
    ++size_;
    return place(id, std::move(value));
  }

  // The value that was there, or a default-constructed one.
  Value take(uint64_t id) {
    const size_t at = position(id);
    if (at == none) return Value();
    Value value = std::move(slots_[at].value);
    close_gap(at);
    if (--size_ * 8 < slots_.size() && slots_.size() > 64) resize(slots_.size() / 2);
    return value;
  }

  void clear() {
    slots_ = {};
    size_ = 0;
    charge_.set(0);
  }

  bool erase(uint64_t id) {
    const size_t before = size_;
    take(id);
    return size_ != before;
  }

  // visit(id, value&) for a part of them; returns where to go on, and 0 if that was all. The map may change
  // between the parts: what is there all the time is visited once. `from`: 0, or what was returned.
  template <class Visit>
  uint64_t visit_some(uint64_t from, Visit visit) const {
    constexpr size_t part = 64;
    if (slots_.empty()) return 0;
    const int shift = 64 - std::countr_zero(slots_.size());
    const size_t begin = static_cast<size_t>(from >> shift);
    const size_t end = std::min(begin + part, slots_.size());
    // 0 at the end of the table, as there is no hash beyond it.
    const uint64_t next_from = end == slots_.size() ? 0 : uint64_t{end} << shift;
    // Those whose home is in the part stand in it, or behind it without a gap.
    size_t at = begin;
    for (size_t step = 0; step < slots_.size() && (step < end - begin || slots_[at].id != 0); ++step) {
      const Slot& slot = slots_[at];
      at = next(at);
      if (slot.id == 0) continue;
      const uint64_t hash = hash_of(slot.id);
      if (hash >= from && (next_from == 0 || hash < next_from)) visit(slot.id, slot.value);
    }
    return next_from;
  }

  // visit(id, value&) for each; the map must not change meanwhile.
  template <class Visit>
  void for_each(Visit visit) {
    for (Slot& slot : slots_)
      if (slot.id != 0) visit(slot.id, slot.value);
  }
  template <class Visit>
  void for_each(Visit visit) const {
    for (const Slot& slot : slots_)
      if (slot.id != 0) visit(slot.id, slot.value);
  }
  template <class Predicate>
  bool any_of(Predicate holds) const {
    return std::any_of(slots_.begin(), slots_.end(),
                       [&holds](const Slot& slot) { return slot.id != 0 && holds(slot.value); });
  }

 private:
  struct Slot {
    uint64_t id = 0;
    Value value{};
  };
  static constexpr size_t none = SIZE_MAX;

  static uint64_t hash_of(uint64_t id) { return seeded_place(id); }
  size_t home(uint64_t id) const {
    return static_cast<size_t>(hash_of(id) >> (64 - std::countr_zero(slots_.size())));
  }
  size_t next(size_t at) const { return (at + 1) & (slots_.size() - 1); }

  size_t position(uint64_t id) const {
    if (slots_.empty() || id == 0) return none;
    for (size_t at = home(id); slots_[at].id != 0; at = next(at))
      if (slots_[at].id == id) return at;
    return none;
  }

  Value& place(uint64_t id, Value value) {
    size_t at = home(id);
    while (slots_[at].id != 0) at = next(at);
    slots_[at].id = id;
    slots_[at].value = std::move(value);
    return slots_[at].value;
  }

  // Moves back what was displaced past the gap, so that no search ends too early.
  void close_gap(size_t gap) {
    for (size_t at = next(gap); slots_[at].id != 0; at = next(at)) {
      const size_t wanted = home(slots_[at].id);
      const bool may_stay = gap <= at ? (gap < wanted && wanted <= at) : (gap < wanted || wanted <= at);
      if (may_stay) continue;
      slots_[gap] = std::move(slots_[at]);
      gap = at;
    }
    slots_[gap] = Slot{};
  }

  void resize(size_t capacity) {
    std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(capacity));
    for (Slot& slot : old)
      if (slot.id != 0) place(slot.id, std::move(slot.value));
    charge_.set(transport::allocated(slots_) + capacity * bytes_elsewhere_);
  }

  std::vector<Slot> slots_;  // empty, or a power of two, at least 8
  size_t size_ = 0;
  transport::Charge charge_;
  size_t bytes_elsewhere_ = 0;
};

}  // namespace router
