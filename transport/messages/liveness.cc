#include "transport/messages/liveness.h"

#include <utility>

namespace transport {
namespace {

// With less in front of it, a ping is where it has to go at once.
constexpr int64_t much_ahead = 64 * 1024;

}  // namespace

void Liveness::on_ask() {
  const Intake seen = stream_.socket().intake();
  const int64_t waiting = seen.waiting + static_cast<int64_t>(stream_.output().bytes());
  asked_ = std::make_unique<Asked>(Asked{seen, seen.taken + (waiting >= much_ahead ? waiting : 0)});
}

// Who takes what is in front of the ping is on the way to it. What comes behind the ping does not count: the
// system of a program that hangs, or a proxy, goes on taking until its buffers are full.
bool Liveness::takes_what_waits() {
  if (!asked_) return false;
  const Intake before = std::exchange(asked_->seen, stream_.socket().intake());
  const Intake& now = asked_->seen;
  return now.window > before.window || (now.taken > before.taken && before.taken < asked_->ahead);
}

Liveness::Sign Liveness::look(Loop::Clock::time_point now) {
  const ConnectionLimits& limits = stream_.limits();
  if (!silent_) {
    if (now - heard_at_ < std::chrono::milliseconds(limits.ping_interval_ms)) return Sign::fine;
    silent_ = true;
    answer_due_ = now + std::chrono::milliseconds(limits.ping_timeout_ms);
    return Sign::silent;
  }
  if (!asked_) return Sign::fine;  // the kernel looks after it
  if (takes_what_waits()) return Sign::alive;
  // If it is readable, not the peer is late but this loop.
  return now >= answer_due_ && !stream_.socket().readable() ? Sign::dead : Sign::fine;
}

}  // namespace transport
