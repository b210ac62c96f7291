// Peers that are silent, slow, or held back: liveness and backpressure over real sockets.

#include <chrono>

#include <gtest/gtest.h>

#include "tests/support/raw_client.h"
#include "tests/transport/server.h"

namespace transport {
namespace {

using namespace std::chrono_literals;
using test_support::Frame;
using test_support::frame_bytes;
using test_support::RawClient;
namespace opcode = test_support::opcode;

// ---- liveness

TEST(PeerPace, ASilentPeerIsPingedAndThenDead) {
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

TEST(PeerPace, AnyByteIsASignOfLife) {
  Server server;
  RawClient client = server.open();
  server.sweep_after(just_after_an_hour);
  EXPECT_EQ(client.read_frame().opcode, opcode::ping);
  client.send(masked_text("slow").substr(0, 1));
  server.sweep_after(just_before_an_hour);
  server.sweep_after(2 * just_after_an_hour);
  EXPECT_EQ(client.read_frame().opcode, opcode::ping);
  client.send(masked_text("slow").substr(1));
  EXPECT_EQ(client.read_message(), "slow");
}

TEST(PeerPace, ALoopThatIsLateTakesNobodyForDead) {
  Server server;
  RawClient client = server.open();
  server.sweep_after(just_after_an_hour);
  EXPECT_EQ(client.read_frame().opcode, opcode::ping);
  server.on_loop([&] {
    client.send_text("in time, but not read yet");
    server.sweep_now(3 * just_after_an_hour);
  });
  EXPECT_EQ(client.read_message(), "in time, but not read yet");
}

TEST(PeerPace, APeerThatIsNotReadIsSeenToLeave) {
  Server server;
  RawClient client = server.open();
  bool has_left = true;
  const auto look = [&] { server.on_loop([&] { has_left = server.connection().peer_has_left(); }); };
  server.on_loop([&] { server.connection().pause_reading(pause_of_receiver(0)); });
  client.send(masked_text("unread"));
  server.settle();
  look();
  EXPECT_FALSE(has_left);
  client.shut_down_sending();
  while (!has_left) look();
  EXPECT_EQ(server.log.count("received unread"), 0u);
}

TEST(PeerPace, APongKeepsThePeerAlive) {
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

TEST(PeerPace, TheReceiverHearsThatThePeerIsSilentAndThatItIsAliveAgain) {
  Server server;
  RawClient client = server.open();
  server.sweep_after(just_after_an_hour);
  EXPECT_TRUE(server.log.has("silent"));
  EXPECT_EQ(server.log.count("alive"), 0u);
  client.send_text("hello");
  EXPECT_TRUE(server.log.has("received hello"));
  client.send_text("again");
  EXPECT_TRUE(server.log.has("received again"));
  EXPECT_EQ(server.log.count("alive"), 1u);
}

TEST(PeerPace, APeerThatTakesWhatWaitsForItIsAliveHoweverSlowItIs) {
  Server server;
  RawClient client = server.open();
  server.on_loop([&] {
    Connection& connection = server.connection();
    for (int i = 0; i < 120; ++i) connection.send(text_frame(connection, std::string(100'000, 'x')));
    EXPECT_GT(connection.queued_bytes(), 0u);
  });
  server.sweep_after(just_after_an_hour);
  for (int i = 0; i < 100; ++i) ASSERT_EQ(client.read_message().size(), 100'000u);
  server.sweep_after(just_after_an_hour + just_after_an_hour);
  EXPECT_EQ(server.log.count("destroyed"), 0u);
  for (int i = 0; i < 20; ++i) ASSERT_EQ(client.read_message().size(), 100'000u);
}

TEST(PeerPace, APausedPeerIsNotSilent) {
  Server server;
  RawClient client = server.open();
  server.on_loop([&] { server.connection().pause_reading(Pause::first_of_receiver); });
  server.sweep_after(just_after_an_hour);
  server.sweep_after(3 * just_after_an_hour);
  EXPECT_EQ(server.log.count("destroyed"), 0u);
  server.on_loop([&] { server.connection().resume_reading(Pause::first_of_receiver); });
  client.send_text("hello");
  EXPECT_EQ(client.read_frame().opcode, opcode::text);
}

TEST(PeerPace, RealTimersPingTooAndDropTheDead) {
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

TEST(PeerPace, APeerThatReadsTooSlowlyIsDropped) {
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

TEST(PeerPace, WhatIsOfferedIsSentOnlyIfThereIsRoomForIt) {
  Server server;
  RawClient client = server.open();
  server.on_loop([&] {
    Connection& connection = server.connection();
    const BufferRef frame = text_frame(connection, "hello");
    EXPECT_FALSE(connection.offer(frame, frame->size() - 1));
    EXPECT_EQ(connection.queued_bytes(), 0u);
    EXPECT_TRUE(connection.offer(frame, frame->size()));
    EXPECT_FALSE(connection.offer(frame, 2 * frame->size() - 1));
    EXPECT_EQ(connection.queued_bytes(), frame->size());
    EXPECT_EQ(connection.queued_memory(), frame->size()) << "which the peer may take at once";
  });
  EXPECT_EQ(client.read_message(), "hello");
}

TEST(PeerPace, ADroppedPeerGetsNothingOfWhatWasQueued) {
  Server server;
  RawClient client = server.open();
  server.on_loop([&] {
    Connection& connection = server.connection();
    connection.send(text_frame(connection, "hello"));
    connection.drop("it is in the way");
    EXPECT_EQ(connection.queued_bytes(), 0u);
    EXPECT_EQ(server.log.count("destroyed"), 0u);
    connection.drop("once more");
  });
  EXPECT_TRUE(client.ended());
  EXPECT_TRUE(server.log.has("closed 0 by us: it is in the way"));
}

TEST(PeerPace, WhatTheSocketDoesNotTakeAtOnceGoesOutLater) {
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

TEST(PeerPace, ALotIsWrittenBeforeTheTurnEnds) {
  Server server;
  RawClient client = server.open();
  server.on_loop([&] {
    Connection& connection = server.connection();
    connection.send(text_frame(connection, "little"));
    EXPECT_GT(connection.queued_bytes(), 0u);
    connection.send(text_frame(connection, std::string(70'000, 'x')));
    EXPECT_EQ(connection.queued_bytes(), 0u);
  });
  EXPECT_EQ(client.read_message(), "little");
}

TEST(PeerPace, ALotQueuedForAllTogetherIsWrittenBeforeTheTurnEnds) {
  Server server;
  RawClient client = server.open();
  server.on_loop([&] {
    Connection& connection = server.connection();
    const BufferRef for_others = Buffer::create(0, 200'000);
    connection.send(text_frame(connection, "little"));
    EXPECT_EQ(connection.queued_bytes(), 0u);
  });
  EXPECT_EQ(client.read_message(), "little");
}

TEST(PeerPace, NothingIsReceivedWhilePaused) {
  Server server;
  server.received = [](Connection& c, const std::string& message) {
    c.send(text_frame(c, message));
    if (message == "pause") c.pause_reading(Pause::first_of_receiver);
  };
  RawClient client = server.open();
  client.send(masked_text("before") + masked_text("pause") + masked_text("after"));
  EXPECT_EQ(client.read_message(), "before");
  EXPECT_EQ(client.read_message(), "pause");
  client.send_text("later");
  server.settle();
  EXPECT_EQ(server.log.count("received after"), 0u);
  server.on_loop([&] {
    server.connection().resume_reading(Pause::first_of_receiver);
    EXPECT_EQ(server.log.count("received after"), 0u);
  });
  EXPECT_EQ(client.read_message(), "after");
  EXPECT_EQ(client.read_message(), "later");
}

TEST(PeerPace, EachReasonToPauseCountsOnce) {
  Server server;
  RawClient client = server.open();
  server.on_loop([&] {
    server.connection().pause_reading(pause_of_receiver(0));
    server.connection().pause_reading(pause_of_receiver(1));
    server.connection().pause_reading(pause_of_receiver(1));
  });
  client.send_text("hello");
  server.on_loop([&] {
    server.connection().resume_reading(pause_of_receiver(1));
    server.connection().resume_reading(pause_of_receiver(1));
  });
  server.settle();
  EXPECT_EQ(server.log.count("received hello"), 0u);
  server.on_loop([&] { server.connection().resume_reading(pause_of_receiver(0)); });
  EXPECT_EQ(client.read_message(), "hello");
}

TEST(PeerPace, PausingAndResumingInsideOnMessageChangesNothing) {
  Server server;
  server.received = [](Connection& c, const std::string& message) {
    c.pause_reading(Pause::first_of_receiver);
    c.send(text_frame(c, message));
    c.resume_reading(Pause::first_of_receiver);
  };
  RawClient client = server.open();
  client.send(masked_text("one") + masked_text("two"));
  EXPECT_EQ(client.read_message(), "one");
  EXPECT_EQ(client.read_message(), "two");
}

TEST(PeerPace, ClosingWhilePausedStillSeesThePeersAnswer) {
  Server server;
  server.received = [](Connection& c, const std::string&) { c.pause_reading(Pause::first_of_receiver); };
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
