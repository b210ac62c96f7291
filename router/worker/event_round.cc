#include "router/worker/event_round.h"

namespace router {

const transport::BufferRef& EventRound::frame(serializers::Format format, transport::Framing framing) {
  const auto fits = [&](const Frame& known) { return known.format == format && known.framing == framing; };
  if (last_ < frames_.size() && fits(frames_[last_])) [[likely]]
    return frames_[last_].bytes;
  for (last_ = 0; last_ < frames_.size(); ++last_)
    if (fits(frames_[last_])) return frames_[last_].bytes;
  make(format, framing);
  return frames_[last_].bytes;
}

void EventRound::make(serializers::Format format, transport::Framing framing) {
  is_making_ = true;
  frames_.push_back(
      {format, framing, encoder_.encode(format, framing, event_, RoutedPayload(delivery_.payload))});
  is_making_ = false;
}

}  // namespace router
