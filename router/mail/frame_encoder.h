// From a message and its payload to the frame that goes out.
//
// One per worker thread: it lends its space from frame to frame.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "router/mail/routed_payload.h"
#include "serializers/serializer.h"
#include "transport/connection/connection.h"
#include "transport/framing/framing.h"
#include "transport/memory/buffer.h"
#include "transport/websocket/deflate.h"
#include "wamp/message.h"

namespace router {

class FrameEncoder {
 public:
  // The payload is spliced in as it is if it is in the same format, transcoded if not. If nobody else holds
  // its buffer, the frame is built around it without a copy.
  // `message`: one of the messages, or any.
  template <class M>
  transport::BufferRef encode(serializers::Format format, transport::Framing framing, const M& message,
                              RoutedPayload&& payload) {
    return frame(format, framing,
                 serializers::encode_envelope(format, message, payload.count, envelope_), std::move(payload));
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
