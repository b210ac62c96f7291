#include "router/session/membership.h"

#include <utility>

#include "router/member/event_filter.h"
#include "router/session/pause.h"

namespace router {

Membership::Membership(Worker& worker, Home& home, Sender& sender, const Arrival& arrival,
                       Admitted&& admitted)
    : home_(home),
      sender_(sender),
      realm_(std::move(admitted.realm)),
      member_(std::move(admitted.member)),
      expires_(admitted.login.expires),
      events_(worker, home, sender, *this, member_->branch.is_tapped),
      backpressure_(worker, home, sender, *realm_, *member_),
      requests_(worker, home, sender, realm_, *member_, arrival, admitted.login.authextra),
      address_(std::move(admitted.address)) {
  address_.lead_to(*this);
}

Membership::~Membership() {
  tell_numbers({});
  sender_.connection().resume_reading(pause::streams);
}

void Membership::on_alive() {
  member_->callee->suspect.store(false, std::memory_order_relaxed);
  realm_->on_alive(*member_);
}

void Membership::deliver(Delivery& delivery) {
  if (const auto* farewell = std::get_if<wamp::Goodbye>(&delivery.message))
    return home_.on_removed(*farewell);  // *this is no more
  if (!member_->waiting.empty()) [[unlikely]]
    member_->waiting.on_answer(delivery.message);
  if (events_.waits() && EventSender::keeps_order(delivery.message)) [[unlikely]]
    return events_.send_behind(std::move(delivery.message));
  send(delivery.message, std::move(delivery.payload), false);
}

// Once for each subscriber, so what is seldom asked stands aside.
void Membership::deliver(EventRound& round, config::SlowConsumer policy) {
  if (round.may_pass_over() && pass_over(round, policy)) return;
  events_.deliver(round.frame(sender_.format(), sender_.framing()), policy, round.share());
}

void Membership::tell_numbers(SteadyTime now) noexcept {
  const SessionRecord& record = sender_.record();
  SessionNumbers& told = *member_->numbers;
  BranchCounters& counters = member_->branch.counters;
  counters.events.add(record.events - told.events.value());
  counters.lost_events.add(record.lost_events - told.lost.value());
  const uint64_t messages =
      record.received_messages + record.sent_messages - told.in_msgs.value() - told.out_msgs.value();
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now - numbers_told_).count();
  constexpr uint64_t thousand_seconds_ms = 1'000'000;
  told.rate.set(numbers_told_ == SteadyTime() || ms <= 0
                    ? 0
                    : messages * thousand_seconds_ms / static_cast<uint64_t>(ms));
  numbers_told_ = now;
  told.in_msgs.set(record.received_messages);
  told.in_bytes.set(record.received_bytes);
  told.out_msgs.set(record.sent_messages);
  told.out_bytes.set(record.sent_bytes);
  told.calls.set(record.calls);
  told.errors.set(record.errors);
  told.events.set(record.events);
  told.lost.set(record.lost_events);
  told.queued.set(sender_.connection().queued_bytes());
}

bool Membership::pass_over(EventRound& round, config::SlowConsumer policy) {
  if (round.filter()) {
    const bool is_admitted = round.filter()->admits(member_->ref.session, identity(), extra_.get());
    if (!is_admitted) round.pass_over();
    return !is_admitted;
  }
  if (!round.is_plain() || !events_.has_room_for(round.payload_size(), policy)) return false;
  const bool is_shown = is_tapped();  // asked once: behind take_payload() the payload is gone
  const RoutedPayload shown = is_shown ? round.payload() : RoutedPayload();
  const bool is_sent = events_.send(sender_.encode(round.event(), round.take_payload()));
  if (is_sent && is_shown) [[unlikely]]
    show(round.event(), shown);
  return true;
}

void Membership::take(Invoke&& invoke) {
  const size_t bytes = invoke.facts.is_chunk ? 0 : room_taken(invoke.payload);
  take_any(std::move(invoke));
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
      requests_.look_again();
      break;
  }
}

}  // namespace router
