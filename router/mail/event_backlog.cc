#include "router/mail/event_backlog.h"

#include <cassert>

#include "router/memory/value_bytes.h"

namespace router {
namespace {

using config::SlowConsumer;

// Of an entry and its places.
constexpr size_t entry_bytes = 256;

}  // namespace

size_t EventBacklog::bytes_of(const WaitingEvent& event) {
  return entry_bytes + allocated(sizeof(WaitingEvent)) + allocated(event.event.details) +
         event.payload.held();
}

size_t EventBacklog::shared_bytes() const {
  constexpr size_t most_looked_at = 64;
  size_t looked_at = 0, bytes = 0, shared = 0, kept_bytes = 0;
  for (const Entry& entry : entries_) {
    if (looked_at++ == most_looked_at) break;
    if (const auto* kept = std::get_if<KeptEvents>(&entry.what)) kept_bytes += kept->charge.bytes();
    bytes += entry.bytes;
    const auto* event = std::get_if<0>(&entry.what);
    const auto holders = event ? static_cast<size_t>(event->use_count()) : 1;
    shared += entry.bytes - entry.bytes / holders;
  }
  const double part = bytes == 0 ? 0 : static_cast<double>(shared) / static_cast<double>(bytes);
  return kept_bytes + static_cast<size_t>(part * static_cast<double>(charge_.bytes()));
}

EventBacklog::Topic EventBacklog::topic_of(const wamp::Event& event) {
  const wamp::Value* topic = event.details.find("topic");
  const auto* text = topic ? topic->get<std::string>() : nullptr;
  return {event.subscription.value, text ? *text : ""};
}

bool EventBacklog::add(std::shared_ptr<const WaitingEvent> event, SlowConsumer policy) {
  const size_t bytes = bytes_of(*event);
  const uint64_t subscription = event->event.subscription.value;
  if (policy == SlowConsumer::conflate) {
    const auto found = conflated_places_.find(topic_of(event->event));
    if (found != conflated_places_.end()) {
      Entry& entry = *found->second;
      shrink(entry.bytes);
      grow(bytes);
      entry.counted = WaitingCount(event->counted);
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
  grow(bytes);
  const CountedTopic topic = event->counted;
  const Place place = entries_.insert(entries_.end(), {std::move(event), policy, bytes, WaitingCount(topic)});
  if (policy != SlowConsumer::disconnect) droppable_.push_back(place);
  if (policy == SlowConsumer::conflate)
    conflated_places_.emplace(topic_of(std::get<0>(place->what)->event), place);
  return true;
}

void EventBacklog::add(wamp::Message message) {
  grow(entry_bytes);
  entries_.push_back({std::move(message), SlowConsumer::disconnect, entry_bytes});
}

void EventBacklog::add(KeptEvents events) {
  grow(entry_bytes);
  entries_.push_back({std::move(events), SlowConsumer::disconnect, entry_bytes});
  ++kept_;
}

bool EventBacklog::make_room(size_t bytes) {
  while (charge_.bytes() + bytes > max_bytes_ && !droppable_.empty()) drop_oldest();
  return charge_.bytes() + bytes <= max_bytes_;
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
  shrink(place->bytes);
  entries_.erase(place);
}

std::optional<EventBacklog::Next> EventBacklog::take() {
  while (!entries_.empty()) {
    const Place oldest = entries_.begin();
    if (auto* const kept = std::get_if<KeptEvents>(&oldest->what)) {
      if (auto event = kept->next()) return Next{*std::move(event)};
      --kept_;
      remove(oldest);
    } else if (auto* const message = std::get_if<wamp::Message>(&oldest->what)) {
      Next next{std::move(*message)};
      remove(oldest);
      return next;
    } else {
      return take_event(oldest);
    }
  }
  return std::nullopt;
}

EventBacklog::Next EventBacklog::take_event(Place oldest) {
  auto& event = std::get<0>(oldest->what);
  Next next{event, oldest->replaced};
  if (const auto lost = lost_.find(event->event.subscription.value); lost != lost_.end()) {
    next.lost += lost->second;
    lost_.erase(lost);
  }
  if (!droppable_.empty() && droppable_.front() == oldest) droppable_.pop_front();
  remove(oldest);
  return next;
}

}  // namespace router
