#include "router/mail/frame_encoder.h"

#include <utility>

#include "transport/messages/frame_message.h"
#include "transport/websocket/frame.h"

namespace router {

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
