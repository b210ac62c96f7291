// Commands, so many at a time; the others wait, so many at most, and with no more than so many bytes to read.
//
// Lives on the loop's thread. Destroyed, it kills all.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>

#include "client/command/child/child.h"
#include "client/command/child/running_groups.h"

namespace client::command {

class ChildPool {
 public:
  struct Limits {
    size_t waiting = 1000;
    size_t waiting_bytes = size_t{64} << 20;  // of what they are to read; the last of them may go beyond
  };
  // At most most_running_groups at a time, whatever is wanted.
  ChildPool(Loop& loop, size_t at_a_time, Limits limits)
      : loop_(loop), at_a_time_(std::min(at_a_time, most_running_groups)), limits_(limits) {}

  using Id = uint64_t;
  static constexpr Id none = 0;
  // None if too many wait. `on_end` is called later, once, unless it is canceled before it has begun. A
  // command that cannot be started ends with status 126 and the reason among its errors.
  Id run(ChildCommand command, Child::OnEnd on_end);
  // Kills it, or lets it not begin: then it ends with status 130. An id that has ended is ignored.
  void cancel(Id id);
  // All of them.
  void cancel_all();

  size_t running() const { return running_.size(); }
  size_t waiting() const { return waiting_.size(); }
  // "12 wait already, with 67108864 bytes to read": why one that is refused is.
  std::string waiting_text() const;
  bool is_idle() const { return running_.empty() && waiting_.empty(); }

 private:
  struct Waiting {
    Id id;
    ChildCommand command;
    Child::OnEnd on_end;
  };

  static size_t bytes_of(const ChildCommand& command);
  // Of the place among those that wait.
  Waiting take(std::deque<Waiting>::iterator place);
  void begin_next();
  void begin(Waiting next);

  Loop& loop_;
  const size_t at_a_time_;
  const Limits limits_;
  Id last_ = none;
  std::deque<Waiting> waiting_;
  size_t waiting_bytes_ = 0;
  std::map<Id, std::unique_ptr<Child>> running_;
  const std::shared_ptr<ChildPool*> self_ = std::make_shared<ChildPool*>(this);
};

}  // namespace client::command
