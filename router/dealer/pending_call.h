// One call on its way: from CALL to its one exit (final RESULT or ERROR, or an end that leaves).
//
// Owned by the dealer's PendingCalls; the members of both ends have an index entry. Made and ended by the
// dealer only.
#pragma once

#include <cassert>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "router/authorizer.h"
#include "router/clock.h"
#include "router/dealer/call_options.h"
#include "router/member.h"
#include "router/routed_payload.h"
#include "wamp/ids.h"

namespace router::dealer {

using CallDeadlines = std::multimap<SteadyTime, PendingCall*>;

// What a caller asked for, kept as long as the call may be sent once more: while it waits for a free callee,
// while the caller may send more of it, and while the callee may answer that it is unavailable.
struct KeptCall {
  std::string procedure;
  CallOptions options;
  Grant grant;
  wamp::Dict details;     // of its INVOCATION, which later chunks repeat ("Freezing of Options")
  RoutedPayload payload;  // of the first chunk, if somebody else may get it
  std::vector<wamp::SessionId> refused;  // callees that answered "unavailable"
  bool continued = false;                // more than the first chunk has been sent: nobody else can take over
};

struct PendingCall {
  Member* caller = nullptr;
  wamp::RequestId request;            // CALL.Request, in the caller's scope
  Member* callee = nullptr;           // null: it waits for a free one
  wamp::RequestId invocation;         // INVOCATION.Request, in the callee's scope
  wamp::RegistrationId registration;  // may be gone
  bool receive_progress = false;      // both ends want progressive results
  bool progressive = false;           // the caller has not sent its last chunk
  bool counted = false;               // against the callee's concurrency
  bool interrupted = false;           // canceled by mode kill: waits for the callee's answer
  std::unique_ptr<KeptCall> kept;     // null: it will not be sent again
  std::optional<CallDeadlines::iterator> deadline;
  SteadyTime taken;  // when the CALL came
  size_t place = 0;  // PendingCalls' own
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
