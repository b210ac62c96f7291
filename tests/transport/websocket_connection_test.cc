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

constexpr auto just_before_an_hour = 3599s;
constexpr auto just_after_an_hour = 3601s;

std::string masked_text(std::string_view payload) {
  return frame_bytes(opcode::text, payload);
}

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
}

TEST(WebSocketConnection, ACloseFrameWithoutACodeIsAnsweredWithoutOne) {
  Server server;
  RawClient client = server.open();
  client.send_frame(opcode::close, "");
  EXPECT_EQ(client.read_frame().payload, "");
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
  server.sweep_after(just_before_an_hour);
  EXPECT_EQ(server.log.count("destroyed"), 0u);
  server.sweep_after(just_after_an_hour);
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
  RawClient client = server.open();
  server.on_loop([&] {
    client.reset();
    // The first write meets the reset, the second would raise SIGPIPE.
    for (int i = 0; i < 3; ++i)
      server.connection().send(text_frame(server.connection(), std::string(100'000, 'x')));
  });
  EXPECT_TRUE(server.log.has("destroyed"));
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
  server.sweep_after(just_after_an_hour);
  EXPECT_EQ(server.loop().connection_count(), 0u);
}

// ---- re-entrancy, turns

TEST(WebSocketConnection, FramesQueuedAtTheTurnsEndGoOutInTheSameTurn) {
  Server server;
  bool asked = false;
  server.received = [&](Connection&, const std::string&) { asked = true; };
  server.turn_ended = [&] {
    if (std::exchange(asked, false)) server.connection().send(text_frame(server.connection(), "at the end"));
  };
  RawClient client = server.open();
  client.send_text("go");
  EXPECT_EQ(client.read_message(), "at the end");
}

TEST(WebSocketConnection, ClosingAtTheTurnsEndWorks) {
  Server server;
  bool asked = false;
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

// ---- liveness

TEST(WebSocketConnection, ASilentPeerIsPingedAndThenDead) {
  Server server;
  RawClient client = server.open();
  server.sweep_after(just_before_an_hour);
  server.sweep_after(just_after_an_hour);
  EXPECT_EQ(client.read_frame().opcode, opcode::ping);
  server.sweep_after(just_after_an_hour + just_before_an_hour);
  EXPECT_EQ(server.log.count("destroyed"), 0u);
  server.sweep_after(just_after_an_hour + just_after_an_hour);
  EXPECT_TRUE(client.ended());
  EXPECT_TRUE(server.log.has("closed 0 by us: no sign of life for 7200000 ms"));
}

TEST(WebSocketConnection, AnyByteIsASignOfLife) {
  Server server;
  RawClient client = server.open();
  server.sweep_after(just_after_an_hour);
  EXPECT_EQ(client.read_frame().opcode, opcode::ping);
  client.send(frame_bytes(opcode::text, "slow").substr(0, 1));
  // Even if the loop has not come to read it: the socket is looked at before the verdict.
  server.sweep_after(3 * just_after_an_hour);
  client.send(frame_bytes(opcode::text, "slow").substr(1));
  EXPECT_EQ(client.read_message(), "slow");
}

TEST(WebSocketConnection, APongKeepsThePeerAlive) {
  Server server;
  RawClient client = server.open();
  server.sweep_after(just_after_an_hour);
  const Frame ping = client.read_frame();
  client.send_frame(opcode::pong, ping.payload);
  client.send_text("the pong is read");
  EXPECT_EQ(client.read_message(), "the pong is read");
  server.sweep_after(just_after_an_hour);
  EXPECT_EQ(client.read_frame().opcode, opcode::ping);
  EXPECT_EQ(server.log.count("destroyed"), 0u);
}

TEST(WebSocketConnection, APausedPeerIsNotSilent) {
  Server server;
  RawClient client = server.open();
  server.on_loop([&] { server.connection().pause_reading(); });
  server.sweep_after(just_after_an_hour);
  server.sweep_after(3 * just_after_an_hour);
  EXPECT_EQ(server.log.count("destroyed"), 0u);
  server.on_loop([&] { server.connection().resume_reading(); });
  client.send_text("hello");
  EXPECT_EQ(client.read_frame().opcode, opcode::text);
}

TEST(WebSocketConnection, RealTimersPingTooAndDropTheDead) {
  ConnectionLimits limits = patient_limits();
  limits.ping_interval_ms = 20;
  limits.ping_timeout_ms = 20;
  Server server(limits);
  RawClient client = server.open();
  EXPECT_EQ(client.read_frame().opcode, opcode::ping);
  EXPECT_TRUE(client.ended());
  EXPECT_TRUE(server.log.has("closed 0 by us: no sign of life for 40 ms"));
}

// ---- backpressure

TEST(WebSocketConnection, APeerThatReadsTooSlowlyIsDropped) {
  ConnectionLimits limits = patient_limits();
  limits.max_queued_bytes = 1'000'000;
  Server server(limits);
  const RawClient client = server.open();
  server.on_loop([&] {
    Connection& connection = server.connection();
    // More than all socket buffers can hold; none of these calls may end the connection before the turn does.
    for (int i = 0; i < 300; ++i) connection.send(text_frame(connection, std::string(100'000, 'x')));
    EXPECT_EQ(server.log.count("destroyed"), 0u);
  });
  EXPECT_TRUE(server.log.has("closed 0 by us: outgoing queue over 1000000 bytes: the peer reads too slowly"));
}

TEST(WebSocketConnection, WhatTheSocketDoesNotTakeAtOnceGoesOutLater) {
  Server server;
  RawClient client = server.open();
  server.on_loop([&] {
    Connection& connection = server.connection();
    for (int i = 0; i < 120; ++i)
      connection.send(text_frame(connection, std::string(100'000, static_cast<char>('a' + i % 26))));
    EXPECT_GT(connection.queued_bytes(), 0u);
  });
  for (int i = 0; i < 120; ++i) {
    ASSERT_TRUE(client.read_message() == std::string(100'000, static_cast<char>('a' + i % 26))) << i;
  }
  server.on_loop([&] { EXPECT_EQ(server.connection().queued_bytes(), 0u); });
}

TEST(WebSocketConnection, NothingIsReceivedWhilePaused) {
  Server server;
  server.received = [](Connection& c, const std::string& message) {
    c.send(text_frame(c, message));
    if (message == "pause") c.pause_reading();
  };
  RawClient client = server.open();
  client.send(masked_text("before") + masked_text("pause") + masked_text("after"));
  EXPECT_EQ(client.read_message(), "before");
  EXPECT_EQ(client.read_message(), "pause");
  client.send_text("later");
  server.settle();
  EXPECT_EQ(server.log.count("received after"), 0u);
  server.on_loop([&] {
    server.connection().resume_reading();
    EXPECT_EQ(server.log.count("received after"), 0u);
  });
  EXPECT_EQ(client.read_message(), "after");
  EXPECT_EQ(client.read_message(), "later");
}

TEST(WebSocketConnection, PausesCount) {
  Server server;
  RawClient client = server.open();
  server.on_loop([&] {
    server.connection().pause_reading();
    server.connection().pause_reading();
  });
  client.send_text("hello");
  server.on_loop([&] { server.connection().resume_reading(); });
  server.settle();
  EXPECT_EQ(server.log.count("received hello"), 0u);
  server.on_loop([&] { server.connection().resume_reading(); });
  EXPECT_EQ(client.read_message(), "hello");
}

TEST(WebSocketConnection, PausingAndResumingInsideOnMessageChangesNothing) {
  Server server;
  server.received = [](Connection& c, const std::string& message) {
    c.pause_reading();
    c.send(text_frame(c, message));
    c.resume_reading();
  };
  RawClient client = server.open();
  client.send(masked_text("one") + masked_text("two"));
  EXPECT_EQ(client.read_message(), "one");
  EXPECT_EQ(client.read_message(), "two");
}

TEST(WebSocketConnection, ClosingWhilePausedStillSeesThePeersAnswer) {
  Server server;
  server.received = [](Connection& c, const std::string&) { c.pause_reading(); };
  RawClient client = server.open();
  client.send(masked_text("pause") + masked_text("never received") + frame_bytes(opcode::close, ""));
  ASSERT_TRUE(server.log.has("received pause"));
  server.on_loop([&] { server.connection().close(close_code::normal, "done"); });
  EXPECT_EQ(client.read_frame().close_code(), 1000);
  EXPECT_TRUE(client.ended());
  EXPECT_EQ(server.log.count("received never received"), 0u);
  EXPECT_TRUE(server.log.has("closed 1000 by us: done"));
}

}  // namespace
}  // namespace transport
