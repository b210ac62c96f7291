#include "tests/end_to_end/wamp_client.h"

#include <bit>
#include <stdexcept>

#include "tests/support/deflate.h"
#include "tests/support/json_wire.h"
#include "transport/messages/frame_message.h"
#include "transport/rawsocket/rawsocket.h"
#include "transport/websocket/batch.h"

namespace router {

using serializers::Format;
using transport::RawSocketType;

namespace {

transport::Framing batch_framing(Format format) {
  return serializers::names(format).is_text ? transport::Framing::batched_text
                                            : transport::Framing::batched_binary;
}

std::string framed(transport::Framing framing, std::string_view message) {
  auto buffer =
      transport::Buffer::create(transport::max_frame_header, message.size() + transport::max_frame_trailer);
  buffer->append(message);
  return std::string(transport::frame_message(framing, std::move(buffer))->view());
}

}  // namespace

std::string Speech::name() const {
  constexpr const char* carriers[] = {"", "_batched", "_rawsocket", "_compressed"};
  return std::string(serializers::name(format)) + carriers[static_cast<size_t>(carrier)];
}

WampClient::WampClient(test_support::RawClient connected, const Speech& speech)
    : speech_(speech), raw_(std::move(connected)) {
  if (speech.carrier == Carrier::rawsocket) {
    const uint8_t serializer = serializers::names(speech.format).rawsocket_number;
    raw_.send(transport::rawsocket_acceptance(serializer, speech.max_frame_size));
    const std::string reply = raw_.read(4);
    if ((reply[1] & 0x0F) != serializer) throw std::runtime_error("RawSocket handshake refused");
    return;
  }
  const serializers::FormatNames& called = serializers::names(speech.format);
  const bool batched = speech.carrier == Carrier::batched_websocket;
  const bool compressed = speech.carrier == Carrier::compressed_websocket;
  const auto reply = raw_.handshake("/ws", batched ? called.batched_subprotocol : called.subprotocol,
                                    compressed ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : "");
  if (reply.status != 101) throw std::runtime_error("handshake refused: " + reply.body);
  if (compressed != !reply.header("sec-websocket-extensions").empty())
    throw std::runtime_error("other extensions than were offered");
}

void WampClient::says(const std::string& json) {
  const std::string bytes = test_support::converted(Format::json, speech_.format, json);
  if (speech_.carrier == Carrier::rawsocket) return raw_.send(framed(transport::Framing::rawsocket, bytes));
  const int opcode =
      serializers::names(speech_.format).is_text ? test_support::opcode::text : test_support::opcode::binary;
  if (speech_.carrier == Carrier::compressed_websocket)
    return raw_.send_frame(opcode, test_support::deflated(bytes), {.reserved_bits = 4});
  const bool batched = speech_.carrier == Carrier::batched_websocket;
  raw_.send_frame(opcode, batched ? framed(batch_framing(speech_.format), bytes) : bytes);
}

std::string WampClient::hears() {
  return test_support::converted(speech_.format, Format::json, next_message());
}

std::string WampClient::next_message() {
  if (speech_.carrier == Carrier::websocket || speech_.carrier == Carrier::compressed_websocket)
    return raw_.read_message();
  if (speech_.carrier == Carrier::rawsocket) {
    const auto header = transport::read_rawsocket_header(raw_.read(4));
    if (header.type() != RawSocketType::message) throw std::runtime_error("not a message");
    if (header.size > speech_.max_frame_size) throw std::runtime_error("a frame that is too long");
    return raw_.read(header.size);
  }
  if (heard_.empty()) take_apart(raw_.read_message());
  std::string message = std::move(heard_.front());
  heard_.pop_front();
  return message;
}

void WampClient::take_apart(std::string batch) {
  for (std::span<char> left(batch); !left.empty();) {
    const auto message = transport::take_from_batch(batch_framing(speech_.format), left);
    if (!message) throw std::runtime_error("a batch that is wrong");
    heard_.emplace_back(message->begin(), message->end());
  }
  if (heard_.empty()) throw std::runtime_error("a batch that is empty");
}

std::string WampClient::joins(const std::string& realm) {
  says("[1,\"" + realm +
       R"(",{"roles":{"publisher":{"features":{"payload_passthru_mode":true}},)"
       R"("subscriber":{"features":{"payload_passthru_mode":true,"subscription_revocation":true}},)"
       R"("caller":{"features":{"payload_passthru_mode":true,"progressive_call_invocations":true,)"
       R"("progressive_call_results":true}},)"
       R"("callee":{"features":{"call_canceling":true,"call_reroute":true,"call_timeout":true,)"
       R"("payload_passthru_mode":true,"progressive_call_invocations":true,)"
       R"("progressive_call_results":true,"registration_revocation":true}}}}])");
  const std::string welcome = hears();
  if (!welcome.starts_with("[2,")) throw std::runtime_error("not welcome: " + welcome);
  return welcome.substr(3, welcome.find(',', 3) - 3);
}

}  // namespace router
