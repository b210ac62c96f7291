#include "router/broker/event_history.h"

#include <utility>

namespace router::broker {

void EventHistory::add(StoredEventRef event) {
  bytes_ += event->bytes();
  // A damaged file may have brought one twice.
  if (!numbers_.find(event->publication.value)) numbers_.insert(event->publication.value, end());
  events_.push_back(std::move(event));
  while (!events_.empty() && (events_.size() > max_events_ || bytes_ > max_bytes_)) {
    bytes_ -= events_.front()->bytes();
    if (find(events_.front()->publication) == first_) numbers_.erase(events_.front()->publication.value);
    events_.pop_front();
    ++first_;
    limit_reached_ = true;
  }
}

std::optional<uint64_t> EventHistory::find(wamp::PublicationId publication) const {
  const uint64_t* number = numbers_.find(publication.value);
  return number ? std::optional(*number) : std::nullopt;
}

}  // namespace router::broker
