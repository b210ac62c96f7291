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

#include "router/mail/delivery.h"

namespace router {

class MailList {
 public:
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  template <class D, class... Arguments>
  void emplace_back(std::in_place_type_t<D> kind, Arguments&&... arguments) {
    if (room_ == 0) [[unlikely]]
      begin_block();
    last_->emplace_back(kind, std::forward<Arguments>(arguments)...);
    count_one();
  }
  void push_back(Mail&& mail) {
    if (room_ == 0) [[unlikely]]
      begin_block();
    last_->push_back(std::move(mail));
    count_one();
  }
  // All of the other's, which is empty afterwards.
  void append(MailList& other) {
    if (empty()) return swap(other);
    if (other.size_ <= block_size) {
      have_spare_block();  // so that nothing fails half way
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
    room_ = other.room_ = 0;
  }
  void clear() {
    for (size_t i = 0; i < used_; ++i) blocks_[i].clear();
    used_ = size_ = room_ = 0;
    if (blocks_.size() > most_spare) blocks_.resize(most_spare);
  }
  void swap(MailList& other) {
    blocks_.swap(other.blocks_);
    std::swap(used_, other.used_);
    std::swap(size_, other.size_);
    std::swap(last_, other.last_);
    std::swap(room_, other.room_);
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
  static constexpr size_t most_spare = 8;

  void count_one() {
    --room_;
    ++size_;
  }
  void have_spare_block() {
    if (used_ < blocks_.size()) return;
    Block block;
    block.reserve(block_size);
    blocks_.push_back(std::move(block));
    if (used_ > 0) last_ = &blocks_[used_ - 1];
  }
  void begin_block() {
    have_spare_block();
    last_ = &blocks_[used_++];
    room_ = block_size;
  }

  std::vector<Block> blocks_;
  size_t used_ = 0;  // of the blocks; the rest are spare and empty
  size_t size_ = 0;
  Block* last_ = nullptr;
  size_t room_ = 0;  // in the last one that is used
};

}  // namespace router
