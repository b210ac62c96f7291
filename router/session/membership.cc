#include "router/session/membership.h"

#include <string>
#include <utility>

#include "router/member/event_filter.h"
#include "router/memory/holding.h"
#include "router/memory/value_bytes.h"
#include "router/session/pause.h"
#include "router/session/session.h"

namespace router {

Membership::Membership(Worker& worker, Session& session, Sender& sender, std::shared_ptr<Realm> realm,
                       Realm::Joined member, wamp::Dict authextra, std::optional<WallTime> expires)
    : worker_(worker),
      session_(session),
      sender_(sender),
      realm_(std::move(realm)),
      member_(std::move(member)),
      authextra_(std::move(authextra)),
      charge_(member_->account, holding::session, allocated(authextra_)),
      expires_(expires),
      request_ids_(realm_->sequential_request_ids(), member_->features.caller_progressive_call_invocations,
                   member_->limits().calls_in_flight_per_session, member_->charge(holding::calls, 0)),
      events_(worker, session, sender),
      backpressure_(worker, session, sender, *realm_, *member_) {}

Membership::~Membership() {
  worker_.remove_address(ref());
  sender_.connection().resume_reading(pause::streams);
}

// ---- what the peer says

bool Membership::holds(const wamp::Message& message, std::string_view bytes, bool is_chunk) {
  if (!held_)
    held_ = std::make_unique<HeldRequests>(
        worker_, realm_, *member_, session_, sender_.connection(),
        wamp::Dict{{"authextra", authextra_}, {"transport", session_.transport_details()}});
  return held_->hold(message, bytes, sender_.format(), is_chunk);
}

// A long payload goes on in the buffer that it came in.
RoutedPayload Membership::routed(const wamp::Payload& payload) {
  constexpr size_t long_payload = 32 * 1024;
  if (payload.bytes.size() >= long_payload) {
    if (transport::BufferRef buffer = sender_.connection().take_buffer_of(payload.bytes)) {
      buffer->narrow(payload.bytes);
      return {sender_.format(), payload.count, std::move(buffer)};
    }
  }
  return copy_payload(sender_.format(), payload);
}

void Membership::on_alive() {
  member_->callee->suspect.store(false, std::memory_order_relaxed);
  realm_->on_alive(*member_);
}

// ---- what is posted to the session

void Membership::deliver(Delivery& delivery) {
  if (const auto* farewell = std::get_if<wamp::Goodbye>(&delivery.message))
    return session_.on_removed(*farewell);  // *this is no more
  if (!member_->waiting.empty()) [[unlikely]]
    member_->waiting.on_answer(delivery.message);
  if (events_.waits() && EventSender::keeps_order(delivery.message)) [[unlikely]]
    return events_.send_behind(std::move(delivery.message));
  send(delivery.message, std::move(delivery.payload), false);
}

bool Membership::pass_over(EventRound& round, config::SlowConsumer policy) {
  if (round.filter()) return !round.filter()->admits(ref().session, identity(), extra_.get());
  if (!round.is_plain() || !events_.has_room_for(round.payload_size(), policy)) return false;
  events_.send(sender_.encode(round.event(), round.take_payload()));
  return true;
}

void Membership::take(Invoke&& invoke) {
  const size_t bytes = invoke.facts.is_chunk ? 0 : room_taken(invoke.payload);
  take<Invoke>(std::move(invoke));
  backpressure_.on_invocation(bytes);
}

void Membership::obey(SessionOrder& order) {
  transport::Connection& connection = sender_.connection();
  switch (order.kind) {
    case SessionOrder::Kind::probe:
      connection.probe();
      break;
    case SessionOrder::Kind::pause:
      connection.pause_reading(pause::streams);
      break;
    case SessionOrder::Kind::resume:
      connection.resume_reading(pause::streams);
      break;
    case SessionOrder::Kind::know_details:
      extra_ = std::move(order.extra);
      break;
    case SessionOrder::Kind::look_again:
      look_again();
      break;
  }
}

}  // namespace router
