#include "router/worker/event_round.h"

namespace router {

const transport::BufferRef& EventRound::other_frame(serializers::Format format, transport::Framing framing) {
  for (const Frame& known : frames_) {
    if (known.format != format || known.framing != framing) continue;
    last_ = &known;
    return known.bytes;
  }
  is_making_ = true;
  auto bytes = encoder_.encode(format, framing, event_, RoutedPayload(delivery_.payload));
  last_ = &frames_.emplace_back(Frame{format, framing, std::move(bytes)});
  is_making_ = false;
  return last_->bytes;
}

}  // namespace router
