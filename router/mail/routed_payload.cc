#include "router/mail/routed_payload.h"

#include <utility>

#include "transport/framing/framing.h"
#include "transport/messages/frame_message.h"
#include "transport/websocket/frame.h"

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

transport::BufferRef FrameEncoder::frame(serializers::Format format, transport::Framing framing,
                                         const serializers::Envelope& envelope, RoutedPayload&& payload) {
  const auto [head, tail] = envelope;
  const size_t head_size = head.size() + transport::max_frame_header;

  transport::BufferRef& buffer = payload.buffer;
  const bool in_place = payload.format == format && buffer && buffer->unique() &&
                        buffer->headroom() >= head_size &&
                        buffer->tailroom() >= tail.size() + transport::max_frame_trailer;
  if (!in_place) {
    std::string_view bytes = payload.bytes();
    if (payload.format != format && payload.count > 0) {
      transcoded_.clear();
      serializers::transcode(payload.format, format, {bytes, payload.count}, transcoded_);
      bytes = transcoded_;
    }
    transport::BufferRef copy =
        transport::Buffer::create(head_size, bytes.size() + tail.size() + transport::max_frame_trailer);
    copy->append(bytes);
    buffer = std::move(copy);
  }
  buffer->append(tail);
  buffer->prepend(head);
  if (framing.compression) [[unlikely]]
    if (auto compressed = deflater_.compress(framing.compression, buffer->view()))
      return transport::frame_compressed(framing, std::move(compressed));
  return transport::frame_message(framing, std::move(buffer));
}

}  // namespace router
