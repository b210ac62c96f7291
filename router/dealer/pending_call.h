// One call on its way: from CALL to its one exit (final RESULT or ERROR, or an end that leaves).
//
// Owned by the dealer's PendingCalls; the members of both ends have an index entry. Made and ended by the
// dealer only.
#pragma once

#include <cassert>
#include <memory>
#include <utility>
#include <vector>

#include "router/member.h"
#include "wamp/ids.h"

namespace router::dealer {

struct PendingCall {
  Member* caller = nullptr;
  wamp::RequestId request;  // CALL.Request, in the caller's scope
  Member* callee = nullptr;
  wamp::RequestId invocation;  // INVOCATION.Request, in the callee's scope
  bool receive_progress = false;
  bool interrupted = false;  // canceled by mode kill: waits for the callee's answer
  size_t place = 0;          // PendingCalls' own
};

// The owner of all calls. Records that have ended are kept for the next calls: one allocation less for each.
class PendingCalls {
 public:
  // The reference is valid until remove().
  PendingCall& add() {
    if (spare_.empty()) spare_.push_back(std::make_unique<PendingCall>());
    live_.push_back(std::move(spare_.back()));
    spare_.pop_back();
    live_.back()->place = live_.size() - 1;
    return *live_.back();
  }

  void remove(PendingCall& call) {
    assert(live_[call.place].get() == &call);
    std::unique_ptr<PendingCall> ended = std::move(live_[call.place]);
    if (ended->place + 1 < live_.size()) {
      live_[ended->place] = std::move(live_.back());
      live_[ended->place]->place = ended->place;
    }
    live_.pop_back();
    if (spare_.size() >= most_kept) return;
    *ended = {};
    spare_.push_back(std::move(ended));
  }

  size_t size() const { return live_.size(); }

 private:
  static constexpr size_t most_kept = 4096;
  std::vector<std::unique_ptr<PendingCall>> live_, spare_;
};

}  // namespace router::dealer
