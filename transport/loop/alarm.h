// Calls a function on a loop's thread at the earliest of the times that it was given since the last call.
//
// One timer, which is set anew when an earlier time comes. Any thread may use it, and destroy it before the
// loop; what it has posted to the loop until then does nothing.
#pragma once

#include <functional>
#include <memory>

#include "transport/loop/loop.h"

namespace transport {

class Alarm {
 public:
  Alarm(Loop& loop, std::function<void()> ring);
  ~Alarm();
  Alarm(const Alarm&) = delete;

  void ring_by(Loop::Clock::time_point time);

 private:
  struct State;

  Loop& loop_;
  const std::shared_ptr<State> state_;
};

}  // namespace transport
