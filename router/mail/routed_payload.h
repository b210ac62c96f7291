// A payload on its way from one session to others: the bytes as they came, in a buffer that can be shared.
//
// Copied once from the read buffer, with room in front, so that for a single receiver with the same
// serializer the outgoing frame is built around the bytes in place.
#pragma once

#include <string>

#include "serializers/serializer.h"
#include "transport/memory/buffer.h"
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

}  // namespace router
