// How many connections there may be from one address, and how many that have not said what they want.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/raw_client.h"
#include "tests/support/temporary_folder.h"
#include "tests/transport/server.h"
#include "transport/connection/listener_counts.h"
#include "transport/socket/address.h"

namespace transport {
namespace {

using namespace std::string_literals;
using test_support::RawClient;
using testing::Contains;
using testing::MatchesRegex;

TEST(ListenerCounts, ForgetAnAddressThatNobodyIsConnectedFrom) {
  ListenerCounts counts;
  EXPECT_TRUE(counts.add_from("10.0.0.1:1", 2));
  EXPECT_TRUE(counts.add_from("10.0.0.1:2", 2));
  EXPECT_FALSE(counts.add_from("10.0.0.1:3", 2));
  EXPECT_TRUE(counts.add_from("10.0.0.2:1", 2));
  counts.remove_from("10.0.0.1:1");
  EXPECT_TRUE(counts.add_from("10.0.0.1:4", 2));
  for (const char* peer : {"10.0.0.1:1", "10.0.0.1:2", "10.0.0.2:1", "10.0.0.3:1"}) counts.remove_from(peer);
  EXPECT_EQ(counts.networks(), 0u);
}

TEST(ListenerCounts, TakeAnIPv6NetworkForOneAddress) {
  ListenerCounts counts;
  EXPECT_TRUE(counts.add_from("[2001:db8::1]:1", 2));
  EXPECT_TRUE(counts.add_from("[2001:db8::2:0:0:1]:1", 2));
  EXPECT_FALSE(counts.add_from("[2001:db8::3:4:5:6]:1", 2));
  EXPECT_TRUE(counts.add_from("[2001:db8:0:1::1]:1", 2));
}

TEST(ListenerCounts, HaveAPlaceForASessionWithoutAConnectionAsLongAsItLasts) {
  const auto counts = std::make_shared<ListenerCounts>();
  constexpr size_t max = 100, max_per_address = 2;
  const auto take = [&](const char* peer) { return counts->take_place(peer, max, max_per_address); };
  EXPECT_TRUE(counts->add_from("10.0.0.1:1", max_per_address));
  auto first = take("10.0.0.1:1"), second = take("10.0.0.1:1");
  ASSERT_TRUE(first && second);
  EXPECT_FALSE(take("10.0.0.1:2"));
  EXPECT_TRUE(take("10.0.0.2:1"));
  EXPECT_TRUE(
      counts->add_from("10.0.0.1:2", max_per_address));  // over which a session is asked for its events
  first.reset();
  EXPECT_FALSE(take("10.0.0.1:1"));  // two connections and a session
  counts->remove_from("10.0.0.1:2");
  EXPECT_TRUE(take("10.0.0.1:1"));
  second.reset();
  counts->remove_from("10.0.0.1:1");
  EXPECT_EQ(counts->networks(), 0u);
}

TEST(ListenerCounts, BoundConnectionsAndSessionsTogether) {
  const auto counts = std::make_shared<ListenerCounts>();
  counts->open = 1;  // the request's
  const auto first = counts->take_place("10.0.0.1:1", 2, 100);
  const auto second = counts->take_place("unix:", 2, 100);
  EXPECT_TRUE(first && second);
  EXPECT_FALSE(counts->take_place("10.0.0.2:1", 2, 100));
}

ConnectionLimits two_from_an_address() {
  ConnectionLimits limits = patient_limits();
  limits.max_connections_per_address = 2;
  return limits;
}

ConnectionOptions behind_a_proxy(bool with_headers) {
  auto trusted = std::make_shared<AddressRanges>();
  trusted->add("127.0.0.1");
  return {.limits = two_from_an_address(), .trusted_proxies = trusted, .proxy_protocol = with_headers};
}

TEST(AnAddressWithTooManyConnections, IsRefused) {
  Server server(two_from_an_address());
  const RawClient first = server.open(), second = server.open();
  RawClient third = server.connect();
  EXPECT_TRUE(third.ended());
  EXPECT_THAT(server.log.lines(),
              Contains(MatchesRegex("remark 127.0.0.1:[0-9]+ refused: there are 2 connections from its "
                                    "address already")));
}

TEST(AnAddressWithTooManyConnections, MayComeBackWhenOneHasGone) {
  Server server(two_from_an_address());
  const RawClient first = server.open();
  server.open().reset();
  ASSERT_TRUE(server.log.has("destroyed"));
  while (server.held_connections() > 1) server.settle();
  RawClient third = server.open();
  third.send_text("hello");
  EXPECT_EQ(third.read_message(), "hello");
}

TEST(AnAddressWithTooManyConnections, IsNotThatOfAUnixSocket) {
  const test_support::TemporaryFolder folder;
  ListenOptions options;
  options.path = folder.file("socket");
  Server server(two_from_an_address(), options);
  std::vector<RawClient> clients;
  for (int i = 0; i < 5; ++i) {
    clients.push_back(RawClient::over_unix(options.path));
    EXPECT_EQ(clients.back().handshake().status, 101);
  }
}

RawClient open_by_proxy(const Server& server, const std::string& client) {
  RawClient proxy = server.connect();
  proxy.send("PROXY TCP4 " + client + " 127.0.0.1 4242 80\r\n");
  return proxy;
}

TEST(AnAddressWithTooManyConnections, IsTheClientsBehindAProxy) {
  Server server(behind_a_proxy(true));
  std::vector<RawClient> clients;
  for (const std::string client : {"10.0.0.1", "10.0.0.1", "10.0.0.2", "10.0.0.2"}) {
    clients.push_back(open_by_proxy(server, client));
    EXPECT_EQ(clients.back().handshake().status, 101);
  }
  EXPECT_TRUE(open_by_proxy(server, "10.0.0.1").ended());
  clients.clear();
  while (server.held_connections() > 0) server.settle();
  EXPECT_EQ(open_by_proxy(server, "10.0.0.1").handshake().status, 101);
}

TEST(AnAddressWithTooManyConnections, IsToldInHttpBehindAWebProxy) {
  Server server(behind_a_proxy(false));
  std::vector<RawClient> clients;
  const auto ask = [&](const std::string& client) {
    clients.push_back(server.connect());
    return clients.back().handshake("/", "", "X-Forwarded-For: " + client + "\r\n").status;
  };
  EXPECT_EQ(ask("10.0.0.1"), 101);
  EXPECT_EQ(ask("10.0.0.1"), 101);
  EXPECT_EQ(ask("10.0.0.1"), 429);
  EXPECT_EQ(ask("10.0.0.2"), 101);
}

// ---- half open

ConnectionLimits two_half_open() {
  ConnectionLimits limits = patient_limits();
  limits.max_half_open = 2;
  return limits;
}

TEST(ConnectionsThatSayNothing, MakeRoomForNewOnes) {
  Server server(two_half_open());
  RawClient first = server.connect();
  server.settle();
  RawClient second = server.connect();
  server.settle();
  second.send("GET / HT");
  RawClient third = server.connect();
  EXPECT_TRUE(first.ended());
  second.send("TP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(second.read_http_reply().status, 200);
  EXPECT_EQ(third.handshake().status, 101);
}

TEST(ConnectionsThatSayNothing, AreThoseWithoutAWholeRequestOnly) {
  Server server(two_half_open());
  std::vector<RawClient> open;
  for (int i = 0; i < 3; ++i) open.push_back(server.open());
  for (int i = 0; i < 3; ++i) {
    open.push_back(server.connect());
    open.back().send("\x7F\xF1\x00\x00"s);
    EXPECT_EQ(open.back().read(4), "\x7F\xF1\x00\x00"s);
  }
  for (int i = 0; i < 3; ++i) {
    open.push_back(server.connect());
    open.back().send("POST /post HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n");
    server.settle();
  }
  for (int i = 0; i < 3; ++i) {
    open.push_back(server.connect());
    open.back().send("nonsense\r\n\r\n");
    EXPECT_EQ(open.back().read_http_reply().status, 400);
  }
  EXPECT_EQ(server.held_connections(), 12u);
  for (size_t i = 6; i < 9; ++i) {
    open[i].send("{}");
    EXPECT_EQ(open[i].read_http_reply().status, 200);
  }
}

TEST(ConnectionsThatSayNothing, AreThoseWithAPartOfARawSocketHandshakeToo) {
  Server server(two_half_open());
  RawClient first = server.connect();
  server.settle();
  first.send("\x7F");
  server.settle();
  RawClient second = server.connect();
  server.settle();
  second.send("\x7F\xF1\x00"s);
  server.settle();
  RawClient third = server.connect();
  EXPECT_TRUE(first.ended());
  second.send("\x00"s);
  EXPECT_EQ(second.read(4), "\x7F\xF1\x00\x00"s);
  const RawClient fourth = server.connect();
  EXPECT_EQ(third.handshake().status, 101);
}

TEST(ConnectionsThatSayNothing, AreForgottenWhenTheyAreGone) {
  Server server(two_half_open());
  for (int i = 0; i < 4; ++i) server.connect().reset();
  while (server.held_connections() > 0) server.settle();
  const RawClient first = server.connect(), second = server.connect();
  server.settle();
  EXPECT_EQ(server.held_connections(), 2u);
}

}  // namespace
}  // namespace transport
