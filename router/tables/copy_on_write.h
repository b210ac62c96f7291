// A value that threads share; who alone holds it may change it.
//
// A std::shared_ptr cannot tell who may: its use_count() does not wait for what others have read before they
// let go of it. The value is made when it is first written; until then the holder is empty. One CopyOnWrite
// is one thread's at a time, like any pointer.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace router {

template <class T>
class CopyOnWrite {
 public:
  CopyOnWrite() = default;
  CopyOnWrite(const CopyOnWrite& other) noexcept : shared_(other.shared_) {
    if (shared_) shared_->holders.fetch_add(1, std::memory_order_relaxed);
  }
  CopyOnWrite(CopyOnWrite&& other) noexcept : shared_(std::exchange(other.shared_, nullptr)) {}
  CopyOnWrite& operator=(CopyOnWrite other) noexcept {
    std::swap(shared_, other.shared_);
    return *this;
  }
  ~CopyOnWrite() {
    if (shared_ && shared_->holders.fetch_sub(1, std::memory_order_acq_rel) == 1) delete shared_;
  }

  // Precondition: not empty.
  const T& operator*() const { return shared_->value; }
  const T* operator->() const { return &shared_->value; }

  // The value to change: this one if nobody else holds it, else a copy, which is this holder's from now on.
  T& writable() {
    if (!shared_)
      shared_ = new Counted;
    else if (shared_->holders.load(std::memory_order_acquire) > 1)
      *this = CopyOnWrite(new Counted{shared_->value});
    return shared_->value;
  }

 private:
  struct Counted {
    T value{};
    std::atomic<uint32_t> holders{1};
  };
  explicit CopyOnWrite(Counted* shared) : shared_(shared) {}

  Counted* shared_ = nullptr;
};

}  // namespace router
