#include "router/session/backpressure.h"

#include <algorithm>
#include <atomic>
#include <string>
#include <utility>

#include "router/base/log.h"
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

void Backpressure::notice(size_t held, const wamp::Message& message, size_t bytes, bool streams) {
  if (streams) report(message, bytes);
  if (held > sender_.much()) clog();
}

void Backpressure::report(const wamp::Message& part, size_t bytes) {
  const size_t queued = sender_.connection().queued_bytes();
  if (queued <= high_water || queued < report_at_) return;
  slow_ = true;
  report_at_ = queued + report_step;
  watch();
  if (!realm_.on_untaken(member_, part, queued - std::min(bytes, queued) > sender_.much())) return;
  const std::string peer = sender_.connection().peer_address();
  log::warning(log::Kind::loss,
               "a stream to session " + std::to_string(member_.ref.session.value) + " of " + peer +
                   " has ended: it is not taken, and others wait for its source",
               {{"event", "stream_ended"}, {"session", member_.ref.session.value}, {"peer", peer}});
}

void Backpressure::clog() {
  if (std::exchange(clogged_, true)) return;
  member_.clogged.store(true, std::memory_order_relaxed);
  sender_.connection().pause_reading(pause::clogged);
  watch();
}

void Backpressure::watch() {
  if (std::exchange(watched_, true)) return;
  worker_.add_to_turn_end(TurnEnd::choked, resident_);
  taken_.begin(sender_.connection(), worker_.loop().now());
}

void Backpressure::tell_room() {
  const size_t queued = sender_.connection().queued_memory();
  if (queued >= sender_.much()) clog();
  realm_.on_room(member_, clogged_ ? 0 : sender_.much() - queued);
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
  realm_.on_unclogged(member_);
}

bool Backpressure::is_stuck(SteadyTime now, std::chrono::milliseconds patience) {
  return watched_ && taken_.is_stuck(sender_.connection(), now, patience);
}

}  // namespace router
