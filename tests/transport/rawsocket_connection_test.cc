// RawSocket over real sockets, on the port that WebSocket and HTTP have too.
#include <chrono>

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "tests/support/raw_client.h"
#include "tests/transport/server.h"

namespace transport {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using test_support::RawClient;

std::string rawsocket_frame(RawSocketType type, std::string_view payload) {
  return std::string(make_rawsocket_frame(type, payload)->view());
}
std::string message(std::string_view payload) {
  return rawsocket_frame(RawSocketType::message, payload);
}

// JSON, messages of up to 16 MiB.
RawClient open(const Server& server, const std::string& request = "\x7F\xF1\x00\x00"s) {
  RawClient client = server.connect();
  client.send(request);
  EXPECT_EQ(client.read(4), "\x7F\xF1\x00\x00"s);
  return client;
}

TEST(RawSocketConnection, IsToldFromWebSocketAndHttpByItsFirstByte) {
  Server server;
  RawClient rawsocket = open(server);
  RawClient websocket = server.open();
  RawClient http = server.connect();
  http.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(http.read_http_reply().status, 200);
  rawsocket.send(message("one"));
  EXPECT_EQ(rawsocket.read(7), message("one"));
  websocket.send_text("two");
  EXPECT_EQ(websocket.read_message(), "two");
}

TEST(RawSocketConnection, TakesItsHandshakeInPieces) {
  Server server;
  RawClient client = server.connect();
  for (const char c : "\x7F\xF1\x00\x00"s) {
    client.send({&c, 1});
    server.settle();
  }
  EXPECT_EQ(client.read(4), "\x7F\xF1\x00\x00"s);
}

TEST(RawSocketConnection, TakesFramesThatComeWithTheHandshake) {
  Server server;
  RawClient client = open(server, "\x7F\xF1\x00\x00"s + message("at once") + message("and more"));
  EXPECT_EQ(client.read(11), message("at once"));
  EXPECT_EQ(client.read(12), message("and more"));
}

TEST(RawSocketConnection, AnnouncesWhatItTakes) {
  ConnectionLimits limits = patient_limits();
  limits.max_message_size = 1000;
  Server server(limits);
  RawClient client = server.connect();
  client.send("\x7F\xF1\x00\x00"s);
  EXPECT_EQ(client.read(4), "\x7F\x01\x00\x00"s);
  client.send(message(std::string(512, 'x')));
  EXPECT_EQ(client.read(516), message(std::string(512, 'x')));
  client.send(message(std::string(513, 'x')));
  EXPECT_TRUE(client.ended());
  EXPECT_TRUE(server.log.has("closed 1009 by us: a message of more than 512 bytes"));
}

TEST(RawSocketConnection, IsRefusedWithTheServicesError) {
  Server server;
  RawClient client = server.connect();
  client.send("\x7F\xF9\x00\x00"s);
  EXPECT_EQ(client.read_to_end(), "\x7F\x10\x00\x00"s);
}

TEST(RawSocketConnection, IsAnsweredInHttpIfItIsNotServed) {
  Server server;
  RawClient client = server.connect();
  client.send("\x7F\xF0\x00\x00"s);
  EXPECT_EQ(client.read_http_reply().status, 400);
}

TEST(RawSocketConnection, IsPongedWithItsOwnWords) {
  Server server;
  RawClient client = open(server);
  client.send(rawsocket_frame(RawSocketType::ping, "are you there?") +
              rawsocket_frame(RawSocketType::ping, ""));
  EXPECT_EQ(client.read(18), rawsocket_frame(RawSocketType::pong, "are you there?"));
  EXPECT_EQ(client.read(4), rawsocket_frame(RawSocketType::pong, ""));
}

TEST(RawSocketConnection, IsNotPongedWithMoreThanItTakes) {
  Server server;
  RawClient client = server.connect();
  client.send("\x7F\x01\x00\x00"s);
  client.read(4);
  client.send(rawsocket_frame(RawSocketType::ping, std::string(513, 'x')));
  EXPECT_TRUE(client.ended());
}

TEST(RawSocketConnection, TellsHowLongAFrameMayBe) {
  Server server;
  RawClient client = server.connect();
  client.send("\x7F\x11\x00\x00"s);
  client.read(4);
  server.on_loop([&] { EXPECT_EQ(server.connection().max_frame_size(), 1028u); });
  const RawClient websocket = server.open();
  server.on_loop([&] { EXPECT_EQ(server.connection().max_frame_size(), SIZE_MAX); });
}

TEST(RawSocketConnection, EndsAtReservedBitsAndTypes) {
  for (const std::string& header :
       {"\x03\x00\x00\x00"s, "\x07\x00\x00\x01"s, "\x10\x00\x00\x00"s, "\x80\x00\x00\x00"s}) {
    Server server;
    RawClient client = open(server);
    client.send(message("good") + header);
    EXPECT_EQ(client.read_to_end(), message("good"));
    EXPECT_TRUE(server.log.has("closed 1002 by us: a frame with reserved bits or of a reserved type"));
  }
}

// Autobahn|Python ends at a ping, autobahn-cpp takes it for the beginning of a message, wamp_async does not
// answer.
TEST(RawSocketConnection, IsNotPingedUnlessItHasSpokenOfPingsItself) {
  Server server;
  server.received = [](Connection& c, const std::string& text) { c.send(text_frame(c, text)); };
  RawClient client = open(server);
  for (int hours = 1; hours <= 4; ++hours) server.sweep_after(hours * just_after_an_hour);
  client.send(message("still here"));
  EXPECT_EQ(client.read(4 + 10), message("still here"));
  server.on_loop([&] { server.connection().probe(); });
  server.sweep_after(6 * just_after_an_hour);
  client.send(message("and now"));
  EXPECT_EQ(client.read(4 + 7), message("and now"));
  EXPECT_EQ(server.loop().counters().pings_sent.value(), 0u);
}

// The kernel of a RawSocket client is asked in the place of its program.
TEST(RawSocketConnection, IsKeptAliveByTheKernel) {
  // Sockets of this process that are.
  const auto kept_alive = [] {
    int found = 0;
    for (int descriptor = 0; descriptor < 1024; ++descriptor) {
      int on = 0;
      socklen_t size = sizeof on;
      if (::getsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, &size) == 0) found += on;
    }
    return found;
  };
  Server server;
  const RawClient websocket = server.open();
  EXPECT_EQ(kept_alive(), 0);
  const RawClient client = open(server);
  EXPECT_EQ(kept_alive(), 1);
}

TEST(RawSocketConnection, IsPingedWhenSilentAndDroppedWhenDeadIfItHasSpokenOfPings) {
  Server server;
  RawClient client = open(server);
  client.send(rawsocket_frame(RawSocketType::ping, ""));
  EXPECT_EQ(client.read(4), rawsocket_frame(RawSocketType::pong, ""));
  server.sweep_after(just_after_an_hour);
  EXPECT_EQ(client.read(4), rawsocket_frame(RawSocketType::ping, ""));
  client.send(rawsocket_frame(RawSocketType::pong, "").substr(0, 1));  // any byte is life
  server.sweep_after(just_after_an_hour + just_after_an_hour);
  EXPECT_EQ(client.read(4), rawsocket_frame(RawSocketType::ping, ""));
  server.sweep_after(3 * just_after_an_hour);
  EXPECT_TRUE(client.ended());
  EXPECT_TRUE(server.log.has("closed 0 by us: no sign of life for 7200000 ms"));
}

TEST(RawSocketConnection, IsClosedBehindWhatIsQueued) {
  Server server;
  server.received = [](Connection& c, const std::string& text) {
    c.send(text_frame(c, text));
    c.close(close_code::normal, "enough");
    c.send(text_frame(c, "too late"));
  };
  RawClient client = open(server);
  client.send(message("one") + message("two"));
  EXPECT_EQ(client.read_to_end(), message("one"));
  EXPECT_TRUE(server.log.has("closed 1000 by us: enough"));
  EXPECT_EQ(server.log.count("received two"), 0u);
}

TEST(RawSocketConnection, IsClosedWhileItIsPausedAndNothingIsQueued) {
  Server server;
  RawClient client = open(server);
  server.on_loop([&] {
    server.connection().pause_reading(Pause::first_of_receiver);
    server.connection().close(close_code::normal, "enough");
  });
  EXPECT_TRUE(client.ended());
  client.shut_down_sending();
  EXPECT_TRUE(server.log.has("closed 1000 by us: enough"));
  EXPECT_TRUE(server.log.has("destroyed"));
}

TEST(RawSocketConnection, MayEndAtAnyTime) {
  Server server;
  {
    RawClient client = open(server);
    client.send(message("half").substr(0, 6));
  }
  EXPECT_TRUE(server.log.has("closed 0 by peer: the peer ended the connection"));
  {
    RawClient silent = server.connect();
    silent.send("\x7F\xF1"s);
  }
  server.settle();
  EXPECT_EQ(server.held_connections(), 0u);
}

TEST(RawSocketConnection, HasAsLongForItsHandshakeAsOthers) {
  Server server;
  RawClient client = server.connect();
  client.send("\x7F\xF1"s);
  server.sweep_after(just_after_an_hour);
  EXPECT_TRUE(client.ended());
}

TEST(RawSocketConnection, IsNotReadWhilePaused) {
  Server server;
  server.received = [](Connection& c, const std::string& text) {
    if (text == "pause") c.pause_reading(Pause::first_of_receiver);
  };
  RawClient client = open(server);
  client.send(message("pause") + message("later"));
  server.settle();
  EXPECT_EQ(server.log.count("received later"), 0u);
  server.on_loop([&] { server.connection().resume_reading(Pause::first_of_receiver); });
  EXPECT_TRUE(server.log.has("received later"));
}

TEST(RawSocketConnection, CarriesTheLongestFrameThereIsBothWays) {
  ConnectionLimits limits = patient_limits();
  limits.max_queued_bytes = size_t{1} << 26;
  Server server(limits);
  RawClient client = open(server);
  const std::string longest = message(std::string(max_rawsocket_length, 'x'));
  client.send(longest);
  EXPECT_EQ(client.read(longest.size()), longest);
}

}  // namespace
}  // namespace transport
