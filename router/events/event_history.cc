#include "router/events/event_history.h"

#include <algorithm>
#include <utility>

namespace router::broker {

bool EventHistory::add(StoredEventRef event) {
  const size_t bytes = event->bytes();
  const Timestamp latest = events_.empty() ? event->time : std::max(event->time, events_.back().latest);
  const uint64_t publication = event->publication.value;
  events_.push_back({std::move(event), bytes, latest});
  charge_.set(charge_.bytes() + bytes);
  // A damaged file may have brought one twice.
  if (!numbers_.find(publication)) numbers_.insert(publication, end() - 1);
  return drop_some();
}

bool EventHistory::drop_some() {
  constexpr size_t most_at_once = 32;
  for (size_t dropped = 0; !events_.empty() && (events_.size() > max_events_ ||
                                                charge_.bytes() > max_bytes_ || !kept_->has_room_for(0));
       ++dropped) {
    if (dropped == most_at_once) return false;
    const Entry& oldest = events_.front();
    charge_.set(charge_.bytes() - oldest.bytes);
    if (find(oldest.event->publication) == first_) numbers_.erase(oldest.event->publication.value);
    events_.pop_front();
    ++first_;
    limit_reached_ = true;
  }
  return true;
}

uint64_t EventHistory::first_since(Timestamp time) const {
  const auto at = std::partition_point(events_.begin(), events_.end(),
                                       [time](const Entry& entry) { return entry.latest < time; });
  return first_ + static_cast<uint64_t>(at - events_.begin());
}

std::optional<uint64_t> EventHistory::find(wamp::PublicationId publication) const {
  const uint64_t* number = numbers_.find(publication.value);
  return number ? std::optional(*number) : std::nullopt;
}

}  // namespace router::broker
