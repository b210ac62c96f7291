// Sends a session's peer its EVENTs; lets them wait, give way, or drops the peer if its connection has no
// room for them, as the policy of the subscription says.
//
// Part of a membership, on its worker's thread. What it refers to outlives it.
#pragma once

#include <cstddef>
#include <memory>

#include "router/base/session_ref.h"
#include "router/mail/delivery.h"
#include "router/mail/event_backlog.h"
#include "router/session/pause.h"
#include "router/session/sender.h"
#include "router/session/taken_watch.h"
#include "router/worker/catch_up_budget.h"
#include "router/worker/resident.h"
#include "router/worker/worker.h"

namespace router {

class EventSender {
 public:
  EventSender(Worker& worker, Resident& resident, Sender& sender, const SessionRef& session)
      : worker_(worker), resident_(resident), sender_(sender), session_(session) {}
  // Events that wait are lost, answers are not.
  ~EventSender();
  EventSender(const EventSender&) = delete;

  // One that is longer than the peer takes is dropped, counted and logged.
  void deliver(const transport::BufferRef& frame, config::SlowConsumer policy, EventShare& share);
  // True: an EVENT with a payload of so many bytes and no details may be given to send().
  bool has_room_for(size_t payload_bytes, config::SlowConsumer policy) const;
  void send(transport::BufferRef frame);

  // Events wait. What tells of subscriptions must not overtake them, nor each other: after UNSUBSCRIBED a
  // client takes an EVENT for a violation, and before SUBSCRIBED too.
  bool waits() const { return backlog_ != nullptr; }
  static bool keeps_order(const wamp::Message& message) {
    return std::holds_alternative<wamp::Subscribed>(message) ||
           std::holds_alternative<wamp::Unsubscribed>(message);
  }
  // Precondition: waits() and keeps_order(message).
  void send_behind(wamp::Message&& message) { backlog_->add(std::move(message)); }
  // Those that were kept for it, in the order of its other events. The peer is not read until the last has
  // been sent.
  void send_kept(KeptEvents&& events);
  // Of what waits: what would not be free without this session, as others wait for it, too.
  size_t shared_bytes() const { return backlog_ ? backlog_->shared_bytes() : 0; }
  // At the end of a turn: the connection gets as much as it has room for of what waits. True: it has room for
  // more, but the budget of this turn is spent.
  bool catch_up(CatchUpBudget& budget);
  // Asked once a second: the peer, which is not read as kept events wait, has taken nothing for that time; 0:
  // for ever.
  bool is_stuck(SteadyTime now, std::chrono::milliseconds patience) {
    return sender_.connection().pauses().has(pause::kept_events) &&
           taken_.is_stuck(sender_.connection(), now, patience);
  }

 private:
  size_t room(config::SlowConsumer policy) const;
  void fall_behind(config::SlowConsumer policy, EventShare& share);
  void begin_backlog();
  void pause_reading_for_kept_events();
  void send_waiting(EventBacklog::Next& next);
  void lose_too_long();
  void drop_peer();
  void end_backlog();

  Worker& worker_;
  Resident& resident_;  // whose events they are
  Sender& sender_;
  const SessionRef session_;
  std::unique_ptr<EventBacklog> backlog_;  // while events wait
  TakenWatch taken_;                       // while it pauses reading
};

}  // namespace router
