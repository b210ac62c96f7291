#include "router/session/sender.h"

#include <string>
#include <utility>

#include "router/base/log.h"
#include "router/memory/holding.h"
#include "transport/memory/has_memory_for.h"
#include "wamp/error_uris.h"

namespace router {

using config::SlowConsumer;

size_t Sender::much_of(const config::TransportLimits& limits) {
  const uint64_t all = limits.max_queued_bytes + limits.reply_reserve_bytes;
  const uint64_t beside_a_message = all - std::min(all, limits.max_message_size);
  return std::max(low_water_of(limits.max_queued_bytes),
                  std::min(limits.max_queued_bytes / 2, beside_a_message));
}

bool Sender::send(const wamp::Message& message, RoutedPayload&& payload) {
  transport::BufferRef frame = encode(message, std::move(payload));
  if (takes(frame)) return send(message, std::move(frame));
  log::warning("closing " + connection_.peer_address() + ": it takes no message as long as " +
               std::string(wamp::name(wamp::type_of(message))));
  connection_.close(transport::close_code::message_too_big, wamp::error_uri::payload_size_exceeded);
  return is_open_ = false;
}

void Sender::count(const wamp::Message& message, size_t bytes) {
  std::visit([this, bytes](const auto& one) { count(one, bytes); }, message);
}

void Sender::count_event(size_t bytes) {
  worker_.counters().sent.add<wamp::Event>();
  record_.count_sent(bytes);
  ++record_.events;
}

// ---- events

EventSender::~EventSender() {
  const auto send_one = [this](const wamp::Message& message) { send_message(message); };
  if (backlog_ && !transport::has_memory_for([&] { backlog_->for_each_message(send_one); }))
    sender_.connection().on_out_of_memory();
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
  if (is_watched() && sender_.is_open()) [[unlikely]]
    watcher_.on_sent(share.event(), share.payload());
}

size_t EventSender::room(SlowConsumer policy) const {
  return policy == SlowConsumer::disconnect ? sender_.max_queued_bytes() : sender_.low_water();
}

bool EventSender::has_room_for(size_t payload_bytes, SlowConsumer policy) const {
  // Without details the rest of an EVENT is short; other serializers may take several times the bytes.
  const size_t most = 8 * payload_bytes + 128;
  return !backlog_ && sender_.connection().queued_memory() + most <= room(policy);
}

bool EventSender::send(transport::BufferRef frame) {
  if (!sender_.takes(frame)) [[unlikely]]
    return lose_too_long(), false;
  sender_.count_event(frame->size());
  sender_.connection().send(std::move(frame));
  return sender_.is_open();
}

void EventSender::send_message(const wamp::Message& message) {
  if (sender_.send(message) && is_watched()) [[unlikely]]
    watcher_.on_sent(message, RoutedPayload());
}

void EventSender::send_event(const wamp::Event& event, const RoutedPayload& payload) {
  const bool is_sent = send(sender_.encode(event, RoutedPayload(payload)));
  if (is_sent && is_watched()) [[unlikely]]
    watcher_.on_sent(event, payload);
}

void EventSender::lose_too_long() {
  worker_.counters().lost_event_too_long.add();
  if (sender_.record().lost_events++ == 0)
    log::warning(log::Kind::loss, sender_.name() + " loses events that are longer than it takes");
}

void EventSender::fall_behind(SlowConsumer policy, EventShare& share) {
  if (!backlog_ && policy == SlowConsumer::disconnect) return drop_peer();
  begin_backlog();
  const bool added = backlog_->add(share.get(), policy);
  const EventBacklog::Losses losses = backlog_->take_losses();
  worker_.counters().lost_event_dropped.add(losses.dropped);
  worker_.counters().lost_event_conflated.add(losses.conflated);
  sender_.record().lost_events += losses.dropped;
  if (!added) drop_peer();
}

void EventSender::begin_backlog() {
  if (backlog_) return;
  backlog_ =
      std::make_unique<EventBacklog>(sender_.max_queued_bytes() - sender_.low_water(),
                                     transport::Charge(sender_.connection().account(), holding::events));
  worker_.add_to_turn_end(TurnEnd::behind, resident_);
}

void EventSender::send_kept(KeptEvents&& events) {
  begin_backlog();
  backlog_->add(std::move(events));
  pause_reading_for_kept_events();
}

bool EventSender::catch_up(CatchUpBudget& budget) {
  while (sender_.connection().queued_memory() < sender_.low_water()) {
    if (budget.is_spent()) return pause_reading_for_kept_events(), true;
    auto next = backlog_->take();
    if (!next) return end_backlog(), false;
    send_waiting(*next);
    budget.count_event();
  }
  pause_reading_for_kept_events();
  return false;
}

void EventSender::pause_reading_for_kept_events() {
  transport::Connection& connection = sender_.connection();
  if (!backlog_ || !backlog_->has_kept_events()) return connection.resume_reading(pause::kept_events);
  if (connection.pauses().has(pause::kept_events)) return;
  connection.pause_reading(pause::kept_events);
  taken_.begin(connection, worker_.loop().now());
}

void EventSender::send_waiting(EventBacklog::Next& next) {
  if (const auto* message = std::get_if<wamp::Message>(&next.what)) return send_message(*message);
  if (const auto* const kept = std::get_if<Delivery>(&next.what))
    return send_event(std::get<wamp::Event>(kept->message), kept->payload);
  const WaitingEvent& waiting = *std::get<0>(next.what);
  wamp::Event event = waiting.event;
  if (next.lost > 0) event.details.append("_lost", next.lost);
  send_event(event, waiting.payload);
}

void EventSender::drop_peer() {
  const std::string& peer = sender_.connection().peer_address();
  const std::string why =
      "slow consumer: more than " + std::to_string(sender_.max_queued_bytes()) + " bytes wait for the peer";
  worker_.counters().lost_event_slow.add();
  log::warning(log::Kind::connection, "dropping " + sender_.name() + ": " + why,
               {{"event", "drop"},
                {"session", sender_.record().session.session.value},
                {"peer", peer},
                {"reason", why}});
  end_backlog();
  sender_.connection().drop(why);
}

void EventSender::end_backlog() {
  if (!backlog_) return;
  backlog_.reset();
  worker_.remove_from_turn_end(TurnEnd::behind, resident_);
  pause_reading_for_kept_events();
}

}  // namespace router
