// What a session sends to its peer: messages, and events, which may wait.
//
// Knows no realm. On the session's worker's thread. What it refers to outlives it.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "router/config/config.h"
#include "router/mail/delivery.h"
#include "router/mail/event_backlog.h"
#include "router/mail/routed_payload.h"
#include "router/member/session_record.h"
#include "router/session/pause.h"
#include "router/session/taken_watch.h"
#include "router/worker/catch_up_budget.h"
#include "router/worker/resident.h"
#include "router/worker/worker.h"
#include "serializers/serializer.h"
#include "transport/connection/connection.h"
#include "wamp/message.h"

namespace router {

// Messages are encoded, counted, and no longer than the peer takes. Part of a session, as long as there is a
// connection.
class Sender {
 public:
  // `limits`: of the connection's transport.
  Sender(Worker& worker, transport::Connection& connection, serializers::Format format,
         const config::TransportLimits& limits)
      : worker_(worker),
        connection_(connection),
        format_(format),
        max_frame_size_(connection.max_frame_size()),
        max_queued_bytes_(limits.max_queued_bytes),
        much_(much_of(limits)) {}

  serializers::Format format() const { return format_; }
  transport::Framing framing() const { return connection_.framing(); }
  transport::Connection& connection() const { return connection_; }
  // Of the present session, or else the last one.
  SessionRecord& record() { return record_; }
  // The same session's, for the log.
  std::string name() const { return name_of(record_.session, connection_.peer_address()); }

  // Bytes that may wait for the peer, and with how many of them it has caught up.
  size_t max_queued_bytes() const { return max_queued_bytes_; }
  size_t low_water() const { return low_water_of(max_queued_bytes_); }
  // With more than this it gets no calls. One more message, as long as there may be, has room besides.
  size_t much() const { return much_; }

  // Of one of the messages, or of any.
  template <class M>
  transport::BufferRef encode(const M& message, RoutedPayload&& payload = {}) {
    return worker_.encoder().encode(format_, framing(), message, std::move(payload));
  }
  // The peer takes frames as long as this one.
  bool takes(const transport::BufferRef& frame) const { return frame->size() <= max_frame_size_; }

  // One that the session cannot go on without: if it is too long, the connection is closed. False: it was, or
  // the connection is no more.
  bool send(const wamp::Message& message, RoutedPayload&& payload = {});
  // Precondition: takes(frame), which is the message's. False: the connection is no more.
  template <class M>
  bool send(const M& message, transport::BufferRef frame) {
    count(message, frame->size());
    connection_.send(std::move(frame));
    return is_open_;
  }
  // Nothing of what the session still says goes anywhere.
  void on_closed() { is_open_ = false; }
  bool is_open() const { return is_open_; }
  void count_event(size_t bytes);

 private:
  void count(const wamp::Message& message, size_t bytes);
  template <class M>
  void count(const M& message, size_t bytes) {
    worker_.counters().sent.add<M>();
    record_.count_sent(bytes);
    if constexpr (std::is_same_v<M, wamp::Error>) {
      worker_.counters().errors_sent.add(message.error);
      ++record_.errors;
    }
  }
  static size_t low_water_of(size_t max_queued_bytes) {
    constexpr size_t usual = 256 * 1024;
    return std::min(usual, max_queued_bytes / 4);
  }
  static size_t much_of(const config::TransportLimits& limits);

  Worker& worker_;
  transport::Connection& connection_;
  const serializers::Format format_;
  const size_t max_frame_size_;
  const size_t max_queued_bytes_, much_;
  bool is_open_ = true;
  SessionRecord record_;
};

// Sends a session's peer its EVENTs; lets them wait, give way, or drops the peer if its connection has no
// room for them, as the policy of the subscription says. Part of a membership.
class EventSender {
 public:
  // Sees what has been sent.
  class Watcher {
   public:
    virtual void on_sent(const wamp::Event& event, const RoutedPayload& payload) = 0;
    virtual void on_sent(const wamp::Message& message, const RoutedPayload& payload) = 0;

   protected:
    ~Watcher() = default;
  };
  // `is_watched`: the watcher wants to see it.
  EventSender(Worker& worker, Resident& resident, Sender& sender, Watcher& watcher,
              const std::atomic<bool>& is_watched)
      : worker_(worker), resident_(resident), sender_(sender), watcher_(watcher), is_watched_(is_watched) {}
  // Events that wait are lost, answers are not.
  ~EventSender();
  EventSender(const EventSender&) = delete;

  // One that is longer than the peer takes is dropped, counted and logged.
  void deliver(const transport::BufferRef& frame, config::SlowConsumer policy, EventShare& share);
  // True: an EVENT with a payload of so many bytes and no details may be given to send().
  bool has_room_for(size_t payload_bytes, config::SlowConsumer policy) const;
  // False: it was too long, or the connection is no more.
  bool send(transport::BufferRef frame);
  // One relaxed load.
  bool is_watched() const { return is_watched_.load(std::memory_order_relaxed); }

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
  void send_message(const wamp::Message& message);
  void send_event(const wamp::Event& event, const RoutedPayload& payload);
  void lose_too_long();
  void drop_peer();
  void end_backlog();

  Worker& worker_;
  Resident& resident_;  // whose events they are
  Sender& sender_;
  Watcher& watcher_;
  const std::atomic<bool>& is_watched_;
  std::unique_ptr<EventBacklog> backlog_;  // while events wait
  TakenWatch taken_;                       // while it pauses reading
};

}  // namespace router
