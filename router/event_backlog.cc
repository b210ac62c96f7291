#include "router/event_backlog.h"

#include <cassert>

namespace router {
namespace {

using config::SlowConsumer;

// Of the entry, its places and the message without its payload, roughly.
constexpr size_t entry_bytes = 256;

}  // namespace

EventBacklog::Topic EventBacklog::topic_of(const wamp::Event& event) {
  const wamp::Value* topic = event.details.find("topic");
  const auto* text = topic ? topic->get<std::string>() : nullptr;
  return {event.subscription.value, text ? *text : ""};
}

bool EventBacklog::add(std::shared_ptr<const WaitingEvent> event, SlowConsumer policy) {
  const size_t bytes = entry_bytes + event->payload.bytes().size();
  const uint64_t subscription = event->event.subscription.value;
  if (policy == SlowConsumer::conflate) {
    const auto found = conflated_places_.find(topic_of(event->event));
    if (found != conflated_places_.end()) {
      Entry& entry = *found->second;
      bytes_ = bytes_ - entry.bytes + bytes;
      entry.what = std::move(event);
      entry.bytes = bytes;
      ++losses_.conflated;
      ++entry.replaced;
      make_room(0);
      return true;
    }
  }
  if (!make_room(bytes)) {
    if (policy == SlowConsumer::disconnect) return false;
    ++losses_.dropped;
    ++lost_[subscription];
    return true;
  }
  bytes_ += bytes;
  const Place place = entries_.insert(entries_.end(), {std::move(event), policy, bytes});
  if (policy != SlowConsumer::disconnect) droppable_.push_back(place);
  if (policy == SlowConsumer::conflate)
    conflated_places_.emplace(topic_of(std::get<0>(place->what)->event), place);
  return true;
}

void EventBacklog::add(wamp::Message message) {
  bytes_ += entry_bytes;
  entries_.push_back({std::move(message), SlowConsumer::disconnect, entry_bytes});
}

bool EventBacklog::make_room(size_t bytes) {
  while (bytes_ + bytes > max_bytes_ && !droppable_.empty()) drop_oldest();
  return bytes_ + bytes <= max_bytes_;
}

void EventBacklog::drop_oldest() {
  const Place oldest = droppable_.front();
  ++losses_.dropped;
  lost_[std::get<0>(oldest->what)->event.subscription.value] += 1 + oldest->replaced;
  droppable_.pop_front();
  remove(oldest);
}

void EventBacklog::remove(Place place) {
  if (place->policy == SlowConsumer::conflate)
    conflated_places_.erase(topic_of(std::get<0>(place->what)->event));
  bytes_ -= place->bytes;
  entries_.erase(place);
}

EventBacklog::Next EventBacklog::take() {
  assert(!entries_.empty());
  const Place oldest = entries_.begin();
  Next next{oldest->what, oldest->replaced};
  if (const auto* event = std::get_if<0>(&next.what)) {
    if (const auto lost = lost_.find((*event)->event.subscription.value); lost != lost_.end()) {
      next.lost += lost->second;
      lost_.erase(lost);
    }
  }
  if (!droppable_.empty() && droppable_.front() == oldest) droppable_.pop_front();
  remove(oldest);
  return next;
}

}  // namespace router
