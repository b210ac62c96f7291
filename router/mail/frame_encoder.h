// From a message and its payload to the frame that goes out.
//
// One per worker thread: it lends its space from frame to frame.
#pragma once

#include <cstddef>
#include <string>

#include "router/mail/routed_payload.h"
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
  transport::BufferRef encode(serializers::Format format, transport::Framing framing,
                              const wamp::Message& message, RoutedPayload&& payload);

  // Of all the messages that were compressed, or tried.
  size_t compressed_bytes() const { return deflater_.taken_bytes(); }

 private:
  serializers::EnvelopeSpace envelope_;
  std::string transcoded_;
  transport::Deflater deflater_;
};

}  // namespace router
