// Where a worker finds what realms have for its sessions. One of the two places where threads meet.
//
// Entries come out in the order in which they were posted, whichever threads posted them, as long as the
// posting was ordered by a lock (the realm's). Outlives everybody who posts.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <vector>

#include "router/outbox.h"

namespace router {

class Mailbox {
 public:
  // `wake` makes the owner drain soon; called by other threads than the owner's, once per batch.
  explicit Mailbox(std::function<void()> wake) : wake_(std::move(wake)) {}

  // The calling thread is the owner from now on: its own posts need neither lock nor wake-up.
  void bind_to_this_thread();

  // Any thread.
  void post(OutboxEntry&& entry);

  // Owner only. What was posted, oldest first; the vector given is swapped in to be filled next.
  void drain(std::vector<OutboxEntry>& entries);

 private:
  void take_from_others();

  const std::function<void()> wake_;
  std::vector<OutboxEntry>
      own_;  // the owner's: drained first, so what others posted before is moved here first
  std::atomic<bool> from_others_waiting_{false};
  std::mutex mutex_;
  std::vector<OutboxEntry> from_others_;  // guarded by mutex_
};

}  // namespace router
