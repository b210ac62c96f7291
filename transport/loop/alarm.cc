#include "transport/loop/alarm.h"

#include <utility>

#include <asio/steady_timer.hpp>

namespace transport {

// The loop's thread's, once it is made.
struct Alarm::State : std::enable_shared_from_this<State> {
  State(asio::io_context& io, std::function<void()> to_call) : timer(io), ring(std::move(to_call)) {}

  void set(Loop& loop, Loop::Clock::time_point time) {
    if (time >= due || !ring) return;
    due = time;
    timer.expires_at(time);
    // As work of the loop, so that it makes a turn.
    timer.async_wait([self = shared_from_this(), &loop](asio::error_code error) {
      if (!error) loop.post([self] { self->on_time(); });
    });
  }

  void on_time() {
    due = Loop::Clock::time_point::max();
    if (ring) ring();
  }

  void end() {
    ring = nullptr;
    timer.cancel();
  }

  asio::steady_timer timer;
  std::function<void()> ring;  // null: the alarm is gone
  Loop::Clock::time_point due = Loop::Clock::time_point::max();
};

Alarm::Alarm(Loop& loop, std::function<void()> ring)
    : loop_(loop), state_(std::make_shared<State>(loop.io(), std::move(ring))) {}

Alarm::~Alarm() {
  loop_.post([state = state_] { state->end(); });
}

void Alarm::ring_by(Loop::Clock::time_point time) {
  loop_.post([state = state_, &loop = loop_, time] { state->set(loop, time); });
}

}  // namespace transport
