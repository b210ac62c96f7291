// The calls of a realm whose caller, or callee, lives on one worker; their deadlines; and what is left to do
// of those whose member has left.
//
// Part of the realm, one for each worker; that worker's thread only, but for the number of calls in flight. A
// session's halves have indexes of what is theirs.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "router/access/authorizer.h"
#include "router/base/clock.h"
#include "router/dealer/call_options.h"
#include "router/dealer/forwarded_call.h"
#include "router/mail/call_mail.h"
#include "router/mail/routed_payload.h"
#include "router/registrations/registration.h"
#include "router/statistics/numbers.h"
#include "router/statistics/uri_summary.h"
#include "router/tables/id_map.h"
#include "router/tables/leftover_work.h"
#include "transport/counters/counter.h"
#include "wamp/ids.h"

namespace router::dealer {

class CallerHalf;
struct PendingCall;
using CallDeadlines = std::multimap<SteadyTime, std::pair<CallerHalf*, PendingCall*>>;

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
  SteadyTime waits_since = {};           // while it waits for a free callee
  std::shared_ptr<const ForwardedCaller> caller = {};  // null: the session itself

  // Of memory.
  size_t bytes() const;
  // After each change.
  void settle() { charge.set(bytes()); }
};

// The caller's end of a call: from CALL to its one exit (final RESULT or ERROR, or an end that leaves).
struct PendingCall {
  CallId id;
  SessionRef callee;                  // none: it waits for a free one
  wamp::RegistrationId registration;  // may be gone
  wamp::MatchPolicy match = wamp::MatchPolicy::exact;
  bool callee_cancels = false;  // features of the callee
  bool callee_reroutes = false;
  bool progressive = false;              // the caller has not sent its last chunk
  bool interrupted = false;              // canceled by mode kill: waits for the callee's answer
  std::unique_ptr<KeptCall> kept;        // null: it will not be sent again
  std::shared_ptr<WaitingCall> waiting;  // while it waits for a free callee
  std::optional<CallDeadlines::iterator> deadline;
  SteadyTime taken;  // when the CALL came
  UriSummary<ProcedureNumbers>::Ref counted;
  uint32_t bytes = 0;                // of its arguments
  uint32_t waited_ms = 0;            // for a free callee
  uint32_t slow_call_ms = 0;         // it is logged if it takes as long; 0: never
  PendingCall* next_free = nullptr;  // the pool's own
};

// The callee's end of it: from INVOCATION to its last answer.
struct PendingInvocation {
  CallId id;
  wamp::RequestId invocation;  // INVOCATION.Request
  Reservation reservation;
  bool receive_progress = false;  // both ends want progressive results
  bool progressive = false;       // more chunks may come
  bool caller_takes_passthru = false;
  PendingInvocation* next_free = nullptr;  // the pool's own
};

// What the ends take of memory.
constexpr size_t pending_call_bytes = 176;
constexpr size_t pending_invocation_bytes = 88;
static_assert(sizeof(PendingCall) <= pending_call_bytes);
static_assert(sizeof(PendingInvocation) <= pending_invocation_bytes);

// The owner of all ends of one kind. They live in blocks, which are given back when none is left, and are
// used again and again: no allocation for each.
template <class End>
class EndPool {
 public:
  // The reference is valid until remove().
  End& add() {
    if (!first_free_) add_block();
    End& end = *first_free_;
    first_free_ = end.next_free;
    ++size_;
    return end;
  }

  void remove(End& end) {
    std::destroy_at(&end);
    std::construct_at(&end)->next_free = std::exchange(first_free_, &end);
    if (--size_ > 0 || blocks_.size() <= most_kept_blocks) return;
    blocks_.clear();
    first_free_ = nullptr;
  }

 private:
  static constexpr size_t block_size = 64;
  static constexpr size_t most_kept_blocks = 64;

  void add_block() {
    End* const block = blocks_.emplace_back(std::make_unique<End[]>(block_size)).get();
    for (size_t i = 0; i < block_size; ++i) block[i].next_free = std::exchange(first_free_, &block[i]);
  }

  std::vector<std::unique_ptr<End[]>> blocks_;
  End* first_free_ = nullptr;
  size_t size_ = 0;
};

// A new end, which a half finds by `id` in its index. Without memory for it nothing has changed. Twice for
// each call, so it is inlined.
template <class End>
[[gnu::always_inline]] inline End& add_end(EndPool<End>& pool, IdMap<End*>& index, wamp::RequestId id) {
  End& end = pool.add();
  try {
    index.insert(id.value, &end);
  } catch (...) {
    pool.remove(end);
    throw;
  }
  return end;
}

struct CallTable {
  explicit CallTable(const Clock& its_clock) : clock(its_clock) {}

  // Does what is due by the clock: ends calls whose time is over, and goes on with those of members that have
  // left.
  void run_due();
  // Ends calls of a member that has left: some at once, the rest when the timer rings. Needs no memory.
  void end(LeftoverWork::Work& of_member) noexcept;
  // Does what is left of that.
  void end_rest() noexcept { go_on_ending(SteadyTime::min()); }
  // After a deadline was added: the timer rings for the nearest.
  void ring_in_time() noexcept { ring(SteadyTime::max(), SteadyTime::min()); }

  const Clock& clock;
  // Makes somebody call run_due() on the worker's thread at that time; null: somebody does it by himself.
  std::function<void(SteadyTime)> ring_at;
  EndPool<PendingCall> calls;
  EndPool<PendingInvocation> invocations;
  CallDeadlines deadlines;
  transport::Counter in_flight;  // calls that have no last answer yet
  LeftoverWork ending;           // the ends of members that have left

 private:
  void go_on_ending(SteadyTime earliest) noexcept;
  // `leftover`: when it goes on with calls of members that have left, if there are any. Nothing is done
  // before `earliest`.
  void ring(SteadyTime leftover, SteadyTime earliest) noexcept;

  SteadyTime timer_ = SteadyTime::max();  // when it was told to ring
};

}  // namespace router::dealer
