// What a TcpConnection asks of its peer's pace: signs of life, messages that go on coming.
#include "transport/tcp_connection.h"

namespace transport {
namespace {

// With less in front of it, a ping is where it has to go at once.
constexpr int64_t much_ahead = 64 * 1024;

}  // namespace

void TcpConnection::check_liveness(Loop::Clock::time_point now) {
  const ConnectionLimits& limits = served_->options.limits;
  if (limits.ping_interval_ms <= 0) return;
  if (pauses_.any()) {
    heard_at_ = now;
    silent_ = false;
  } else if (!silent_) {
    if (now - heard_at_ < std::chrono::milliseconds(limits.ping_interval_ms)) return;
    silent_ = true;
    deadline_ = now + std::chrono::milliseconds(limits.ping_timeout_ms);
    queue_.release_memory();
    if (!may_be_pinged()) return;
    ask();
    receiver_->on_silent();
  } else if (!asked_) {
    // The kernel looks after it.
  } else if (takes_what_waits()) {
    on_heard();
  } else if (now >= deadline_ &&
             !socket_.readable()) {  // if it is readable, not the peer is late but this loop
    drop("no sign of life for " + std::to_string(limits.ping_interval_ms + limits.ping_timeout_ms) + " ms",
         &Counters::closed_dead);
  }
}

// Many RawSocket clients do not answer a ping, or end at it, though they must answer.
bool TcpConnection::may_be_pinged() const {
  return framing_ != Framing::rawsocket || speaks_of_pings_;
}

void TcpConnection::ask() {
  const Intake seen = socket_.intake();
  const int64_t waiting = seen.waiting + static_cast<int64_t>(queued_bytes());
  asked_ = std::make_unique<Asked>(Asked{seen, seen.taken + (waiting >= much_ahead ? waiting : 0)});
  ping();
}

// Who takes what is in front of the ping is on the way to it. What comes behind the ping does not count: the
// system of a program that hangs, or a proxy, goes on taking until its buffers are full.
bool TcpConnection::takes_what_waits() {
  const Intake before = std::exchange(asked_->seen, socket_.intake());
  const Intake& now = asked_->seen;
  return now.window > before.window || (now.taken > before.taken && before.taken < asked_->ahead);
}

void TcpConnection::probe() {
  if (stage_ != Stage::open) return;
  if (pauses_.any() || !may_be_pinged()) return receiver_->on_alive();
  ask();
  if (!std::exchange(in_probed_, true)) state_.add_probed(*this);
}

bool TcpConnection::look_for_life() {
  if (asked_ && (pauses_.any() || takes_what_waits())) on_heard();
  // The answer of its system to one more ping tells how much of what it has its program has read.
  if (asked_ && queue_.empty()) ping();
  in_probed_ = asked_ != nullptr;
  return in_probed_;
}

bool TcpConnection::message_trickles(Loop::Clock::time_point now) {
  const ConnectionLimits& limits = served_->options.limits;
  const auto unfinished = unfinished_message();
  if (!unfinished || pauses_.any()) {
    pace_.forget();
    return false;
  }
  if (!pace_.too_slow(now, messages_, *unfinished, limits.min_message_rate, limits.message_window_ms))
    return false;
  return !socket_.readable();  // else this loop is late
}

std::optional<size_t> TcpConnection::unfinished_message() const {
  if (stage_ == Stage::opening) return unread_.size();
  if (const auto* websocket = std::get_if<WebSocketCodec>(&codec_)) return websocket->unfinished();
  return std::get<RawSocketCodec>(codec_).unfinished();
}

void TcpConnection::check_pace(Loop::Clock::time_point now) {
  if (!message_trickles(now)) return;
  fail(close_code::policy_violation, "a message that comes in at less than " +
                                         std::to_string(served_->options.limits.min_message_rate) +
                                         " bytes per second");
}

// Its head was there in time.
void TcpConnection::check_body(Loop::Clock::time_point now) {
  if (!message_trickles(now)) return;
  remark("ended: the body of its request comes too slowly");
  respond(text_response(408, "the request's body comes too slowly"));
}

// ---- rates

void TcpConnection::limit_rate(const Rate& rate) {
  const Rate lowest = lower(rate, served_->options.limits.max_rate);
  // Who asks for the same again has the same buckets.
  if (throttle_ && throttle_->meter.rate() == lowest) return;
  if (throttle_)
    throttle_->meter = RateMeter(lowest);
  else if (!lowest.unlimited())
    throttle_ = std::make_unique<Throttle>(Throttle{RateMeter(lowest), asio::steady_timer(state_.io)});
}

void TcpConnection::slow_down_if_over() {
  if (throttle_->waiting || stage_ != Stage::open || !throttle_->meter.over(state_.now)) return;
  throttle_->timer.expires_at(throttle_->meter.goes_on_at(state_.now));
  throttle_->timer.async_wait([this](asio::error_code) {
    throttle_->waiting = false;
    state_.begin_turn();
    if (stage_ == Stage::closed) return bury_later();
    resume_reading(Pause::rate);
  });
  throttle_->waiting = true;  // now that there was memory for it
  pause_reading(Pause::rate);
}

}  // namespace transport
