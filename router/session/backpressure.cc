#include "router/session/backpressure.h"

#include <algorithm>
#include <atomic>
#include <string>
#include <utility>

#include "router/session/pause.h"

namespace router {
namespace {

// Bytes that come to wait for a peer between one report of its streams and the next.
constexpr size_t report_step = 64 * 1024;

}  // namespace

Backpressure::~Backpressure() {
  if (watched_) worker_.remove_from_turn_end(TurnEnd::choked, resident_);
  sender_.connection().resume_reading(pause::clogged);
}

void Backpressure::report(wamp::MessageType part, wamp::RequestId request, size_t bytes) {
  const size_t queued = sender_.connection().queued_bytes();
  if (queued <= high_water || queued < report_at_) return;
  slow_ = true;
  report_at_ = queued + report_step;
  watch();
  realm_.on_untaken(member_, part, request, queued - std::min(bytes, queued) > sender_.much());
}

void Backpressure::clog() {
  if (std::exchange(clogged_, true)) return;
  member_.callee->clogged.store(true);
  sender_.connection().pause_reading(pause::clogged);
  watch();
}

void Backpressure::watch() {
  if (std::exchange(watched_, true)) return;
  worker_.add_to_turn_end(TurnEnd::choked, resident_);
  taken_.begin(sender_.connection(), worker_.loop().now());
}

void Backpressure::on_invocation(size_t bytes) {
  const size_t queued = sender_.connection().queued_memory();
  const bool has_room_again = member_.callee->room.on_arrival(bytes, queued);
  if (queued >= sender_.much()) [[unlikely]]
    clog();
  if (has_room_again) take_calls_again();
}

void Backpressure::take_calls_again() {
  if (CalleeState& callee = *member_.callee; callee.is_wanted_again()) realm_.on_takes_calls(callee);
}

void Backpressure::check() {
  const size_t queued = sender_.connection().queued_bytes();
  report_at_ = std::min(report_at_, queued + report_step);
  if (queued > sender_.low_water()) return;
  watched_ = false;
  worker_.remove_from_turn_end(TurnEnd::choked, resident_);
  if (std::exchange(slow_, false)) realm_.on_taken(member_);
  if (!std::exchange(clogged_, false)) return;
  sender_.connection().resume_reading(pause::clogged);
  member_.callee->room.on_arrival(0, queued);
  member_.callee->clogged.store(false);
  take_calls_again();
}

bool Backpressure::is_stuck(SteadyTime now, std::chrono::milliseconds patience) {
  return watched_ && taken_.is_stuck(sender_.connection(), now, patience);
}

}  // namespace router
