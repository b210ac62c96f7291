// What one link says to the other, as bytes: a version, a realm, and a WAMP message.
//
// A link is to the other one what a caller is to a router: it sends CALL (also for further chunks) and
// CANCEL, and gets RESULT and ERROR. In each direction and realm requests ascend, also when the realm is
// served anew. The message is in the serializer of its payload, so that goes from client to client as it is.
// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "router/dealer/forwarded_call.h"
#include "router/mail/routed_payload.h"
#include "serializers/serializer.h"
#include "wamp/message.h"

namespace router::link {

enum class FrameKind : uint8_t {
  message,
  chunk,      // a CALL that goes on
  not_taken,  // an ERROR: no callee there has got the call, so another one may
};

struct Frame {
  FrameKind kind = FrameKind::message;
  std::string_view realm;
  serializers::Format format = serializers::Format::msgpack;
  wamp::Message message;  // with its payload
};

// The message's own payload is not looked at.
std::string encode(FrameKind kind, std::string_view realm, const wamp::Message& message,
                   const RoutedPayload& payload);
// Nothing if it is not whole and right. A view in it points into `bytes` or `scratch`.
std::optional<Frame> decode(std::string_view bytes, serializers::Scratch& scratch);

// What a CALL asks for whose options are the details of the INVOCATION that the other link has got; nothing
// if they are wrong. It views into the message.
std::optional<dealer::ForwardedCall> forwarded(const wamp::Call& message);

}  // namespace router::link
