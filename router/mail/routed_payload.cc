#include "router/mail/routed_payload.h"

#include "transport/framing/framing.h"

namespace router {
namespace {

// Enough in front for the envelope of an INVOCATION or RESULT with small details and for the frame's header.
constexpr size_t payload_headroom = 40;
// JSON closes the message behind the payload.
constexpr size_t payload_tailroom = 1 + transport::max_frame_trailer;

transport::BufferRef copy_bytes(std::string_view bytes) {
  auto buffer = transport::Buffer::create(payload_headroom, bytes.size() + payload_tailroom);
  buffer->append(bytes);
  return buffer;
}

}  // namespace

RoutedPayload copy_payload(serializers::Format format, const wamp::Payload& payload) {
  if (payload.count == 0) return {format, 0, {}};
  return {format, payload.count, copy_bytes(payload.bytes)};
}

RoutedPayload make_payload(const serializers::Arguments& arguments) {
  constexpr auto format = serializers::Format::msgpack;
  std::string bytes;
  const uint8_t count = serializers::encode_arguments(format, arguments, bytes);
  return copy_payload(format, {bytes, count});
}

}  // namespace router
