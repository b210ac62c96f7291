// An address on a worker, by which mail finds somebody there, as long as this exists.
//
// On the worker's thread. The worker outlives it.
#pragma once

#include <utility>

#include "router/base/session_ref.h"
#include "router/worker/resident.h"
#include "router/worker/worker.h"

namespace router {

class Address {
 public:
  // A fresh one, which leads to nobody.
  explicit Address(Worker& worker) : worker_(&worker), ref_(worker.add_address()) {}
  Address(Address&& other) noexcept : worker_(std::exchange(other.worker_, nullptr)), ref_(other.ref_) {}
  ~Address() {
    if (worker_) worker_->remove_address(ref_);
  }

  // From now on.
  void lead_to(Addressee& addressee) noexcept { worker_->lead_to(ref_, addressee); }
  const SessionRef& ref() const { return ref_; }

 private:
  Worker* worker_;  // null: it has moved
  SessionRef ref_;
};

}  // namespace router
