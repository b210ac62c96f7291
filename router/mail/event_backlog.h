// The events that wait for a slow subscriber, outside its connection's queue, and what gives way when there
// are too many.
//
// A session has one from the event that its connection had no room for, or from kept events on, until the
// connection has taken all.
// Meanwhile all of its events come here, so that they stay in order. Pure; the session's own thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "router/mail/delivery.h"
#include "transport/memory/account.h"
#include "wamp/message.h"

namespace router {

// An event as all slow subscribers hold it.
struct WaitingEvent {
  wamp::Event event;
  RoutedPayload payload;
  CountedTopic counted = {};
};

// One delivery's event, made to wait when the first slow subscriber needs it. What it refers to outlives it.
class EventShare {
 public:
  // `delivery`: the event's, which has been taken out of it.
  EventShare(const wamp::Event& event, const EventDelivery& delivery) : event_(event), delivery_(delivery) {}
  const std::shared_ptr<const WaitingEvent>& get() {
    if (!waiting_)
      waiting_ =
          std::make_shared<const WaitingEvent>(WaitingEvent{event_, delivery_.payload, delivery_.counted});
    return waiting_;
  }
  const wamp::Event& event() const { return event_; }
  const RoutedPayload& payload() const { return delivery_.payload; }

 private:
  const wamp::Event& event_;
  const EventDelivery& delivery_;
  std::shared_ptr<const WaitingEvent> waiting_;
};

// While it lives, one EVENT more of the topic waits.
class WaitingCount {
 public:
  WaitingCount() = default;
  explicit WaitingCount(const CountedTopic& topic) : topic_(topic) { count(1); }
  WaitingCount(WaitingCount&& other) noexcept : topic_(std::exchange(other.topic_, {})) {}
  WaitingCount& operator=(WaitingCount&& other) noexcept {
    std::swap(topic_, other.topic_);
    return *this;
  }
  ~WaitingCount() { count(-1); }

 private:
  void count(int64_t change) const {
    if (auto* const numbers = topic_.numbers()) numbers->waiting.fetch_add(change, std::memory_order_relaxed);
  }
  CountedTopic topic_;
};

class EventBacklog {
 public:
  // Of memory; what others hold, too, counts in full. `charge` pays for it.
  explicit EventBacklog(size_t max_bytes, transport::Charge charge = {})
      : max_bytes_(max_bytes), charge_(std::move(charge)) {}

  // False, and nothing has changed: it is full, and nothing in it may give way, the new one neither.
  bool add(std::shared_ptr<const WaitingEvent> event, config::SlowConsumer policy);
  // A message that must not overtake the events; always taken.
  void add(wamp::Message message);
  // Likewise; they pay for themselves.
  void add(KeptEvents events);
  bool has_kept_events() const { return kept_ > 0; }
  size_t bytes() const { return charge_.bytes(); }
  // About what of them others hold, too, and would not be free without this.
  size_t shared_bytes() const;

  // visit(const wamp::Message&) for those of them that wait.
  template <class Visit>
  void for_each_message(Visit visit) const {
    for (const Entry& entry : entries_)
      if (const auto* message = std::get_if<wamp::Message>(&entry.what)) visit(*message);
  }

  struct Next {
    std::variant<std::shared_ptr<const WaitingEvent>, wamp::Message, Delivery> what;
    uint64_t lost =
        0;  // events that gave way to it, or of its subscription since the last one that was taken
  };
  // The oldest; none: nothing waits any more.
  std::optional<Next> take();

  // Events that gave way since the last call: to newer ones, and to newer ones of their topic.
  struct Losses {
    uint64_t dropped = 0, conflated = 0;
  };
  Losses take_losses() { return std::exchange(losses_, {}); }

 private:
  using Topic = std::pair<uint64_t, std::string>;  // subscription, and the event's topic if that is a pattern
  struct Entry {
    std::variant<std::shared_ptr<const WaitingEvent>, wamp::Message, KeptEvents> what;
    config::SlowConsumer policy = config::SlowConsumer::disconnect;
    size_t bytes = 0;
    WaitingCount counted = {};
    uint64_t replaced = 0;  // older ones of its topic
  };
  using Place = std::list<Entry>::iterator;

  static Topic topic_of(const wamp::Event& event);
  static size_t bytes_of(const WaitingEvent& event);
  void grow(size_t bytes) { charge_.set(charge_.bytes() + bytes); }
  void shrink(size_t bytes) { charge_.set(charge_.bytes() - bytes); }
  bool make_room(size_t bytes);
  void drop_oldest();
  void remove(Place place);
  Next take_event(Place oldest);

  const size_t max_bytes_;
  std::list<Entry> entries_;    // oldest first
  std::list<Place> droppable_;  // those that may give way, oldest first
  std::map<Topic, Place> conflated_places_;
  std::map<uint64_t, uint64_t> lost_;  // by subscription: what was dropped since its last event was taken
  transport::Charge charge_;
  size_t kept_ = 0;  // entries that are kept events
  Losses losses_;
};

}  // namespace router
