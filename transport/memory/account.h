// What memory is held for one peer, by kind, and the charges of which that is the sum.
//
// A connection has an Account. What is kept for its peer beyond the moment has a Charge beside it, which is
// given back with it, so nothing can be kept and forgotten here. Bytes are those that the allocator takes
// (allocated.h). Any thread may charge and read; an account lives as long as its connection and the charges
// to it.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace transport {

// The transport's own kinds. Who sits on a connection has its own behind them, up to max_holdings in all.
enum class Holding : uint8_t {
  connection,  // what it takes itself
  input,       // what has come in and is not whole, or not read yet
  output,      // what is queued for the peer
  first_of_receiver,
};
constexpr size_t max_holdings = 13;
constexpr Holding holding_of_receiver(size_t place) {
  return static_cast<Holding>(static_cast<size_t>(Holding::first_of_receiver) + place);
}

// Bytes by kind.
class HeldBytes {
 public:
  void add(Holding kind, std::ptrdiff_t bytes) {
    bytes_[static_cast<size_t>(kind)].fetch_add(bytes, std::memory_order_relaxed);
  }
  std::ptrdiff_t of(Holding kind) const {
    return bytes_[static_cast<size_t>(kind)].load(std::memory_order_relaxed);
  }

 private:
  std::array<std::atomic<std::ptrdiff_t>, max_holdings> bytes_{};
};

class Account {
 public:
  // `all`: the sum of many accounts, of which this is one; may be null.
  explicit Account(std::shared_ptr<HeldBytes> all = nullptr) : all_(std::move(all)) {}
  ~Account() {
    for (size_t kind = 0; kind < max_holdings; ++kind) set(static_cast<Holding>(kind), 0);
  }
  Account(const Account&) = delete;
  Account& operator=(const Account&) = delete;

  void add(Holding kind, std::ptrdiff_t bytes) {
    own_.add(kind, bytes);
    if (all_) all_->add(kind, bytes);
  }
  // Of a kind that only the owner of the account sets and nobody charges.
  void set(Holding kind, size_t bytes) {
    const std::ptrdiff_t change = static_cast<std::ptrdiff_t>(bytes) - own_.of(kind);
    if (change != 0) add(kind, change);
  }

  size_t of(Holding kind) const { return static_cast<size_t>(own_.of(kind)); }
  // What is held at the peer's wish: all but the connection itself.
  size_t total() const {
    size_t sum = 0;
    for (size_t kind = static_cast<size_t>(Holding::input); kind < max_holdings; ++kind)
      sum += of(static_cast<Holding>(kind));
    return sum;
  }

 private:
  HeldBytes own_;
  const std::shared_ptr<HeldBytes> all_;
};

// Somebody for whose peer memory is held.
class AccountHolder {
 public:
  explicit AccountHolder(std::shared_ptr<Account> account) : account_(std::move(account)) {}
  virtual ~AccountHolder() = default;
  AccountHolder(const AccountHolder&) = delete;
  AccountHolder& operator=(const AccountHolder&) = delete;

  const std::shared_ptr<Account>& account() const { return account_; }
  // About what would be free without this one, of what is held at the peer's wish: of what others hold, too,
  // a part.
  virtual size_t share() const = 0;
  // Memory is short, and so many bytes are held for the peer: the connection ends.
  virtual void give_way(size_t held) = 0;

 private:
  const std::shared_ptr<Account> account_;
};

// Stands beside what it pays for, and is moved and destroyed with it. Without an account it is nobody's.
class Charge {
 public:
  Charge() = default;
  Charge(std::shared_ptr<Account> account, Holding kind, size_t bytes = 0)
      : account_(std::move(account)), kind_(kind) {
    set(bytes);
  }
  Charge(Charge&& other) noexcept
      : account_(std::move(other.account_)), bytes_(std::exchange(other.bytes_, 0)), kind_(other.kind_) {}
  Charge& operator=(Charge&& other) noexcept {
    std::swap(account_, other.account_);
    std::swap(bytes_, other.bytes_);
    std::swap(kind_, other.kind_);
    other.set(0);
    return *this;
  }
  ~Charge() { set(0); }

  size_t bytes() const { return bytes_; }
  void set(size_t bytes) {
    if (bytes == bytes_) return;
    if (account_)
      account_->add(kind_, static_cast<std::ptrdiff_t>(bytes) - static_cast<std::ptrdiff_t>(bytes_));
    bytes_ = bytes;
  }

 private:
  std::shared_ptr<Account> account_;
  size_t bytes_ = 0;
  Holding kind_ = Holding::connection;
};

}  // namespace transport
