// A callee's place in a registration, as callers on any thread see it: how many calls it may have at a time,
// and how many it has.
//
// A link to another node has one for all the callees that the node has in the registration, without a limit:
// they have theirs at their node.
//
// Made when it registers; shared by the registration, the routes to it, and the calls that it has. It has
// left the registration when the realm says so (leave()); calls that are on their way then still come.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "router/callees/callee_state.h"
#include "router/callees/lease.h"
#include "wamp/ids.h"

namespace router::dealer {

// What a callee asked for in REGISTER.Options.
struct CalleeOptions {
  uint32_t concurrency = 0;      // calls at a time; 0: any number
  bool disclose_caller = false;  // the callee wants to know who calls
  bool forward_timeout = false;  // the callee looks after timeouts
};

// Of one registration: whose turn it is, and how many calls wait for a callee.
struct CallQueue {
  explicit CallQueue(wamp::RegistrationId id) : registration(id) {}

  const wamp::RegistrationId registration;
  // Set before anybody else sees the queue; null: no cluster, or it is shared.
  std::shared_ptr<const ExclusiveName> exclusive;
  std::atomic<size_t> next = 0;  // roundrobin's turn
  // Written under the realm's lock: all that wait; and those that any callee may have, so that no other call
  // may go in front of them.
  std::atomic<uint32_t> waiting = 0, waiting_for_any = 0;
};

class CalleeSlot {
 public:
  // `its_node`: the callee's authid, or the other node's name, as rendezvous_hash() has it. `its_remote_uri`:
  // of the registration, if the callee is a link to another node.
  CalleeSlot(std::shared_ptr<CalleeState> its_callee, const CalleeOptions& its_options, uint64_t its_node,
             std::shared_ptr<CallQueue> its_queue,
             std::shared_ptr<const std::string> its_remote_uri = nullptr)
      : callee(std::move(its_callee)),
        options(its_options),
        node(its_node),
        queue(std::move(its_queue)),
        remote_uri(std::move(its_remote_uri)) {}

  bool is_limited() const { return options.concurrency > 0; }
  bool takes_calls() const { return !left_.load() && callee->takes_calls(); }
  // One more call is on its way to it. False: it has as many as it may have.
  bool reserve() {
    if (!is_limited()) return true;
    uint32_t active = active_.load();
    while (active < options.concurrency)
      if (active_.compare_exchange_weak(active, active + 1)) return true;
    return false;
  }
  // One call less. Whoever calls this looks then whether calls wait.
  void release() {
    if (is_limited()) active_.fetch_sub(1);
  }
  void leave() { left_.store(true); }

  const std::shared_ptr<CalleeState> callee;
  const CalleeOptions options;
  const uint64_t node;
  const std::shared_ptr<CallQueue> queue;
  const std::shared_ptr<const std::string> remote_uri;  // null: the callee is a session here

 private:
  std::atomic<uint32_t> active_ = 0;
  std::atomic<bool> left_ = false;
};

// One of the calls that a limited callee may have at a time; of a callee without a limit it is empty.
class Reservation {
 public:
  Reservation() = default;
  // `slot` has been reserved.
  explicit Reservation(const std::shared_ptr<CalleeSlot>& slot)
      : slot_(slot->is_limited() ? slot : nullptr) {}
  Reservation(Reservation&& other) noexcept : slot_(std::move(other.slot_)) {}
  Reservation& operator=(Reservation&& other) noexcept {
    std::swap(slot_, other.slot_);
    return *this;
  }
  ~Reservation() {
    if (slot_) slot_->release();
  }

  // Gives it back. The queue whose calls somebody must look at then; null: there is none, or nobody waits.
  std::shared_ptr<CallQueue> give_back() {
    if (!slot_) return nullptr;
    const auto slot = std::exchange(slot_, nullptr);
    slot->release();
    return slot->queue->waiting.load() > 0 ? slot->queue : nullptr;
  }

 private:
  std::shared_ptr<CalleeSlot> slot_;
};

}  // namespace router::dealer
