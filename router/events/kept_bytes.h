// The memory of all events that realms keep, retained ones and histories: they outlive their publishers, so
// the realms are charged for them, and all realms together have a bound.
//
// Any thread. Shared by the realms.
#pragma once

#include <cstdint>
#include <memory>

#include "router/memory/holding.h"
#include "transport/memory/account.h"

namespace router::broker {

class KeptBytes {
 public:
  explicit KeptBytes(uint64_t max) : max_(max) {}
  static std::shared_ptr<const KeptBytes> unlimited() {
    return std::make_shared<const KeptBytes>(UINT64_MAX);
  }

  // A realm's part of it.
  std::shared_ptr<transport::Account> account() const { return std::make_shared<transport::Account>(held_); }
  // False: no so many more.
  bool has_room_for(size_t bytes) const { return total() + bytes <= max_; }
  size_t of(transport::Holding kind) const { return static_cast<size_t>(held_->of(kind)); }

 private:
  uint64_t total() const { return of(holding::retained_events) + of(holding::histories); }

  const uint64_t max_;
  const std::shared_ptr<transport::HeldBytes> held_ = std::make_shared<transport::HeldBytes>();
};

}  // namespace router::broker
