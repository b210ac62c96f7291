// A hash table every change of which is small: it grows and shrinks by one bucket at a time ("linear
// hashing", Litwin 1980), so no insertion pays for all that is there. For tables of the realm, which are
// changed under its lock.
//
// The owner calculates the hashes, all of whose low bits must be good, and says which entry of a hash is
// meant. Entries stay where they are in memory. Const members may be called by several threads at once.
#pragma once

#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <utility>

#include "transport/memory/has_memory_for.h"

namespace router {

template <class Entry>
class LinearHashTable {
  struct Node;

 public:
  // An entry that is made and not added yet: to add it needs no memory.
  class Made {
   public:
    Made() = default;
    explicit operator bool() const { return node_ != nullptr; }

   private:
    friend class LinearHashTable;
    explicit Made(std::unique_ptr<Node> node) : node_(std::move(node)) {}

    std::unique_ptr<Node> node_;
  };
  static Made make(uint64_t hash, Entry entry) {
    return Made(std::make_unique<Node>(Node{nullptr, hash, std::move(entry)}));
  }

  size_t size() const { return size_; }

  // The entry with that hash for which is_meant(const Entry&) is true, or null.
  template <class IsMeant>
  Entry* find(uint64_t hash, const IsMeant& is_meant) const {
    for (Node* node = buckets_[place(hash)].get(); node; node = node->next.get())
      if (node->hash == hash && is_meant(std::as_const(node->entry))) return &node->entry;
    return nullptr;
  }

  // Precondition: no such entry is there.
  Entry& add(uint64_t hash, Entry entry) { return add(make(hash, std::move(entry))); }
  // Precondition: it is one. Without memory for another bucket there are more entries in each.
  Entry& add(Made made) noexcept {
    Entry& added = made.node_->entry;
    if (size_ >= buckets_.size()) transport::has_memory_for([this] { split(); });
    push(std::move(made.node_));
    ++size_;
    return added;
  }

  // Precondition: there is one.
  template <class IsMeant>
  void remove(uint64_t hash, const IsMeant& is_meant) {
    std::unique_ptr<Node>* at = &buckets_[place(hash)];
    while ((*at)->hash != hash || !is_meant(std::as_const((*at)->entry))) at = &(*at)->next;
    *at = std::move((*at)->next);
    if (--size_ * 2 < buckets_.size() && buckets_.size() > fewest_buckets) join();
  }

 private:
  struct Node {
    std::unique_ptr<Node> next;
    uint64_t hash;
    Entry entry;
  };
  static constexpr size_t fewest_buckets = 8;

  // As many low bits as name a bucket, or one less if that bucket has not been split off yet.
  size_t place(uint64_t hash) const {
    const size_t end = std::bit_ceil(buckets_.size());
    const size_t at = hash & (end - 1);
    return at < buckets_.size() ? at : at - end / 2;
  }
  // The bucket that the last one is split off from.
  size_t parent_of_last() const {
    const size_t last = buckets_.size() - 1;
    return last - std::bit_floor(last);
  }
  void push(std::unique_ptr<Node> node) {
    std::unique_ptr<Node>& bucket = buckets_[place(node->hash)];
    node->next = std::move(bucket);
    bucket = std::move(node);
  }
  void distribute(std::unique_ptr<Node> chain) {
    while (chain) {
      std::unique_ptr<Node> next = std::move(chain->next);
      push(std::move(chain));
      chain = std::move(next);
    }
  }
  void split() {
    buckets_.emplace_back();
    distribute(std::move(buckets_[parent_of_last()]));
  }
  void join() {
    std::unique_ptr<Node> chain = std::move(buckets_.back());
    buckets_.pop_back();
    distribute(std::move(chain));
  }

  std::deque<std::unique_ptr<Node>> buckets_{fewest_buckets};
  size_t size_ = 0;
};

}  // namespace router
