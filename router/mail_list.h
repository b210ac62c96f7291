// Mail in the order in which it was posted, in blocks: it grows without moving what is there, as it grows
// under locks.
//
// One thread's at a time. Some blocks are kept to be filled again.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>
#include <vector>

#include "router/delivery.h"

namespace router {

class MailList {
 public:
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  template <class D, class... Arguments>
  void emplace_back(std::in_place_type_t<D> kind, Arguments&&... arguments) {
    last_block().emplace_back(kind, std::forward<Arguments>(arguments)...);
    ++size_;
  }
  void push_back(Mail&& mail) {
    last_block().push_back(std::move(mail));
    ++size_;
  }
  // All of the other's, which is empty afterwards.
  void append(MailList& other) {
    if (empty()) return swap(other);
    if (other.size_ <= block_size) {
      for (Block& block : other.blocks_)
        for (Mail& mail : block) push_back(std::move(mail));
      return other.clear();
    }
    const auto end = other.blocks_.begin() + static_cast<std::ptrdiff_t>(other.used_);
    blocks_.insert(blocks_.begin() + static_cast<std::ptrdiff_t>(used_),
                   std::make_move_iterator(other.blocks_.begin()), std::make_move_iterator(end));
    used_ += std::exchange(other.used_, 0);
    size_ += std::exchange(other.size_, 0);
    other.blocks_.erase(other.blocks_.begin(), end);
  }
  void clear() {
    for (size_t i = 0; i < used_; ++i) blocks_[i].clear();
    used_ = size_ = 0;
    if (blocks_.size() > most_spare) blocks_.resize(most_spare);
  }
  void swap(MailList& other) {
    blocks_.swap(other.blocks_);
    std::swap(used_, other.used_);
    std::swap(size_, other.size_);
  }

  // visit(Mail&) for each; nothing may be added meanwhile.
  template <class Visit>
  void for_each(Visit visit) {
    for (size_t i = 0; i < used_; ++i)
      for (Mail& mail : blocks_[i]) visit(mail);
  }

 private:
  using Block = std::vector<Mail>;
  static constexpr size_t block_size = 64;
  static constexpr size_t most_spare = 64;

  Block& last_block() {
    if (used_ > 0 && blocks_[used_ - 1].size() < block_size) return blocks_[used_ - 1];
    if (used_ == blocks_.size()) blocks_.emplace_back().reserve(block_size);
    return blocks_[used_++];
  }

  std::vector<Block> blocks_;
  size_t used_ = 0;  // of the blocks; the rest are spare and empty
  size_t size_ = 0;
};

}  // namespace router
