// A session whose messages have filled another worker's mailbox: its peer is not read until that worker has
// caught up.
//
// Part of a session, as long as there is a connection; on its worker's thread. What it refers to outlives it.
#pragma once

#include <utility>

#include "router/mail/outbox.h"
#include "router/session/pause.h"
#include "router/worker/resident.h"
#include "router/worker/worker.h"

namespace router {

class MailboxWait {
 public:
  MailboxWait(Worker& worker, Resident& resident) : worker_(worker), resident_(resident) {}
  ~MailboxWait() {
    if (full_) worker_.remove_from_turn_end(TurnEnd::waiting, resident_);
  }
  MailboxWait(const MailboxWait&) = delete;

  void begin(const Mailbox& full) {
    if (std::exchange(full_, &full)) return;
    resident_.connection().pause_reading(pause::mailbox);
    worker_.add_to_turn_end(TurnEnd::waiting, resident_);
  }
  // Asked every millisecond, while it waits.
  void look() {
    if (full_->full()) return;
    worker_.remove_from_turn_end(TurnEnd::waiting, resident_);
    full_ = nullptr;
    resident_.connection().resume_reading(pause::mailbox);
  }

 private:
  Worker& worker_;
  Resident& resident_;  // who is not read
  const Mailbox* full_ = nullptr;
};

}  // namespace router
