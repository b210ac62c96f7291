// A hash map from a non-zero integer to a value: open addressing, linear probing, no allocation per entry.
//
// Made for the tables that change twice per call. Clients may choose the ids, so it hashes them with a key.
// It is changed under the realm's lock, so no change costs more than the longest table there is: a map that
// outgrows it becomes a tree of maps by the first bits of the hash.
// Pointers and references to values are valid until the next insert or erase.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "router/tables/seeded_hash.h"
#include "transport/memory/account.h"
#include "transport/memory/allocated.h"
#include "transport/memory/has_memory_for.h"

namespace router {

namespace detail {

// Pays for the tables of one map, and for what stands elsewhere for each of their slots, of so many bytes.
struct IdTablePayer {
  void change(size_t slots, size_t bytes, size_t former_slots, size_t former_bytes) {
    charge.set(charge.bytes() + (slots - former_slots) * bytes_elsewhere + bytes - former_bytes);
  }

  transport::Charge charge;
  size_t bytes_elsewhere = 0;
};

// One table, or what has become of it. Knows the hashes from `base` on whose first `level` bits are the same.
template <class Value>
class IdTable {
 public:
  IdTable() = default;
  IdTable(uint64_t base, int level) : base_(base), level_(level) {}

  size_t size() const { return size_; }

  Value* find(uint64_t hash, uint64_t id) {
    IdTable* table = this;
    while (table->parts_) [[unlikely]] table = &table->part_of(hash);
    const size_t at = table->position(hash, id);
    return at == none ? nullptr : &table->slots_[at].value;
  }

  // `payer`: of the map, as in what follows.
  Value& insert(uint64_t hash, uint64_t id, Value value, IdTablePayer& payer) {
    if (is_full()) [[unlikely]]
      grow(payer);
    Value& inserted =
        parts_ ? part_of(hash).insert(hash, id, std::move(value), payer) : place(hash, id, std::move(value));
    ++size_;
    return inserted;
  }

  // So that one may be inserted at once.
  void make_room(uint64_t hash, IdTablePayer& payer) {
    if (is_full()) [[unlikely]]
      grow(payer);
    if (parts_) part_of(hash).make_room(hash, payer);
  }

  Value take(uint64_t hash, uint64_t id, IdTablePayer& payer) {
    if (parts_) [[unlikely]] {
      IdTable& part = part_of(hash);
      const size_t before = part.size_;
      Value value = part.take(hash, id, payer);
      size_ -= before - part.size_;
      if (size_ < fewest_in_parts) join(payer);
      return value;
    }
    const size_t at = position(hash, id);
    if (at == none) return Value();
    Value value = std::move(slots_[at].value);
    close_gap(at);
    if (--size_ * 8 < slots_.size() && slots_.size() > 64) shrink(payer);
    return value;
  }

  // visit(id, value&) for some whose hash is not below `from`, until about `most` slots have been looked at;
  // returns the first hash that has not been, and 0 if all have.
  template <class Visit>
  uint64_t visit_some(uint64_t from, size_t most, Visit& visit) const {
    for (uint64_t looked_at = 0; looked_at < most;) {
      const IdTable* table = this;
      while (table->parts_) table = &table->part_of(from);
      from = table->visit_slots(from, most, visit, looked_at);
      if (from == 0) break;
    }
    return from;
  }

  template <class Visit>
  void for_each(Visit& visit) const {
    if (parts_)
      for (const IdTable& part : *parts_) part.for_each(visit);
    for (const Slot& slot : slots_)
      if (slot.id != 0) visit(slot.id, slot.value);
  }
  template <class Predicate>
  bool any_of(Predicate& holds) const {
    if (parts_)
      return std::any_of(parts_->begin(), parts_->end(),
                         [&](const IdTable& part) { return part.any_of(holds); });
    return std::any_of(slots_.begin(), slots_.end(),
                       [&](const Slot& slot) { return slot.id != 0 && holds(slot.value); });
  }

 private:
  struct Slot {
    uint64_t id = 0;
    Value value{};
  };
  static constexpr size_t none = SIZE_MAX;
  static constexpr size_t fewest_slots = 2;  // many sessions have one subscription
  static constexpr size_t most_slots = 1024;
  static constexpr int part_bits = 6;
  static constexpr size_t fewest_in_parts = 256;
  using Parts = std::array<IdTable, size_t{1} << part_bits>;

  // Half of the places stay empty, as few entries are then away from home.
  bool is_full() const { return !parts_ && (size_ + 1) * 2 > slots_.size(); }
  void grow(IdTablePayer& payer) {
    if (slots_.size() == most_slots)
      split(payer);
    else
      resize(slots_.empty() ? fewest_slots : slots_.size() * 2, payer);
  }
  size_t part_number(uint64_t hash) const {
    return static_cast<size_t>((hash << level_) >> (64 - part_bits));
  }
  IdTable& part_of(uint64_t hash) const { return (*parts_)[part_number(hash)]; }
  int shift() const { return 64 - std::countr_zero(slots_.size()); }
  size_t home(uint64_t hash) const { return static_cast<size_t>((hash << level_) >> shift()); }
  size_t next(size_t at) const { return (at + 1) & (slots_.size() - 1); }

  size_t position(uint64_t hash, uint64_t id) const {
    if (slots_.empty() || id == 0) return none;
    for (size_t at = home(hash); slots_[at].id != 0; at = next(at))
      if (slots_[at].id == id) return at;
    return none;
  }

  Value& place(uint64_t hash, uint64_t id, Value value) {
    size_t at = home(hash);
    while (slots_[at].id != 0) at = next(at);
    slots_[at].id = id;
    slots_[at].value = std::move(value);
    return slots_[at].value;
  }

  // Moves back what was displaced past the gap, so that no search ends too early.
  void close_gap(size_t gap) {
    for (size_t at = next(gap); slots_[at].id != 0; at = next(at)) {
      const size_t wanted = home(seeded_place(slots_[at].id));
      const bool may_stay = gap <= at ? (gap < wanted && wanted <= at) : (gap < wanted || wanted <= at);
      if (may_stay) continue;
      slots_[gap] = std::move(slots_[at]);
      gap = at;
    }
    slots_[gap] = Slot{};
  }

  // Returns those that were there. Of the following, what asks for memory does so before it changes anything.
  std::vector<Slot> exchange_slots(std::vector<Slot>&& slots, IdTablePayer& payer) {
    payer.change(slots.size(), transport::allocated(slots), slots_.size(), transport::allocated(slots_));
    return std::exchange(slots_, std::move(slots));
  }
  void place_all(std::vector<Slot>&& slots) {
    for (Slot& slot : slots)
      if (slot.id != 0) place(seeded_place(slot.id), slot.id, std::move(slot.value));
  }

  void resize(size_t capacity, IdTablePayer& payer) {
    place_all(exchange_slots(std::vector<Slot>(capacity), payer));
  }
  // Without memory for that it stays as it is: what has been taken must not be lost.
  void shrink(IdTablePayer& payer) {
    transport::has_memory_for([&] { resize(slots_.size() / 2, payer); });
  }

  void split(IdTablePayer& payer) {
    auto parts = std::make_unique<Parts>();
    for (size_t i = 0; i < parts->size(); ++i)
      (*parts)[i] = IdTable(base_ + (uint64_t{i} << (64 - level_ - part_bits)), level_ + part_bits);
    for (const Slot& slot : slots_)
      if (slot.id != 0) ++(*parts)[part_number(seeded_place(slot.id))].size_;
    for (IdTable& part : *parts) part.slots_.resize(std::bit_ceil(std::max<size_t>(8, 2 * part.size_)));

    for (Slot& slot : exchange_slots({}, payer))
      if (slot.id != 0) {
        const uint64_t hash = seeded_place(slot.id);
        (*parts)[part_number(hash)].place(hash, slot.id, std::move(slot.value));
      }
    payer.change(0, transport::allocated(sizeof(Parts)), 0, 0);
    for (const IdTable& part : *parts)
      payer.change(part.slots_.size(), transport::allocated(part.slots_), 0, 0);
    parts_ = std::move(parts);
  }

  // What is here has parts no longer, if there is memory for that.
  void join(IdTablePayer& payer) {
    std::vector<Slot> joined;
    if (!transport::has_memory_for([&] { joined.resize(2 * fewest_in_parts); })) return;
    // One that could not be joined before.
    for (IdTable& part : *parts_) {
      if (part.parts_) part.join(payer);
      if (part.parts_) return;
    }
    const std::unique_ptr<Parts> old = std::move(parts_);
    payer.change(0, 0, 0, transport::allocated(sizeof(Parts)));
    exchange_slots(std::move(joined), payer);
    for (IdTable& part : *old) {
      assert(!part.parts_);
      place_all(part.exchange_slots({}, payer));
    }
  }

  template <class Visit>
  uint64_t visit_slots(uint64_t from, size_t most, Visit& visit, uint64_t& looked_at) const {
    const uint64_t end_of_all = level_ == 0 ? 0 : base_ + (uint64_t{1} << (64 - level_));
    ++looked_at;
    if (slots_.empty()) return end_of_all;
    const size_t begin = home(from);
    const size_t end = std::min(begin + most, slots_.size());
    looked_at += end - begin;
    const uint64_t next_from =
        end == slots_.size() ? end_of_all : base_ + ((uint64_t{end} << shift()) >> level_);
    // Those whose home is in the part stand in it, or behind it without a gap.
    size_t at = begin;
    for (size_t step = 0; step < slots_.size() && (step < end - begin || slots_[at].id != 0); ++step) {
      const Slot& slot = slots_[at];
      at = next(at);
      if (slot.id == 0) continue;
      const uint64_t hash = seeded_place(slot.id);
      if (hash >= from && (next_from == 0 || hash < next_from)) visit(slot.id, slot.value);
    }
    return next_from;
  }

  std::vector<Slot> slots_;       // empty, or a power of two, at least fewest_slots
  std::unique_ptr<Parts> parts_;  // null: there are none; else there are no slots
  size_t size_ = 0;
  uint64_t base_ = 0;
  int level_ = 0;
};

}  // namespace detail

template <class Value>
class IdMap {
 public:
  IdMap() = default;
  // `charge` pays for the table and for what stands elsewhere for each entry there is room for, of so many
  // bytes.
  explicit IdMap(transport::Charge charge, size_t bytes_elsewhere = 0)
      : payer_{std::move(charge), bytes_elsewhere} {}

  size_t size() const { return table_.size(); }
  bool empty() const { return table_.size() == 0; }

  Value* find(uint64_t id) { return table_.find(seeded_place(id), id); }
  const Value* find(uint64_t id) const { return const_cast<IdMap*>(this)->find(id); }

  // Precondition: id is not 0 and not there yet.
  Value& insert(uint64_t id, Value value) {
    assert(id != 0 && !find(id));
    return table_.insert(seeded_place(id), id, std::move(value), payer_);
  }

  // The next insert, of this id, needs no memory.
  void make_room(uint64_t id) { table_.make_room(seeded_place(id), payer_); }

  // The value that was there, or a default-constructed one. Needs no memory, and so do erase() and clear().
  Value take(uint64_t id) { return table_.take(seeded_place(id), id, payer_); }

  void clear() {
    table_ = {};
    payer_.charge.set(0);
  }

  bool erase(uint64_t id) {
    const size_t before = size();
    take(id);
    return size() != before;
  }

  // visit(id, value&) for a part of them; returns where to go on, and 0 if that was all. The map may change
  // between the parts: what is there all the time is visited once. `from`: 0, or what was returned.
  template <class Visit>
  uint64_t visit_some(uint64_t from, Visit visit) const {
    constexpr size_t part = 64;
    return table_.visit_some(from, part, visit);
  }

  // visit(id, value&) for each; the map must not change meanwhile.
  template <class Visit>
  void for_each(Visit visit) const {
    table_.for_each(visit);
  }
  template <class Predicate>
  bool any_of(Predicate holds) const {
    return table_.any_of(holds);
  }

 private:
  detail::IdTable<Value> table_;
  detail::IdTablePayer payer_;
};

}  // namespace router
