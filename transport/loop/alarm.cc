#include "transport/loop/alarm.h"

#include <chrono>
#include <utility>

#include <asio/steady_timer.hpp>

#include "transport/memory/has_memory_for.h"

namespace transport {

// The loop's thread's, once it is made.
struct Alarm::State : std::enable_shared_from_this<State> {
  State(asio::io_context& io, std::function<void()> to_call) : timer(io), ring(std::move(to_call)) {}

  void set(Loop& loop, Loop::Clock::time_point time) {
    if (time >= due || !ring) return;
    due = Loop::Clock::time_point::max();
    timer.expires_at(time);
    // As work of the loop, so that it makes a turn.
    timer.async_wait([self = shared_from_this(), &loop](asio::error_code error) {
      if (error) return;
      self->due = Loop::Clock::time_point::max();
      constexpr auto pause_without_memory = std::chrono::milliseconds(10);
      if (!has_memory_for([&] { loop.post([self] { self->on_time(); }); }))
        self->set(loop, Loop::Clock::now() + pause_without_memory);
    });
    due = time;  // if there was no memory for it, the next time sets it
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
