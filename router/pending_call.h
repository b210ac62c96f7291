// One call on its way: from CALL to its one exit (final RESULT or ERROR, or an end that leaves).
//
// Owned by its caller's Member; the callee's Member has an index entry. Made and ended by the dealer only.
#pragma once

#include <memory>
#include <vector>

#include "router/member.h"
#include "wamp/ids.h"

namespace router {

struct PendingCall {
  Member* caller = nullptr;
  wamp::RequestId request;  // CALL.Request, in the caller's scope
  Member* callee = nullptr;
  wamp::RequestId invocation;  // INVOCATION.Request, in the callee's scope
  bool receive_progress = false;
  bool interrupted = false;  // canceled by mode kill: waits for the callee's answer
};

// Records that have ended, kept for the next calls: one allocation less for each call.
class SpareCalls {
 public:
  std::unique_ptr<PendingCall> take() {
    if (spare_.empty()) return std::make_unique<PendingCall>();
    auto call = std::move(spare_.back());
    spare_.pop_back();
    return call;
  }
  void put(std::unique_ptr<PendingCall> call) {
    if (spare_.size() < most_kept) spare_.push_back(std::move(call));
  }

 private:
  static constexpr size_t most_kept = 4096;
  std::vector<std::unique_ptr<PendingCall>> spare_;
};

}  // namespace router
