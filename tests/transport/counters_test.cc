// What a loop counts, over real sockets.

#include "transport/counters/counters.h"

#include <chrono>

#include <gtest/gtest.h>

#include "tests/support/raw_client.h"
#include "tests/transport/server.h"

namespace transport {
namespace {

using namespace std::chrono_literals;
using test_support::RawClient;
namespace opcode = test_support::opcode;

// Waits for a connection's end, which is counted before it is destroyed.
void wait_for_end(Server& server) {
  ASSERT_TRUE(server.log.has("destroyed"));
  server.on_loop([] {});
}

TEST(LoopCounters, ConnectionsRequestsAndBytesCount) {
  Server server;
  RawClient client = server.open();
  const Counters& counters = server.loop().counters();
  const uint64_t received = counters.bytes_received.value();
  client.send_text("hello");
  EXPECT_EQ(client.read_message(), "hello");
  server.settle();
  EXPECT_EQ(counters.accepted.value(), 1u);
  EXPECT_EQ(counters.http_requests.value(), 1u);
  EXPECT_EQ(counters.bytes_received.value() - received, 2u + 4u + 5u);
  EXPECT_GT(counters.bytes_sent.value(), 5u);
  EXPECT_EQ(counters.queued_bytes.value(), 0u);
}

TEST(LoopCounters, AConnectionThatItsPeerEndsIsClosedByThePeer) {
  Server server;
  { const RawClient client = server.open(); }
  wait_for_end(server);
  EXPECT_EQ(server.loop().counters().closed_by_peer.value(), 1u);
}

TEST(LoopCounters, ASilentPeerIsPingedAndClosedAsDead) {
  Server server;
  RawClient client = server.open();
  server.sweep_after(just_after_an_hour);
  EXPECT_EQ(server.loop().counters().pings_sent.value(), 1u);
  server.sweep_after(2 * just_after_an_hour);
  wait_for_end(server);
  EXPECT_EQ(server.loop().counters().closed_dead.value(), 1u);
  EXPECT_EQ(server.loop().counters().closed_by_peer.value(), 0u);
}

TEST(LoopCounters, WhatIsQueuedForAPeerCountsUntilItIsGone) {
  ConnectionLimits limits = patient_limits();
  limits.max_queued_bytes = 20'000'000;
  Server server(limits);
  const RawClient client = server.open();
  const Counters& counters = server.loop().counters();
  const auto send = [&](int count) {
    server.on_loop([&] {
      Connection& connection = server.connection();
      for (int i = 0; i < count; ++i) connection.send(text_frame(connection, std::string(100'000, 'x')));
    });
  };
  send(150);
  server.on_loop([&] { EXPECT_EQ(counters.queued_bytes.value(), server.connection().queued_bytes()); });
  EXPECT_GT(counters.queued_bytes.value(), 0u);
  send(150);
  wait_for_end(server);
  EXPECT_EQ(counters.queued_bytes.value(), 0u);
  EXPECT_EQ(counters.closed_slow.value(), 1u);
}

TEST(LoopCounters, AProtocolErrorIsAReasonOfItsOwn) {
  Server server;
  RawClient client = server.open();
  client.send_frame(opcode::text, "\xFF");
  server.settle();
  server.sweep_after(3 * just_after_an_hour);
  wait_for_end(server);
  EXPECT_EQ(server.loop().counters().closed_protocol.value(), 1u);
}

TEST(LoopCounters, ACloseThatWasAskedForIsTheRouters) {
  Server server;
  const RawClient client = server.open();
  server.on_loop([&] { server.connection().close(close_code::normal, ""); });
  server.sweep_after(3 * just_after_an_hour);
  wait_for_end(server);
  EXPECT_EQ(server.loop().counters().closed_by_router.value(), 1u);
  EXPECT_EQ(server.loop().counters().close_timeouts.value(), 1u) << "it has not answered the close frame";
}

TEST(LoopCounters, WhatIsNoRequestIsRefused) {
  Server server;
  RawClient client = server.connect();
  client.send("\x03 nonsense\r\n\r\n");
  EXPECT_EQ(client.read_http_reply().body,
            "not an HTTP request: that begins with \"METHOD PATH HTTP/1.1\"\n");
  server.settle();
  EXPECT_EQ(server.loop().counters().refused_http.value(), 1u);
}

TEST(LoopCounters, OneConnectionTooManyIsRefused) {
  Server server(patient_limits(), {.port = 0, .max_connections = 1});
  const RawClient first = server.open();
  RawClient second = server.connect();
  EXPECT_TRUE(second.ended());
  server.on_loop([] {});
  EXPECT_EQ(server.loop().counters().refused_too_many.value(), 1u);
  EXPECT_EQ(server.loop().counters().accepted.value(), 1u);
}

}  // namespace
}  // namespace transport
