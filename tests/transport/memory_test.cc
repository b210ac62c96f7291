// What memory a connection holds for its peer: that it is counted, bounded, and given back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/transport/server.h"

namespace transport {
namespace {

using test_support::frame_bytes;
using test_support::RawClient;
namespace opcode = test_support::opcode;

std::string text_of(std::string_view payload) {
  return frame_bytes(opcode::text, payload);
}

// ---- what is counted

struct MemoryOfAConnection : testing::Test {
  size_t held(Holding kind) {
    size_t bytes = 0;
    server.on_loop([&] { bytes = server.connection().account()->of(kind); });
    return bytes;
  }
  // Bytes of a frame of that many.
  void say_half_of(size_t size) {
    client.send(text_of(std::string(size, 'x')).substr(0, size / 2));
    server.settle();
  }

  Server server;
  RawClient client = server.open();
};

TEST_F(MemoryOfAConnection, IsChargedForWhatIsNotWholeYet) {
  EXPECT_EQ(held(Holding::input), 0u);
  say_half_of(40'000);
  EXPECT_GE(held(Holding::input), 20'000u);
  client.send(text_of(std::string(40'000, 'x')).substr(20'000));
  server.settle();
  EXPECT_EQ(held(Holding::input), 0u);
}

TEST_F(MemoryOfAConnection, IsChargedForALongMessageAsItComes) {
  say_half_of(1'000'000);
  EXPECT_GE(held(Holding::input), 500'000u);
  EXPECT_LE(held(Holding::input), 1'100'000u);
}

// Together with all buffers it is all that is held of messages.
TEST_F(MemoryOfAConnection, CountsWhatComesInOnceBesideBuffers) {
  const auto outside = [&] { return server.loop().input_outside_buffers(); };
  client.send_frame(opcode::text, std::string(10'000, 'x'), {.fin = false});
  server.settle();
  EXPECT_GE(outside(), 10'000);
  RawClient other = server.open();
  other.send(text_of(std::string(1'000'000, 'x')).substr(0, 500'000));
  server.settle();
  EXPECT_GE(server.loop().held().of(Holding::input), 510'000);
  EXPECT_LT(outside(), 100'000);
  other.reset();
  client.reset();
  server.settle();
  EXPECT_EQ(outside(), 0);
}

TEST_F(MemoryOfAConnection, IsChargedForWhatCameBeforeAPause) {
  server.on_loop([&] { server.connection().pause_reading(Pause::first_of_receiver); });
  // One read is under way already.
  client.send(text_of("hello"));
  server.settle();
  server.on_loop([&] { server.connection().resume_reading(Pause::first_of_receiver); });
  EXPECT_TRUE(server.log.has("received hello"));
  server.settle();
  EXPECT_EQ(held(Holding::input), 0u);
}

TEST_F(MemoryOfAConnection, IsChargedForWhatThePeerDoesNotTake) {
  server.on_loop([&] {
    Connection& connection = server.connection();
    for (int i = 0; i < 120; ++i) connection.send(text_frame(connection, std::string(100'000, 'x')));
    EXPECT_GE(connection.account()->of(Holding::output), connection.queued_bytes());
  });
  EXPECT_GT(held(Holding::output), 1'000'000u);
  for (int i = 0; i < 120; ++i) client.read_message();
  server.settle();
  EXPECT_LT(held(Holding::output), 2000u);
}

TEST_F(MemoryOfAConnection, EndsWithIt) {
  say_half_of(1'000'000);
  client.reset();
  EXPECT_TRUE(server.log.has("destroyed"));
  server.settle();
  EXPECT_EQ(server.loop().held().of(Holding::input), 0);
  EXPECT_EQ(server.loop().held().of(Holding::connection), 0);
}

// ---- peers that nobody knows yet

struct AnUnknownPeer : testing::Test {
  static ConnectionLimits little_trust() {
    ConnectionLimits limits = patient_limits();
    limits.max_bytes_of_unknown = 1000;
    return limits;
  }
  void become_known(bool known = true) {
    server.on_loop([&] { server.connection().set_known(known); });
  }

  Server server{little_trust()};
  RawClient client = server.open();
};

TEST_F(AnUnknownPeer, MaySayLittle) {
  client.send(text_of(std::string(700, 'x')));
  EXPECT_TRUE(client.read_message() == std::string(700, 'x'));
}

TEST_F(AnUnknownPeer, IsRefusedALongMessageWhenItsHeaderIsThere) {
  client.send(text_of(std::string(2'000'000, 'x')).substr(0, 600));
  EXPECT_TRUE(server.log.has("closed 1009 by us: more than 1000 bytes from somebody who is not known yet"));
}

TEST_F(AnUnknownPeer, IsRefusedManyShortMessages) {
  for (int i = 0; i < 10; ++i) client.send(text_of(std::string(150, 'x')));
  EXPECT_TRUE(server.log.has("closed 1009 by us: more than 1000 bytes from somebody who is not known yet"));
}

TEST_F(AnUnknownPeer, IsRefusedManyFragmentsToo) {
  client.send(frame_bytes(opcode::text, std::string(100, 'x'), {.fin = false}));
  for (int i = 0; i < 10; ++i)
    client.send(frame_bytes(opcode::continuation, std::string(100, 'x'), {.fin = false}));
  EXPECT_TRUE(server.log.has("closed 1009 by us: more than 1000 bytes from somebody who is not known yet"));
}

TEST_F(AnUnknownPeer, MaySayMoreWhenItIsKnown) {
  become_known();
  client.send(text_of(std::string(100'000, 'x')));
  EXPECT_TRUE(client.read_message() == std::string(100'000, 'x'));
}

TEST_F(AnUnknownPeer, MaySayLittleAgainWhenItIsUnknownAgain) {
  become_known();
  client.send(text_of(std::string(5000, 'x')));
  EXPECT_TRUE(client.read_message() == std::string(5000, 'x'));
  become_known(false);
  client.send(text_of(std::string(5000, 'x')));
  EXPECT_TRUE(server.log.has("closed 1009 by us: more than 1000 bytes from somebody who is not known yet"));
}

TEST_F(AnUnknownPeer, MayNotFinishALongMessageThatItBeganWhenItWasKnown) {
  become_known();
  const std::string frame = text_of(std::string(5000, 'x'));
  client.send(frame.substr(0, 3000));
  server.settle();
  become_known(false);
  client.send(frame.substr(3000));
  EXPECT_TRUE(server.log.has("closed 1009 by us: more than 1000 bytes from somebody who is not known yet"));
}

TEST_F(AnUnknownPeer, IsSentLittleUnlessItReads) {
  server.on_loop([&] {
    Connection& connection = server.connection();
    for (int i = 0; i < 100; ++i) connection.send(text_frame(connection, std::string(500, 'x')));
  });
  EXPECT_TRUE(server.log.has("closed 0 by us: outgoing queue over 1000 bytes: the peer reads too slowly"));
}

// ---- when memory is short

TEST_F(MemoryOfAConnection, OfThoseWithMostIsGivenUp) {
  RawClient other = server.open();
  say_half_of(1'000'000);
  server.on_loop([&] {
    const auto holders = server.loop().holders(100'000);
    ASSERT_EQ(holders.size(), 1u);
    EXPECT_GE(holders.front().bytes, 500'000u);
    server.loop().end(holders);
  });
  EXPECT_TRUE(server.log.has("closed 0 by us: the router is short of memory"));
  server.settle();
  EXPECT_EQ(server.loop().counters().closed_memory.value(), 1u);
  EXPECT_EQ(server.loop().held().of(Holding::input), 0);
  other.send(text_of("hello"));
  EXPECT_TRUE(server.log.has("received hello"));
}

TEST(MemoryOfARequest, IsGivenBackWhenItsBodyIsRefused) {
  Server server;
  RawClient client = server.connect();
  client.send(test_support::http_post_bytes("/post", std::string(1000, 'x')).substr(0, 600));
  server.settle();
  server.on_loop([&] {
    EXPECT_GT(server.loop().held().of(Holding::input), 0);
    const auto holders = server.loop().holders(1);
    server.loop().end(holders);
    EXPECT_EQ(server.loop().held().of(Holding::input), 0);
  });
  EXPECT_EQ(client.read_http_reply().status, 503);
}

TEST(MemoryOfARawSocketConnection, IsGivenBackWhenItIsClosedBeforeItsMessagesWereRead) {
  Server server;
  server.received = [](Connection& connection, const std::string&) {
    connection.pause_reading(Pause::first_of_receiver);
  };
  RawClient client = server.connect();
  const auto frame = make_rawsocket_frame(RawSocketType::message, std::string(1000, 'x'));
  std::string bytes = std::string("\x7F\xF1\x00\x00", 4);
  for (int i = 0; i < 5; ++i) bytes += frame->view();
  client.send(bytes);
  client.read(4);
  server.settle();
  server.on_loop([&] {
    EXPECT_GT(server.loop().held().of(Holding::input), 0);
    server.connection().close(close_code::normal, "enough");
  });
  server.settle();
  server.on_loop([&] { EXPECT_EQ(server.loop().held().of(Holding::input), 0); });
}

TEST_F(MemoryOfAConnection, IsNotTakenForLongMessagesWhenItIsShort) {
  server.on_loop([&] { server.loop().limit_messages(1000); });
  client.send(text_of(std::string(900, 'x')));
  EXPECT_TRUE(client.read_message() == std::string(900, 'x'));
  client.send(text_of(std::string(1'000'000, 'x')).substr(0, 600));
  EXPECT_TRUE(server.log.has("closed 1009 by us: a message of more than 1000 bytes"));
}

}  // namespace
}  // namespace transport
