// Bytes ↔ wamp::Message, and payloads from one serializer to another.
//
// Only the envelope is read: type, ids, URIs, options and details. Arguments and ArgumentsKw are validated in
// full (grammar, UTF-8, depth) but stay bytes. All functions are stateless but for the Scratch that a caller
// lends; any thread may call them, each with a scratch of its own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "serializers/base/limits.h"
#include "serializers/envelope/message_start.h"
#include "serializers/envelope/message_taker.h"
#include "serializers/format.h"
#include "wamp/message.h"
#include "wamp/result.h"

namespace serializers {

// What it is called outside.
struct FormatNames {
  std::string_view name;                              // in the configuration
  std::string_view subprotocol, batched_subprotocol;  // of WebSocket
  uint8_t rawsocket_number;                           // in RawSocket's handshake
  bool is_text;                                       // or binary
};
const FormatNames& names(Format format);
inline std::string_view name(Format format) {
  return names(format).name;
}

// Decodes one message. A view in the result points into `bytes` or `scratch`. The error says which message
// and element is wrong and what was expected: "CALL.Options: expected a dictionary, got a string". Of an
// escape in JSON that is a lone surrogate U+FFFD is made, wherever it stands. If the error is
// refusable, what stands behind its place has not been looked at.
wamp::Result<wamp::Message> decode(Format format, std::string_view bytes, Scratch& scratch,
                                   const Limits& limits = {});

// The same, and gives the message to `take`: the way of the messages that are routed.
wamp::Result<void> decode(Format format, std::string_view bytes, Scratch& scratch, const Limits& limits,
                          MessageTaker take);

// Nothing if the bytes do not begin a message like that, or end before it is sure that its request id is
// whole.
std::optional<MessageStart> decode_start(Format format, std::string_view message, Scratch& scratch);

// Appends the message up to the place of its payload, which has `payload_count` elements and which the caller
// puts behind it, followed by what is returned. The message's own payload member is not looked at.
std::string_view encode_envelope(Format format, const wamp::Message& message, uint8_t payload_count,
                                 std::string& out);

// The same for what is sent most: in a place that a caller lends, for as long as it is not lent again.
struct Envelope {
  std::string_view head, tail;
};
struct EnvelopeSpace {
  char short_text[192];
  std::string long_text;
};
Envelope encode_envelope(Format format, const wamp::Message& message, uint8_t payload_count,
                         EnvelopeSpace& space);

namespace detail {
// `message` is the one with this index in wamp::Message.
Envelope encode_envelope(Format format, size_t index, const void* message, uint8_t payload_count,
                         EnvelopeSpace& space);
}  // namespace detail
template <class M>
Envelope encode_envelope(Format format, const M& message, uint8_t payload_count, EnvelopeSpace& space) {
  return detail::encode_envelope(format, wamp::message_index<M>, &message, payload_count, space);
}

// A whole message with its own payload, which must be in the same format.
std::string encode(Format format, const wamp::Message& message);

// Arguments and keyword arguments as values: for payloads that the router reads or makes itself.
struct Arguments {
  wamp::List args;
  wamp::Dict kwargs;
};

// Appends the payload; returns its count (2 if there are kwargs, 1 if only args, 0 if neither).
uint8_t encode_arguments(Format format, const Arguments& arguments, std::string& out);

// The payload must have been validated by decode(). The error is an excess, refusable.
wamp::Result<Arguments> decode_arguments(Format format, wamp::Payload payload, const ValueLimits& limits);
Arguments decode_arguments(Format format, wamp::Payload payload);

// One value as JSON text, as tokens and HTTP bodies have it.
wamp::Result<wamp::Value> decode_json(std::string_view text);

// Appends the payload in the other format. The payload must have been validated by decode(). Never fails:
// what the target cannot say is replaced as docs/design/specification.md lists it (JSON has no NaN: null;
// ...).
void transcode(Format from, Format to, wamp::Payload payload, std::string& out);

}  // namespace serializers
