#include "bench/load/framing.h"

#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/wire/rawsocket.h"

namespace bench::load {

namespace {

using testing::HasSubstr;
using testing::StartsWith;

// As servers write it: without a mask.
std::string server_frame(wire::Opcode opcode, std::string_view payload) {
  std::string frame(10, '\0');
  frame.resize(wire::write_frame_header(frame.data(), opcode, payload.size()));
  return frame.append(payload);
}

TEST(WebSocketFraming, OpensWithAnUpgradeForTheSerializer) {
  const wire::Endpoint server = wire::parse_url("ws://localhost:9000/path");
  const std::string opening = websocket_framing().opening(server, json());
  EXPECT_THAT(opening, StartsWith("GET /path HTTP/1.1\r\nHost: localhost:9000\r\n"));
  EXPECT_THAT(opening, HasSubstr("\r\nSec-WebSocket-Protocol: wamp.2.json\r\n"));
}

TEST(WebSocketFraming, ReadsWhatServersSend) {
  const auto read = [](wire::Opcode opcode, std::string_view payload) {
    return websocket_framing().read(server_frame(opcode, payload) + "more");
  };
  EXPECT_EQ(read(wire::Opcode::text, "abc").kind, Frame::Kind::message);
  EXPECT_EQ(read(wire::Opcode::binary, "abc").kind, Frame::Kind::message);
  EXPECT_EQ(read(wire::Opcode::ping, "abc").kind, Frame::Kind::ping);
  EXPECT_EQ(read(wire::Opcode::pong, "abc").kind, Frame::Kind::ignored);
  EXPECT_EQ(read(wire::Opcode::close, "").kind, Frame::Kind::end);
  EXPECT_EQ(read(wire::Opcode::text, std::string(70000, 'x')).size, 70010u);
}

TEST(WebSocketFraming, WaitsForTheWholeFrame) {
  const std::string frame = server_frame(wire::Opcode::text, std::string(200, 'x'));
  for (size_t size = 0; size < frame.size(); ++size)
    EXPECT_EQ(websocket_framing().read(std::string_view(frame).substr(0, size)).size, 0u);
}

TEST(WebSocketFraming, RefusesWhatNoServerMaySend) {
  EXPECT_THROW(websocket_framing().read(wire::masked_frame(wire::Opcode::text, "abc")), std::runtime_error);
}

TEST(WebSocketFraming, TellsWhyTheServerCloses) {
  EXPECT_THAT(websocket_framing().end_reason("\x03\xf1too long"), HasSubstr("1009 too long"));
}

TEST(WebSocketFraming, TellsWhyTheServerRefuses) {
  const Acceptance acceptance = websocket_framing().read_acceptance("HTTP/1.1 403 Forbidden\r\n\r\n", json());
  EXPECT_EQ(acceptance.size, 26u);
  EXPECT_THAT(acceptance.refusal, HasSubstr("403 Forbidden"));
  EXPECT_EQ(websocket_framing().read_acceptance("HTTP/1.1 101 Switching", json()).size, 0u);
}

TEST(RawSocketFraming, ReadsWhatServersSend) {
  const auto read = [](wire::RawSocketType type) {
    const std::string frame = wire::rawsocket_frame(type, "abc");
    return rawsocket_framing().read(frame + "more");
  };
  EXPECT_EQ(read(wire::RawSocketType::message).kind, Frame::Kind::message);
  EXPECT_EQ(read(wire::RawSocketType::ping).kind, Frame::Kind::ping);
  EXPECT_EQ(read(wire::RawSocketType::pong).kind, Frame::Kind::ignored);
  EXPECT_EQ(read(wire::RawSocketType::message).size, 7u);
}

TEST(RawSocketFraming, WaitsForTheWholeFrame) {
  const std::string frame = wire::rawsocket_frame(wire::RawSocketType::message, "abc");
  for (size_t size = 0; size < frame.size(); ++size)
    EXPECT_EQ(rawsocket_framing().read(std::string_view(frame).substr(0, size)).size, 0u);
}

TEST(RawSocketFraming, KnowsTheLongestMessageThatTheServerTakes) {
  const Acceptance acceptance =
      rawsocket_framing().read_acceptance(std::string("\x7f\x02\0\0", 4), msgpack());
  EXPECT_EQ(acceptance.size, 4u);
  EXPECT_EQ(acceptance.refusal, "");
  EXPECT_EQ(acceptance.max_message_size, 512u);
}

}  // namespace

}  // namespace bench::load
