// One EVENT on its way to those of a worker's residents who have subscribed to it: encoded once for each
// serializer and framing among them.
//
// Lives on the worker's thread while the event is delivered. What it refers to outlives it.
#pragma once

#include <utility>
#include <vector>

#include "router/mail/delivery.h"
#include "router/mail/event_backlog.h"
#include "router/mail/frame_encoder.h"
#include "wamp/message.h"

namespace router {

class EventRound {
 public:
  // As some of the receivers get it.
  struct Frame {
    serializers::Format format;
    transport::Framing framing;
    transport::BufferRef bytes;
  };

  // `frames`: space that is lent; empty before and afterwards.
  EventRound(EventDelivery& delivery, FrameEncoder& encoder, std::vector<Frame>& frames)
      : event_(std::move(delivery.event)), delivery_(delivery), encoder_(encoder), frames_(frames) {}
  ~EventRound() { frames_.clear(); }
  EventRound(const EventRound&) = delete;

  // Null: whoever has subscribed gets it.
  const EventFilter* filter() const { return delivery_.filter.get(); }
  const transport::BufferRef& frame(serializers::Format format, transport::Framing framing);
  // For those who must wait for it.
  EventShare& share() { return share_; }

  // It is for one only and has no details: its frame may be built around the payload, which is gone then.
  bool is_plain() const { return delivery_.audience->size() == 1 && event().details.empty(); }
  const wamp::Message& message() const { return event_; }
  size_t payload_size() const { return delivery_.payload.bytes().size(); }
  RoutedPayload take_payload() { return std::move(delivery_.payload); }

  // There was no memory to make a frame, which would have been for all.
  bool lacks_memory() const { return is_making_; }

 private:
  const wamp::Event& event() const { return std::get<wamp::Event>(event_); }
  void make(serializers::Format format, transport::Framing framing);

  const wamp::Message event_;
  EventDelivery& delivery_;
  FrameEncoder& encoder_;
  std::vector<Frame>& frames_;
  size_t last_ = 0;  // nearly all want the frame that the one before them got
  bool is_making_ = false;
  EventShare share_{event(), delivery_.payload};
};

}  // namespace router
