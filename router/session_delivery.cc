#include <algorithm>
#include <utility>

#include "router/event_filter.h"
#include "router/log.h"
#include "router/session.h"
#include "wamp/error_uris.h"

// What realms and other sessions have for a session's peer. The other direction is in session.cc.
namespace router {

using config::SlowConsumer;

namespace {

// Bytes of a stream that wait for a peer before its source is slowed down, and when the source may go on.
constexpr size_t high_water = 1024 * 1024;
constexpr size_t usual_low_water = high_water / 4;

}  // namespace

void Session::deliver(Delivery& delivery) {
  if (const auto* farewell = std::get_if<wamp::Goodbye>(&delivery.message)) return on_removed(*farewell);
  // After it the client knows the subscription no more, and would take an EVENT for a violation.
  if (backlog_ && std::holds_alternative<wamp::Unsubscribed>(delivery.message)) [[unlikely]]
    return backlog_->add(std::move(delivery.message));
  transport::BufferRef frame =
      worker_.encoder().encode(format_, framing(), delivery.message, std::move(delivery.payload));
  if (frame->size() > max_frame_size_) [[unlikely]]
    return refuse_too_long(delivery.message);
  count_sent(delivery.message, frame->size());
  connection_->send(std::move(frame));
  const size_t queued = connection_->queued_bytes();
  if (delivery.source.session && queued > high_water) choke(delivery.source);
  if (queued > max_queued_bytes_ / 2) [[unlikely]]
    clog();
}

void Session::deliver_event(const transport::BufferRef& frame, SlowConsumer policy, EventShare& share) {
  if (frame->size() > max_frame_size_) [[unlikely]]
    return lose_too_long();
  if (backlog_) [[unlikely]]
    return fall_behind(policy, share);
  if (!connection_->offer(frame, room_for_events(policy))) [[unlikely]]
    return fall_behind(policy, share);
  count_event(frame->size());
}

size_t Session::room_for_events(SlowConsumer policy) const {
  return policy == SlowConsumer::disconnect ? max_queued_bytes_ : low_water();
}

bool Session::has_room_for(size_t payload_bytes, SlowConsumer policy) const {
  // Without details the rest of an EVENT is short; other serializers may take several times the bytes.
  const size_t most = 8 * payload_bytes + 128;
  return !backlog_ && connection_->queued_bytes() + most <= room_for_events(policy);
}

void Session::send_event(transport::BufferRef frame) {
  if (frame->size() > max_frame_size_) [[unlikely]]
    return lose_too_long();
  count_event(frame->size());
  connection_->send(std::move(frame));
}

void Session::count_event(size_t bytes) {
  counters().sent.add<wamp::Event>();
  record_.count_sent(bytes);
}

void Session::lose_too_long() {
  counters().lost_event_too_long.add();
  if (record_.lost_events++ == 0)
    log::warning(log::Kind::loss, name() + " loses events that are longer than it takes");
}

// With no more than this in its queue, the peer has caught up.
size_t Session::low_water() const {
  return std::min(usual_low_water, max_queued_bytes_ / 4);
}

void Session::fall_behind(SlowConsumer policy, EventShare& share) {
  if (!backlog_ && policy == SlowConsumer::disconnect) return drop_slow_consumer();
  if (!backlog_) {
    backlog_ = std::make_unique<EventBacklog>(max_queued_bytes_ - low_water());
    worker_.add_behind(*this);
  }
  const bool added = backlog_->add(share.get(), policy);
  const EventBacklog::Losses losses = backlog_->take_losses();
  counters().lost_event_dropped.add(losses.dropped);
  counters().lost_event_conflated.add(losses.conflated);
  record_.lost_events += losses.dropped;
  if (!added) drop_slow_consumer();
}

void Session::catch_up() {
  while (!backlog_->empty() && connection_->queued_bytes() < low_water()) send_waiting(backlog_->take());
  if (backlog_->empty()) end_backlog();
}

void Session::send_waiting(const EventBacklog::Next& next) {
  if (const auto* message = std::get_if<wamp::Message>(&next.what)) return send(*message);
  const WaitingEvent& waiting = *std::get<0>(next.what);
  wamp::Event event = waiting.event;
  if (next.lost > 0) event.details.append("_lost", next.lost);
  send_event(worker_.encoder().encode(format_, framing(), event, RoutedPayload(waiting.payload)));
}

void Session::drop_slow_consumer() {
  const std::string why =
      "slow consumer: more than " + std::to_string(max_queued_bytes_) + " bytes wait for the peer";
  counters().lost_event_slow.add();
  log::warning(log::Kind::connection, "dropping " + name() + ": " + why,
               {{"event", "drop"},
                {"session", ref_.session.value},
                {"peer", connection_->peer_address()},
                {"reason", why}});
  end_backlog();
  connection_->drop(why);
}

void Session::end_backlog() {
  if (!backlog_) return;
  backlog_.reset();
  worker_.remove_behind(*this);
}

void Session::unclog() {
  if (!std::exchange(clogged_, false)) return;
  member_->clogged.store(false, std::memory_order_relaxed);
  realm_->on_unclogged(*member_);
}

void Session::clog() {
  if (clogged_ || !member_) return;
  clogged_ = true;
  member_->clogged.store(true, std::memory_order_relaxed);
  choke(ref_);
}

void Session::on_removed(const wamp::Goodbye& farewell) {
  // Who is thrown out must not be back at once.
  forget_cookie();
  leave_realm(farewell.reason, counters().ended_killed);
  worker_.remove_session(ref_);
  say_goodbye(farewell);
}

void Session::choke(const SessionRef& source) {
  if (std::find(choked_.begin(), choked_.end(), source) != choked_.end()) return;
  if (choked_.empty()) {
    worker_.add_choked(*this);
    choked_bytes_ = connection_->queued_bytes();
    choked_since_ = worker_.loop().now();
  }
  choked_.push_back(source);
  realm_->order(source, SessionOrder::Kind::pause);
}

void Session::check_choke() {
  const size_t queued = connection_->queued_bytes();
  if (queued <= low_water()) {
    end_choke();
    return unclog();
  }
  if (queued >= choked_bytes_) return;
  choked_bytes_ = queued;
  choked_since_ = worker_.loop().now();
}

void Session::end_choke() {
  if (choked_.empty()) return;
  worker_.remove_choked(*this);
  for (const SessionRef& source : std::exchange(choked_, {}))
    realm_->order(source, SessionOrder::Kind::resume);
}

void Session::wait_for_worker(const Mailbox& mailbox) {
  if (std::exchange(waits_for_, &mailbox) || !connection_) return;
  connection_->pause_reading();
  worker_.add_waiting(*this);
}

bool Session::end_waiting() {
  if (waits_for_->full()) return false;
  waits_for_ = nullptr;
  connection_->resume_reading();
  return true;
}

void Session::obey(SessionOrder& order) {
  switch (order.kind) {
    case SessionOrder::Kind::probe:
      // Nobody can hear a peer that is not listened to.
      if (pauses_ > 0 || (held_ && held_->pauses()))
        on_alive();
      else
        connection_->probe();
      break;
    case SessionOrder::Kind::pause:
      ++pauses_;
      connection_->pause_reading();
      break;
    case SessionOrder::Kind::resume:
      if (pauses_ == 0) return;
      --pauses_;
      connection_->resume_reading();
      break;
    case SessionOrder::Kind::know_details:
      extra_ = std::move(order.extra);
      break;
    case SessionOrder::Kind::look_again:
      if (held_) held_->look_again();
      break;
  }
}

void Session::on_silent() {
  if (state_ == State::established) member_->suspect.store(true, std::memory_order_relaxed);
}

void Session::on_alive() {
  if (state_ != State::established) return;
  member_->suspect.store(false, std::memory_order_relaxed);
  realm_->on_alive(*member_);
}

bool Session::admitted_by(const EventFilter& filter) const {
  return filter.admits(ref_.session, identity_, extra_.get());
}

}  // namespace router
