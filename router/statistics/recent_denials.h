// The last requests of the sessions on one worker that were refused for lack of permission: those that the
// log tells.
//
// Its worker adds, any thread reads; a lock, as denials that are logged are few.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "router/base/action.h"
#include "router/base/clock.h"
#include "router/base/mutex.h"

namespace router {

struct Denial {
  WallTime time;
  uint64_t session = 0;
  std::string authid, authrole, peer;
  Action action = Action::call;
  std::string uri;  // the beginning of a long one
  std::string reason;
};

class RecentDenials {
 public:
  static constexpr size_t most = 256;
  static constexpr size_t longest_text = 512;  // of each text; the rest is cut

  void add(Denial denial);
  // The oldest first.
  std::vector<Denial> all() const;

 private:
  mutable Mutex mutex_{"the last denials"};
  std::deque<Denial> denials_ GUARDED_BY(mutex_);
};

}  // namespace router
