#include "router/events/retained_events.h"

namespace router::broker {

bool RetainedEvents::add(const StoredEventRef& event, Timestamp now) {
  remove_expired(now);
  auto topic = topics_.find(event->topic);
  size_t replaced = 0, replaced_bytes = 0;
  if (topic != topics_.end()) {
    const Events& events = topic->second.events;
    const bool is_for_all = !event->filter;
    const bool keeps_one_for_all = !is_for_all && !events.front()->filter;
    if (is_for_all)
      replaced = events.size();
    else if (events.size() - keeps_one_for_all == max_restricted)
      replaced = 1;
    const size_t first = keeps_one_for_all;
    for (size_t i = 0; i < replaced; ++i) replaced_bytes += events[first + i]->bytes();
    if (!has_room_for(event->bytes(), replaced, replaced_bytes)) return false;
    for (size_t i = 0; i < replaced; ++i) drop(topic, first);
  } else {
    if (!has_room_for(event->bytes(), 0, 0)) return false;
    topic = add_topic(event->topic);
  }
  topic->second.events.push_back(event);
  ++size_;
  charge_.set(charge_.bytes() + event->bytes());
  if (event->expiry) expiries_.emplace(std::pair(*event->expiry, event->publication), event->topic);
  return true;
}

bool RetainedEvents::has_room_for(size_t bytes, size_t replaced, size_t replaced_bytes) const {
  if (size_ + 1 - replaced > max_events_ || charge_.bytes() + bytes - replaced_bytes > max_bytes_)
    return false;
  return bytes <= replaced_bytes || kept_->has_room_for(bytes - replaced_bytes);
}

void RetainedEvents::remove(std::string_view name) {
  const auto topic = topics_.find(name);
  if (topic == topics_.end()) return;
  while (!topic->second.events.empty()) drop(topic, topic->second.events.size() - 1);
  remove_topic(topic);
}

RetainedEvents::Topics::iterator RetainedEvents::add_topic(const std::string& name) {
  const auto topic = topics_.try_emplace(name).first;
  topic->second.place = table_.add(topic->first, &topic->second);
  return topic;
}

void RetainedEvents::remove_topic(Topics::iterator topic) {
  table_.remove(topic->first, topic->second.place);
  topics_.erase(topic);
}

// The topic may be empty afterwards.
void RetainedEvents::drop(Topics::iterator topic, size_t position) {
  Events& events = topic->second.events;
  const StoredEventRef event = events[position];
  events.erase(events.begin() + static_cast<ptrdiff_t>(position));
  --size_;
  charge_.set(charge_.bytes() - event->bytes());
  if (event->expiry) expiries_.erase({*event->expiry, event->publication});
}

void RetainedEvents::remove_expired(Timestamp now) {
  constexpr size_t most_at_once = 256;
  for (size_t removed = 0;
       removed < most_at_once && !expiries_.empty() && expiries_.begin()->first.first <= now; ++removed) {
    const auto& [due, name] = *expiries_.begin();
    const auto topic = topics_.find(name);
    Events& events = topic->second.events;
    size_t position = 0;
    while (events[position]->publication != due.second) ++position;
    drop(topic, position);  // takes the expiry along
    if (events.empty()) remove_topic(topic);
  }
}

}  // namespace router::broker
