#include "bench/load/framing.h"
#include "client/wire/rawsocket.h"
#include "transport/rawsocket/rawsocket_answer.h"

namespace bench::load {

namespace {

using wire::RawSocketType;

class RawSocketFraming final : public Framing {
 public:
  std::string opening(const wire::Endpoint&, const Serializer& serializer) const override {
    return transport::rawsocket_request(serializer.rawsocket_number(), transport::max_rawsocket_length);
  }

  Acceptance read_acceptance(std::string_view bytes, const Serializer& serializer) const override {
    const auto answer = transport::read_rawsocket_answer(bytes, serializer.rawsocket_number());
    if (!answer) return {};
    return {transport::rawsocket_handshake_size, answer->refusal, answer->max_frame_size};
  }

  Frame read(std::string_view bytes) const override {
    const auto header = wire::read_rawsocket_header(bytes);
    if (!header || bytes.size() - header->kSize < header->length) return {};
    return {header->kSize + header->length, kind_of(header->type),
            bytes.substr(header->kSize, header->length)};
  }

  std::string end_reason(std::string_view) const override { return {}; }

  std::string frame(const Serializer&, std::string_view message) const override {
    return wire::rawsocket_frame(RawSocketType::message, message);
  }
  std::string pong(std::string_view payload) const override {
    return wire::rawsocket_frame(RawSocketType::pong, payload);
  }
  std::string farewell() const override { return {}; }

  wire::MaskKey mask_key() const override { return {}; }

 private:
  static Frame::Kind kind_of(RawSocketType type) {
    if (type == RawSocketType::message) return Frame::Kind::message;
    return type == RawSocketType::ping ? Frame::Kind::ping : Frame::Kind::ignored;
  }
};

}  // namespace

const Framing& rawsocket_framing() {
  static const RawSocketFraming instance;
  return instance;
}

}  // namespace bench::load
