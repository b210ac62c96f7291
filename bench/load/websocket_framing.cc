#include <stdexcept>

#include "bench/load/framing.h"
#include "bench/load/printable.h"
#include "client/wire/upgrade.h"

namespace bench::load {

namespace {

class WebSocketFraming final : public Framing {
 public:
  std::string opening(const wire::Endpoint& server, const Serializer& serializer) const override {
    return wire::client_request(server.host(), server.path, serializer.subprotocol());
  }

  Acceptance read_acceptance(std::string_view bytes, const Serializer& serializer) const override {
    const size_t end = wire::header_end(bytes);
    if (end == 0) return {};
    return {.size = end,
            .refusal = wire::refusal(bytes.substr(0, end), serializer.subprotocol()).value_or("")};
  }

  Frame read(std::string_view bytes) const override {
    const auto header = wire::read_frame_header(bytes);
    if (!header || bytes.size() - header->header_size < header->payload_size) return {};
    if (header->masked) throw std::runtime_error("the server sent a masked frame");
    return {header->header_size + header->payload_size, kind_of(header->opcode()),
            bytes.substr(header->header_size, header->payload_size)};
  }

  std::string end_reason(std::string_view payload) const override {
    if (payload.size() < 2) return "the server closed the WebSocket";
    const int code = static_cast<uint8_t>(payload[0]) << 8 | static_cast<uint8_t>(payload[1]);
    return "the server closed the WebSocket: " + std::to_string(code) + " " + printable(payload.substr(2));
  }

  std::string frame(const Serializer& serializer, std::string_view message) const override {
    return wire::masked_frame(serializer.opcode(), message);
  }
  std::string pong(std::string_view payload) const override {
    return wire::masked_frame(wire::Opcode::pong, payload);
  }
  std::string farewell() const override {
    return wire::masked_frame(wire::Opcode::close, std::string_view("\x03\xe8", 2));
  }

  wire::MaskKey mask_key() const override { return wire::kMaskKey; }

 private:
  static Frame::Kind kind_of(wire::Opcode opcode) {
    switch (opcode) {
      case wire::Opcode::text:
      case wire::Opcode::binary:
        return Frame::Kind::message;
      case wire::Opcode::ping:
        return Frame::Kind::ping;
      case wire::Opcode::close:
        return Frame::Kind::end;
      default:
        return Frame::Kind::ignored;
    }
  }
};

}  // namespace

const Framing& websocket_framing() {
  static const WebSocketFraming instance;
  return instance;
}

}  // namespace bench::load
