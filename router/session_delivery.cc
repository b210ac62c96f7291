#include <algorithm>
#include <utility>

#include "router/event_filter.h"
#include "router/log.h"
#include "router/session.h"
#include "wamp/error_uris.h"

// What realms and other sessions have for a session's peer. The other direction is in session.cc.
namespace router {
namespace {

// Bytes of a stream that wait for a peer before its source is slowed down, and when the source may go on.
constexpr size_t high_water = 1024 * 1024;
constexpr size_t low_water = high_water / 4;

}  // namespace

void Session::deliver(Delivery& delivery) {
  if (const auto* farewell = std::get_if<wamp::Goodbye>(&delivery.message)) return on_removed(*farewell);
  transport::BufferRef frame =
      worker_.encoder().encode(format_, framing(), delivery.message, std::move(delivery.payload));
  if (frame->size() > max_frame_size_) [[unlikely]]
    return refuse_too_long(delivery.message);
  count_sent(delivery.message);
  connection_->send(std::move(frame));
  if (delivery.source.session && connection_->queued_bytes() > high_water) choke(delivery.source);
}

void Session::deliver_frame(const transport::BufferRef& frame) {
  if (frame->size() <= max_frame_size_) [[likely]] {
    counters().sent.add_event();
    return connection_->send(frame);
  }
  counters().lost_event_too_long.add();
  if (lost_events_++ == 0)
    log::warning(name() + " of " + connection_->peer_address() +
                 " loses events that are longer than it takes");
}

// What the peer would have said if it had seen the message. It makes mail, at the end of a turn perhaps.
template <class... Parts>
void Session::tell_realm(Parts&&... parts) {
  const auto told = realm_->handle(*member_, std::forward<Parts>(parts)...);
  worker_.loop().request_turn_end();
  if (!told) violate(told.error().message);
}

// The peer has announced a maximum message length (RawSocket) and must not be sent more. Whoever waits for
// the message gets an ERROR in its place.
void Session::refuse_too_long(const wamp::Message& message) {
  counters().lost_message_too_long.add();
  const auto error = [](wamp::MessageType type, wamp::RequestId request) {
    return wamp::Error{type, request, {}, std::string(wamp::error_uri::payload_size_exceeded), {}};
  };
  const auto* invocation = std::get_if<wamp::Invocation>(&message);
  const auto* result = std::get_if<wamp::CallResult>(&message);
  const auto* refused = std::get_if<wamp::Error>(&message);
  if (invocation && member_) {
    // As if the callee had said so.
    tell_realm(error(wamp::MessageType::invocation, invocation->request), RoutedPayload());
  } else if (result && result->details.find("progress") && member_) {
    // The call goes on, so it must be ended: the dealer answers this with an ERROR.
    tell_realm(wamp::Cancel{result->request, {{"mode", "killnowait"}}});
  } else if (result || refused) {
    send(result ? error(wamp::MessageType::call, result->request)
                : error(refused->request_type, refused->request));
  }
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
  if (queued <= low_water) return end_choke();
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

void Session::on_alive() {
  if (state_ == State::established) realm_->on_alive(*member_);
}

bool Session::admitted_by(const EventFilter& filter) const {
  return filter.admits(ref_.session, identity_, extra_.get());
}

}  // namespace router
