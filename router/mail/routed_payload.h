// A payload on its way from one session to others, as bytes in a buffer that can be shared, and the frame
// that goes out with it.
//
// Copied once from the read buffer, with room in front, so that for a single receiver with the same
// serializer the outgoing frame is built around the bytes in place.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "serializers/serializer.h"
#include "transport/framing/framing.h"
#include "transport/memory/buffer.h"
#include "transport/websocket/deflate.h"
#include "wamp/message.h"

namespace router {

struct RoutedPayload {
  serializers::Format format = serializers::Format::json;
  uint8_t count = 0;            // as wamp::Payload
  transport::BufferRef buffer;  // null if count is 0

  std::string_view bytes() const { return buffer ? buffer->view() : std::string_view(); }
  // Of memory, all that the buffer takes.
  size_t held() const { return buffer ? buffer->held() : 0; }
};

// Copies; what was decoded from a read buffer does not outlive it.
RoutedPayload copy_payload(serializers::Format format, const wamp::Payload& payload);

// A payload that the router says itself.
RoutedPayload make_payload(const serializers::Arguments& arguments);

// From a message and its payload to the frame that goes out. One per worker thread: it lends its space from
// frame to frame.
class FrameEncoder {
 public:
  // The payload is spliced in as it is if it is in the same format, transcoded if not. If nobody else holds
  // its buffer, the frame is built around it without a copy.
  // `message`: one of the messages, or any.
  template <class M>
  transport::BufferRef encode(serializers::Format format, transport::Framing framing, const M& message,
                              RoutedPayload&& payload) {
    return frame(format, framing, serializers::encode_envelope(format, message, payload.count, envelope_),
                 std::move(payload));
  }

  // Of all the messages that were compressed, or tried.
  size_t compressed_bytes() const { return deflater_.taken_bytes(); }

 private:
  transport::BufferRef frame(serializers::Format format, transport::Framing framing,
                             const serializers::Envelope& envelope, RoutedPayload&& payload);

  serializers::EnvelopeSpace envelope_;
  std::string transcoded_;
  transport::Deflater deflater_;
};

}  // namespace router
