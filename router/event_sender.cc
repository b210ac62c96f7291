#include "router/event_sender.h"

#include <string>
#include <utility>

#include "router/holding.h"
#include "router/log.h"

namespace router {

using config::SlowConsumer;

EventSender::~EventSender() {
  while (backlog_ && !backlog_->empty()) {
    const EventBacklog::Next next = backlog_->take();
    if (const auto* message = std::get_if<wamp::Message>(&next.what)) sender_.send(*message);
  }
  end_backlog();
}

void EventSender::deliver(const transport::BufferRef& frame, SlowConsumer policy, EventShare& share) {
  if (!sender_.takes(frame)) [[unlikely]]
    return lose_too_long();
  if (backlog_) [[unlikely]]
    return fall_behind(policy, share);
  if (!sender_.connection().offer(frame, room(policy))) [[unlikely]]
    return fall_behind(policy, share);
  sender_.count_event(frame->size());
}

size_t EventSender::room(SlowConsumer policy) const {
  return policy == SlowConsumer::disconnect ? sender_.max_queued_bytes() : sender_.low_water();
}

bool EventSender::has_room_for(size_t payload_bytes, SlowConsumer policy) const {
  // Without details the rest of an EVENT is short; other serializers may take several times the bytes.
  const size_t most = 8 * payload_bytes + 128;
  return !backlog_ && sender_.connection().queued_memory() + most <= room(policy);
}

void EventSender::send(transport::BufferRef frame) {
  if (!sender_.takes(frame)) [[unlikely]]
    return lose_too_long();
  sender_.count_event(frame->size());
  sender_.connection().send(std::move(frame));
}

void EventSender::lose_too_long() {
  worker_.counters().lost_event_too_long.add();
  if (sender_.record().lost_events++ == 0)
    log::warning(log::Kind::loss, name_of(session_, sender_.connection().peer_address()) +
                                      " loses events that are longer than it takes");
}

void EventSender::fall_behind(SlowConsumer policy, EventShare& share) {
  if (!backlog_ && policy == SlowConsumer::disconnect) return drop_peer();
  if (!backlog_) {
    backlog_ =
        std::make_unique<EventBacklog>(sender_.max_queued_bytes() - sender_.low_water(),
                                       transport::Charge(sender_.connection().account(), holding::events));
    worker_.add_behind(*this);
  }
  const bool added = backlog_->add(share.get(), policy);
  const EventBacklog::Losses losses = backlog_->take_losses();
  worker_.counters().lost_event_dropped.add(losses.dropped);
  worker_.counters().lost_event_conflated.add(losses.conflated);
  sender_.record().lost_events += losses.dropped;
  if (!added) drop_peer();
}

// An EVENT for one subscriber is one that was kept for it, which it is owed.
void EventSender::send_behind(Delivery& delivery) {
  auto* const event = std::get_if<wamp::Event>(&delivery.message);
  if (!event) return backlog_->add(std::move(delivery.message));
  auto waiting =
      std::make_shared<const WaitingEvent>(WaitingEvent{std::move(*event), std::move(delivery.payload)});
  if (!backlog_->add(std::move(waiting), SlowConsumer::disconnect)) drop_peer();
}

void EventSender::catch_up() {
  while (!backlog_->empty() && sender_.connection().queued_memory() < sender_.low_water())
    send_waiting(backlog_->take());
  if (backlog_->empty()) end_backlog();
}

void EventSender::send_waiting(const EventBacklog::Next& next) {
  if (const auto* message = std::get_if<wamp::Message>(&next.what)) return sender_.send(*message);
  const WaitingEvent& waiting = *std::get<0>(next.what);
  wamp::Event event = waiting.event;
  if (next.lost > 0) event.details.append("_lost", next.lost);
  send(sender_.encode(event, RoutedPayload(waiting.payload)));
}

void EventSender::drop_peer() {
  const std::string& peer = sender_.connection().peer_address();
  const std::string why =
      "slow consumer: more than " + std::to_string(sender_.max_queued_bytes()) + " bytes wait for the peer";
  worker_.counters().lost_event_slow.add();
  log::warning(log::Kind::connection, "dropping " + name_of(session_, peer) + ": " + why,
               {{"event", "drop"}, {"session", session_.session.value}, {"peer", peer}, {"reason", why}});
  end_backlog();
  sender_.connection().drop(why);
}

void EventSender::end_backlog() {
  if (!backlog_) return;
  backlog_.reset();
  worker_.remove_behind(*this);
}

}  // namespace router
