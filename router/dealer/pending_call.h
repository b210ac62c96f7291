// One call on its way: from CALL to its one exit (final RESULT or ERROR, or an end that leaves).
//
// Owned by the dealer's PendingCalls; the members of both ends have an index entry. Made and ended by the
// dealer only.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "router/access/authorizer.h"
#include "router/base/clock.h"
#include "router/dealer/call_options.h"
#include "router/mail/routed_payload.h"
#include "router/member/member.h"
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
  std::vector<wamp::SessionId> refused;  // sorted: callees that answered "unavailable"
  bool continued = false;                // more than the first chunk has been sent: nobody else can take over
  transport::Charge charge = {};         // to the caller

  // Of memory.
  size_t bytes() const;
  // After each change.
  void settle() { charge.set(bytes()); }
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
  uint64_t waiting_number = 0;       // among those that wait; 0: it has not
  SteadyTime taken;                  // when the CALL came
  PendingCall* next_free = nullptr;  // PendingCalls' own
};
static_assert(sizeof(PendingCall) <= call_bytes);

// The owner of all calls. They live in blocks, which are given back when no call is left, and are used again
// and again: no allocation for each.
class PendingCalls {
 public:
  // The reference is valid until remove().
  PendingCall& add() {
    if (!first_free_) add_block();
    PendingCall& call = *first_free_;
    first_free_ = call.next_free;
    ++size_;
    return call;
  }

  void remove(PendingCall& call) {
    call = {};
    call.next_free = std::exchange(first_free_, &call);
    if (--size_ > 0 || blocks_.size() <= most_kept_blocks) return;
    blocks_.clear();
    first_free_ = nullptr;
  }

  size_t size() const { return size_; }

 private:
  static constexpr size_t block_size = 64;
  static constexpr size_t most_kept_blocks = 64;

  void add_block() {
    PendingCall* const block = blocks_.emplace_back(std::make_unique<PendingCall[]>(block_size)).get();
    for (size_t i = 0; i < block_size; ++i) block[i].next_free = std::exchange(first_free_, &block[i]);
  }

  std::vector<std::unique_ptr<PendingCall[]>> blocks_;
  PendingCall* first_free_ = nullptr;
  size_t size_ = 0;
};

}  // namespace router::dealer
