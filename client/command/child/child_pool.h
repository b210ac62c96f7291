// Commands, so many at a time; the others wait, so many at most.
//
// Lives on the loop's thread. Destroyed, it kills all.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>

#include "client/command/child/child.h"

namespace client::command {

class ChildPool {
 public:
  ChildPool(Loop& loop, size_t at_a_time, size_t max_waiting)
      : loop_(loop), at_a_time_(at_a_time), max_waiting_(max_waiting) {}

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
  bool is_idle() const { return running_.empty() && waiting_.empty(); }

 private:
  struct Waiting {
    Id id;
    ChildCommand command;
    Child::OnEnd on_end;
  };

  void begin_next();
  void begin(Waiting next);

  Loop& loop_;
  const size_t at_a_time_, max_waiting_;
  Id last_ = none;
  std::deque<Waiting> waiting_;
  std::map<Id, std::unique_ptr<Child>> running_;
  const std::shared_ptr<ChildPool*> self_ = std::make_shared<ChildPool*>(this);
};

}  // namespace client::command
