// Whether this node may serve, at this moment, what only one node of the cluster may.
//
// A node's lease is one for all of its realms: who renews it says until when it lasts, and each call of an
// exclusive procedure asks it. It is asked for the time and not for a flag, as whoever would lower the flag
// may be late, or stand still with the whole process.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "router/base/clock.h"

namespace router {

class Lease {
 public:
  // The clock outlives it.
  explicit Lease(const Clock& clock) : clock_(clock) {}

  // One thread. The lease of this life of the node, ascending and never 0, lasts until then.
  void extend(uint64_t incarnation, BootTime until) {
    if (incarnation_.load(std::memory_order_relaxed) != incarnation) {
      end();
      incarnation_.store(incarnation, std::memory_order_release);
    }
    until_.store(until.time_since_epoch().count(), std::memory_order_release);
  }
  // The same thread.
  void end() { until_.store(0, std::memory_order_release); }

  // Any thread. What was granted to that incarnation may be served.
  bool holds(uint64_t incarnation) const {
    // In this order: if the end is that of a later incarnation, that one is seen, too.
    const BootClock::rep until = until_.load(std::memory_order_acquire);
    return incarnation_.load(std::memory_order_acquire) == incarnation &&
           clock_.boot_time().time_since_epoch().count() < until;
  }

 private:
  const Clock& clock_;
  std::atomic<uint64_t> incarnation_ = 0;
  std::atomic<BootClock::rep> until_ = 0;
};

// A procedure that only one node of the cluster may serve. Any thread.
class ExclusiveName {
 public:
  explicit ExclusiveName(std::shared_ptr<const Lease> lease) : lease_(std::move(lease)) {}

  void grant(uint64_t incarnation) { incarnation_.store(incarnation, std::memory_order_release); }
  bool may_be_served() const {
    const uint64_t incarnation = incarnation_.load(std::memory_order_acquire);
    return incarnation != 0 && lease_->holds(incarnation);
  }

 private:
  const std::shared_ptr<const Lease> lease_;
  std::atomic<uint64_t> incarnation_ = 0;  // that it was granted to; 0: none
};

}  // namespace router
