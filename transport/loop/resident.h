// Who lives on a loop, as the loop sees it: it has its turn when the loop's ends, is looked at now and then,
// and is destroyed when it is closed and nothing of it is pending.
//
// On the loop's thread only, which owns it.
#pragma once

#include <cstddef>

#include "transport/loop/loop.h"
#include "transport/memory/account.h"

namespace transport {

class Resident : public AccountHolder {
 public:
  using AccountHolder::AccountHolder;

  // What it has queued goes out: at the end of the turn; or after a read, as it is so much.
  virtual void write_queued() = 0;
  virtual void write_full() = 0;
  // Its deadlines, as of `now`.
  virtual void sweep(Loop::Clock::time_point now) = 0;
  // Again and again after Loop::State::add_probed(). False: no longer.
  virtual bool look_for_life() = 0;
  // The longest message that may begin now is another one.
  virtual void limit_messages() = 0;
  // At the end of a turn, after add_ended(). May destroy *this.
  virtual void bury() = 0;
  // The loop is being destroyed: whatever is asked of it from now on is ignored.
  virtual void abandon() = 0;
  // There was no memory for what was to be done for it. Needs none.
  virtual void on_out_of_memory() = 0;

  // Its index in the loop's list; the loop's.
  size_t place = 0;
};

}  // namespace transport
