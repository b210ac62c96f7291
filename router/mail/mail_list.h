// Mail in the order in which it was posted, in blocks: it grows without moving what is there, and goes behind
// the mail of another list without moving it either, as that is done under locks.
//
// One thread's at a time. Some blocks are kept to be filled again.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "router/mail/delivery.h"

namespace router {

class MailList {
 public:
  static constexpr size_t block_size = 64;
  static constexpr size_t most_spare = 8;

  MailList() = default;
  ~MailList() {
    drop(first_);
    drop(spare_);
  }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // Of its payloads.
  size_t bytes() const { return bytes_; }

  template <class D, class... Arguments>
  void emplace_back(std::in_place_type_t<D> kind, Arguments&&... arguments) {
    if (!last_ || last_->mail.size() == block_size) [[unlikely]]
      begin_block();
    bytes_ += payload_bytes(std::get<D>(last_->mail.emplace_back(kind, std::forward<Arguments>(arguments)...)));
    ++size_;
  }
  // All of the other's, which is empty afterwards and gets spare blocks of this one, so that it has as many.
  void append(MailList& other, size_t spare = most_spare) noexcept {
    if (other.empty()) return;
    (empty() ? first_ : last_->next) = std::move(other.first_);
    last_ = std::exchange(other.last_, nullptr);
    size_ += std::exchange(other.size_, 0);
    bytes_ += std::exchange(other.bytes_, 0);
    while (spare_count_ > 0 && other.spare_count_ < spare) other.keep(take_spare());
  }
  void clear() noexcept {
    while (first_) {
      std::unique_ptr<Block> block = std::move(first_);
      first_ = std::move(block->next);
      block->mail.clear();
      if (spare_count_ < most_spare) keep(std::move(block));
    }
    last_ = nullptr;
    size_ = bytes_ = 0;
  }
  void swap(MailList& other) noexcept {
    first_.swap(other.first_);
    spare_.swap(other.spare_);
    std::swap(last_, other.last_);
    std::swap(size_, other.size_);
    std::swap(bytes_, other.bytes_);
    std::swap(spare_count_, other.spare_count_);
  }

  // visit(Mail&) for each; nothing may be added meanwhile.
  template <class Visit>
  void for_each(Visit visit) {
    for (Block* block = first_.get(); block; block = block->next.get())
      for (Mail& mail : block->mail) visit(mail);
  }

 private:
  struct Block {
    std::vector<Mail> mail;
    std::unique_ptr<Block> next;
  };

  template <class D>
  static size_t payload_bytes(const D& mail) {
    if constexpr (requires { mail.payload; })
      return mail.payload.bytes().size();
    else if constexpr (requires { mail.why.text; })
      return mail.why.text.size();
    else
      return 0;
  }
  static void drop(std::unique_ptr<Block>& blocks) {
    while (blocks) blocks = std::move(blocks->next);
  }
  void keep(std::unique_ptr<Block> block) noexcept {
    block->next = std::move(spare_);
    spare_ = std::move(block);
    ++spare_count_;
  }
  std::unique_ptr<Block> take_spare() noexcept {
    std::unique_ptr<Block> block = std::move(spare_);
    spare_ = std::move(block->next);
    --spare_count_;
    return block;
  }
  void begin_block() {
    std::unique_ptr<Block> block;
    if (spare_count_ > 0) {
      block = take_spare();
    } else {
      block = std::make_unique<Block>();
      block->mail.reserve(block_size);
    }
    Block* const begun = block.get();
    (last_ ? last_->next : first_) = std::move(block);
    last_ = begun;
  }

  std::unique_ptr<Block> first_, spare_;  // those that are used, and empty ones
  Block* last_ = nullptr;                 // of those that are used; null: there is none
  size_t size_ = 0, bytes_ = 0, spare_count_ = 0;
};

}  // namespace router
