// WebSocket connections over real sockets.

#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/raw_client.h"
#include "tests/transport/server.h"

namespace transport {
namespace {

using namespace std::chrono_literals;
using test_support::Frame;
using test_support::frame_bytes;
using test_support::handshake_bytes;
using test_support::HttpReply;
using test_support::RawClient;
using testing::ElementsAre;
using testing::HasSubstr;
namespace opcode = test_support::opcode;

constexpr auto just_before_two_hours = 7199s;
constexpr auto just_after_two_hours = 7201s;

TEST(WebSocketConnection, OpensWithTheSubprotocolThatTheServiceChooses) {
  Server server;
  RawClient client = server.connect();
  const HttpReply reply = client.handshake("/", "first, second");
  EXPECT_EQ(reply.status, 101);
  EXPECT_EQ(reply.header("upgrade"), "websocket");
  EXPECT_EQ(reply.header("connection"), "Upgrade");
  EXPECT_EQ(reply.header("sec-websocket-accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_EQ(reply.header("sec-websocket-protocol"), "second");
  EXPECT_TRUE(server.log.has("opened"));
}

TEST(WebSocketConnection, NoExtensionIsAccepted) {
  Server server;
  RawClient client = server.connect();
  const HttpReply reply = client.handshake("/", "", "Sec-WebSocket-Extensions: permessage-deflate\r\n");
  EXPECT_EQ(reply.status, 101);
  EXPECT_EQ(reply.header("sec-websocket-extensions"), "");
}

TEST(WebSocketConnection, TheServiceMayRefuseTheHandshake) {
  Server server;
  RawClient client = server.connect();
  const HttpReply reply = client.handshake("/refused");
  EXPECT_EQ(reply.status, 403);
  EXPECT_EQ(reply.body, "not for you\n");
  EXPECT_TRUE(client.ended());
}

TEST(WebSocketConnection, AnswersInTheFramingOfTheSubprotocol) {
  Server server;
  RawClient text = server.open("/", "text");
  text.send_text("hello");
  EXPECT_EQ(text.read_frame().opcode, opcode::text);
  RawClient binary = server.open("/", "binary");
  binary.send_binary("\xFF\xFE");
  const Frame frame = binary.read_frame();
  EXPECT_EQ(frame.opcode, opcode::binary);
  EXPECT_EQ(frame.payload, "\xFF\xFE");
}

TEST(WebSocketConnection, FramesMayFollowTheHandshakeAtOnce) {
  Server server;
  RawClient client = server.connect();
  client.send(handshake_bytes("/", "") + masked_text("one") + masked_text("two"));
  EXPECT_EQ(client.read_http_reply().status, 101);
  EXPECT_EQ(client.read_message(), "one");
  EXPECT_EQ(client.read_message(), "two");
}

TEST(WebSocketConnection, TheHandshakeMayComeByteByByte) {
  Server server;
  RawClient client = server.connect();
  for (char c : handshake_bytes("/", "") + masked_text("hello")) client.send({&c, 1});
  EXPECT_EQ(client.read_http_reply().status, 101);
  EXPECT_EQ(client.read_message(), "hello");
}

TEST(WebSocketConnection, LargeMessagesComeBackWhole) {
  Server server;
  RawClient client = server.open();
  std::string large;
  while (large.size() < 3'000'000) large += std::to_string(large.size()) + " ";
  client.send_text(large);
  EXPECT_TRUE(client.read_message() == large);
  client.send_frame(opcode::text, large.substr(0, 100'000), {.fin = false});
  client.send_frame(opcode::continuation, large.substr(100'000));
  EXPECT_TRUE(client.read_message() == large);
}

TEST(WebSocketConnection, ManyMessagesKeepTheirOrder) {
  Server server;
  RawClient client = server.open();
  constexpr int count = 5000;
  std::string burst;
  for (int i = 0; i < count; ++i)
    burst += masked_text(std::to_string(i) + std::string(static_cast<size_t>(i % 50), '.'));
  std::thread sending([&] { client.send(burst); });
  for (int i = 0; i < count; ++i) {
    const std::string expected = std::to_string(i) + std::string(static_cast<size_t>(i % 50), '.');
    EXPECT_EQ(client.read_message(), expected);
  }
  sending.join();
}

TEST(WebSocketConnection, APingIsAnsweredWithItsPayload) {
  Server server;
  RawClient client = server.open();
  client.send_frame(opcode::text, "be", {.fin = false});
  client.send_frame(opcode::ping, "payload");
  client.send_frame(opcode::continuation, "tween");
  const Frame pong = client.read_frame();
  EXPECT_EQ(pong.opcode, opcode::pong);
  EXPECT_EQ(pong.payload, "payload");
  EXPECT_EQ(client.read_message(), "between");
}

// ---- closing

TEST(WebSocketConnection, ThePeersCloseFrameIsAnsweredAndTheSocketEnds) {
  Server server;
  RawClient client = server.open();
  client.send_text("last");
  client.send_close(1001, "leaving");
  EXPECT_EQ(client.read_message(), "last");
  const Frame answer = client.read_frame();
  EXPECT_EQ(answer.opcode, opcode::close);
  EXPECT_EQ(answer.close_code(), 1001);
  EXPECT_TRUE(client.ended());
  EXPECT_TRUE(server.log.has("closed 1001 by peer: leaving"));
  // The server ends the socket; it does not wait for the client to do so.
  server.settle();
  EXPECT_EQ(server.loop().connection_count(), 0u);
  EXPECT_EQ(server.held_connections(), 0u);
}

TEST(WebSocketConnection, ACloseFrameWithoutACodeIsAnsweredWithTheNormalOne) {
  Server server;
  RawClient client = server.open();
  client.send_frame(opcode::close, "");
  EXPECT_EQ(client.read_frame().close_code(), 1000);
  EXPECT_TRUE(client.ended());
  EXPECT_TRUE(server.log.has("closed 1005 by peer: "));
}

TEST(WebSocketConnection, NothingIsReceivedBehindThePeersCloseFrame) {
  Server server;
  RawClient client = server.open();
  client.send(frame_bytes(opcode::close, "") + masked_text("too late"));
  EXPECT_TRUE(server.log.has("destroyed"));
  EXPECT_EQ(server.log.count("received too late"), 0u);
}

TEST(WebSocketConnection, OurCloseFrameGoesOutBehindWhatIsQueued) {
  Server server;
  server.received = [](Connection& c, const std::string&) {
    c.send(text_frame(c, "one"));
    c.send(text_frame(c, "two"));
    c.close(close_code::policy_violation, "enough");
    c.send(text_frame(c, "ignored"));
  };
  RawClient client = server.open();
  client.send(masked_text("go") + masked_text("not received"));
  EXPECT_EQ(client.read_message(), "one");
  EXPECT_EQ(client.read_message(), "two");
  const Frame close = client.read_frame();
  EXPECT_EQ(close.close_code(), 1008);
  EXPECT_EQ(close.close_reason(), "enough");
  client.send_text("not received either");
  client.send_close(1008);
  EXPECT_TRUE(client.ended());
  EXPECT_THAT(server.log.lines(), testing::Contains("closed 1008 by us: enough"));
  EXPECT_EQ(server.log.count("received not received") + server.log.count("received not received either"), 0u);
  EXPECT_EQ(server.log.count("closed inside another call"), 0u);
}

TEST(WebSocketConnection, APeerThatDoesNotAnswerOurCloseFrameIsDropped) {
  Server server;
  RawClient client = server.open();
  server.on_loop([&] { server.connection().close(close_code::going_away, "shutting down"); });
  EXPECT_EQ(client.read_frame().close_code(), 1001);
  server.sweep_after(just_before_two_hours);
  EXPECT_EQ(server.log.count("destroyed"), 0u);
  server.sweep_after(just_after_two_hours);
  EXPECT_TRUE(client.ended());
  EXPECT_TRUE(server.log.has("closed 1001 by us: shutting down"));
}

TEST(WebSocketConnection, APeerThatOnlyEndsAfterOurCloseFrameHasBeenClosedByUs) {
  Server server;
  RawClient client = server.open();
  server.on_loop([&] { server.connection().close(close_code::normal, "done"); });
  EXPECT_EQ(client.read_frame().close_code(), 1000);
  client.shut_down_sending();
  EXPECT_TRUE(server.log.has("closed 1000 by us: done"));
}

TEST(WebSocketConnection, APeerThatAnswersOurCloseFrameWithRubbishIsLeft) {
  Server server;
  RawClient client = server.open();
  server.on_loop([&] { server.connection().close(close_code::normal, "done"); });
  EXPECT_EQ(client.read_frame().close_code(), 1000);
  client.send_frame(opcode::text, "x", {.reserved_bits = 7});
  EXPECT_TRUE(client.ended());
  EXPECT_TRUE(server.log.has("closed 1000 by us: done"));
}

TEST(WebSocketConnection, ClosingInsideOnOpenWorks) {
  Server server;
  server.opened = [](Connection& c) { c.close(close_code::normal, "full"); };
  RawClient client = server.connect();
  EXPECT_EQ(client.handshake().status, 101);
  EXPECT_EQ(client.read_frame().close_reason(), "full");
  client.send_close(1000);
  EXPECT_TRUE(server.log.has("closed 1000 by us: full"));
}

TEST(WebSocketConnection, APeerThatJustEndsIsTold) {
  Server server;
  { const RawClient client = server.open(); }
  EXPECT_TRUE(server.log.has("closed 0 by peer: the peer ended the connection without a close frame"));
  EXPECT_TRUE(server.log.has("destroyed"));
}

TEST(WebSocketConnection, APeerThatResetsIsToldAndHarmsNobody) {
  Server server;
  RawClient client = server.open();
  client.reset();
  EXPECT_TRUE(server.log.has("closed 0 by peer: Connection reset by peer"));
  RawClient other = server.open();
  other.send_text("still there?");
  EXPECT_EQ(other.read_message(), "still there?");
}

TEST(WebSocketConnection, WritingToAPeerThatIsGoneRaisesNoSignal) {
  Server server;
  std::vector<Connection*> connections;
  server.opened = [&](Connection& c) { connections.push_back(&c); };
  RawClient client = server.open();
  RawClient other = server.open();
  server.on_loop([&] {
    // A reset that follows an end makes the next write raise SIGPIPE.
    for (RawClient* leaving : {&client, &other}) {
      leaving->shut_down_sending();
      leaving->reset();
    }
    connections[0]->send(text_frame(*connections[0], "with send()"));
    // Two parts: with sendmsg().
    connections[1]->send(text_frame(*connections[1], std::string(5000, 'x')));
    connections[1]->send(text_frame(*connections[1], std::string(5000, 'y')));
  });
  server.settle();
  EXPECT_EQ(server.log.count("closed 0 by peer: Broken pipe"), 2u);
  EXPECT_EQ(server.held_connections(), 0u);
}

// ---- peers that break the protocol

TEST(WebSocketConnection, APeerThatBreaksTheProtocolIsToldWhy) {
  Server server;
  RawClient client = server.open();
  client.send_frame(opcode::text, "hello", {.masked = false});
  const Frame close = client.read_frame();
  EXPECT_EQ(close.close_code(), 1002);
  EXPECT_THAT(close.close_reason(), HasSubstr("unmasked"));
  EXPECT_TRUE(client.ended());
  EXPECT_TRUE(server.log.has("closed 1002 by us: " + close.close_reason()));
}

TEST(WebSocketConnection, MessagesBeforeABrokenFrameAreAnswered) {
  Server server;
  RawClient client = server.open();
  client.send(masked_text("good") + frame_bytes(3, "bad") + masked_text("ignored"));
  EXPECT_EQ(client.read_message(), "good");
  EXPECT_EQ(client.read_frame().close_code(), 1002);
  EXPECT_TRUE(client.ended());
  EXPECT_EQ(server.log.count("received ignored"), 0u);
}

TEST(WebSocketConnection, APeerThatGoesOnSendingStillGetsTheReason) {
  ConnectionLimits limits = patient_limits();
  limits.max_message_size = 1000;
  Server server(limits);
  RawClient client = server.open();
  client.send_text(std::string(2'000'000, 'x'));
  EXPECT_EQ(client.read_frame().close_code(), 1009);
  EXPECT_TRUE(server.log.has("closed 1009 by us: a message of more than 1000 bytes"));
}

TEST(WebSocketConnection, APeerThatStaysAfterBreakingTheProtocolIsDropped) {
  Server server;
  RawClient client = server.open();
  client.send_frame(opcode::text, "\xFF");
  EXPECT_EQ(client.read_frame().close_code(), 1007);
  EXPECT_TRUE(server.log.has("destroyed"));
  EXPECT_EQ(server.loop().connection_count(), 1u);
  server.sweep_after(just_after_two_hours);
  EXPECT_EQ(server.loop().connection_count(), 0u);
}

// ---- re-entrancy, turns

TEST(WebSocketConnection, FramesQueuedAtTheTurnsEndGoOutInTheSameTurn) {
  bool asked = false;
  Server server;
  server.received = [&](Connection&, const std::string&) { asked = true; };
  server.turn_ended = [&] {
    if (std::exchange(asked, false)) server.connection().send(text_frame(server.connection(), "at the end"));
  };
  RawClient client = server.open();
  client.send_text("go");
  EXPECT_EQ(client.read_message(), "at the end");
}

TEST(WebSocketConnection, ClosingAtTheTurnsEndWorks) {
  bool asked = false;
  Server server;
  server.received = [&](Connection&, const std::string&) { asked = true; };
  server.turn_ended = [&] {
    if (std::exchange(asked, false)) server.connection().close(close_code::normal, "at the end");
  };
  RawClient client = server.open();
  client.send_text("go");
  EXPECT_EQ(client.read_frame().close_reason(), "at the end");
}

TEST(WebSocketConnection, AReceiverMaySendOnAnotherConnectionWhenItsOwnCloses) {
  Server server;
  RawClient stays = server.open();
  server.on_loop([&] {
    Connection* const other = &server.connection();
    server.closed = [other] { other->send(text_frame(*other, "it left")); };
  });
  { const RawClient leaves = server.open(); }
  EXPECT_EQ(stays.read_message(), "it left");
  server.on_loop([&] { server.closed = [] {}; });
}

TEST(WebSocketConnection, ReceiversAreDestroyedWithTheirLoopAndNotTold) {
  Server server;
  const RawClient one = server.open();
  const RawClient two = server.open();
  server.destroy_loop();
  EXPECT_EQ(server.log.count("destroyed"), 2u);
  for (const std::string& line : server.log.lines()) EXPECT_THAT(line, testing::Not(HasSubstr("closed")));
}

}  // namespace
}  // namespace transport
