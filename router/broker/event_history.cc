#include "router/broker/event_history.h"

#include <utility>

namespace router::broker {

bool EventHistory::add(StoredEventRef event) {
  charge_.set(charge_.bytes() + event->bytes());
  // A damaged file may have brought one twice.
  if (!numbers_.find(event->publication.value)) numbers_.insert(event->publication.value, end());
  events_.push_back(std::move(event));
  return drop_some();
}

bool EventHistory::drop_some() {
  constexpr size_t most_at_once = 64;
  for (size_t dropped = 0; !events_.empty() && (events_.size() > max_events_ ||
                                                charge_.bytes() > max_bytes_ || !kept_->has_room_for(0));
       ++dropped) {
    if (dropped == most_at_once) return false;
    charge_.set(charge_.bytes() - events_.front()->bytes());
    if (find(events_.front()->publication) == first_) numbers_.erase(events_.front()->publication.value);
    events_.pop_front();
    ++first_;
    limit_reached_ = true;
  }
  return true;
}

std::optional<uint64_t> EventHistory::find(wamp::PublicationId publication) const {
  const uint64_t* number = numbers_.find(publication.value);
  return number ? std::optional(*number) : std::nullopt;
}

}  // namespace router::broker
