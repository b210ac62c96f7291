// Dead and trickling peers: the same rules on every kind of connection.
#include <chrono>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "tests/support/certificates.h"
#include "tests/support/raw_client.h"
#include "tests/support/temporary_folder.h"
#include "tests/transport/server.h"
#include "transport/tls/tls.h"

namespace transport {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using test_support::frame_bytes;
using test_support::RawClient;
namespace opcode = test_support::opcode;

constexpr size_t a_little = 10'000;

ConnectionLimits limits_with_a_rate() {
  ConnectionLimits limits = patient_limits();
  limits.min_message_rate = 2;
  return limits;
}

struct Kind {
  std::string name;
  bool tls = false, over_unix = false, rawsocket = false;
  std::string subprotocol = {};

  friend std::ostream& operator<<(std::ostream& out, const Kind& kind) { return out << kind.name; }
};

class APeer : public testing::TestWithParam<Kind> {
 protected:
  APeer() {
    ConnectionOptions connections{.limits = limits_with_a_rate()};
    if (kind().tls)
      connections.tls =
          TlsContext::load({.key_pairs = {{.certificate = certificates_.certificate("localhost"),
                                           .key = certificates_.key("localhost")}}});
    ListenOptions listen{.port = 0};
    if (kind().over_unix) listen.path = folder_.file("socket");
    server = std::make_unique<Server>(connections, listen);
  }
  const Kind& kind() const { return GetParam(); }

  RawClient connect() const {
    RawClient client =
        kind().over_unix ? RawClient::over_unix(server->listener().address().substr(5)) : server->connect();
    if (kind().tls) client.secure();
    return client;
  }
  RawClient open() const {
    RawClient client = connect();
    if (kind().rawsocket) {
      // With a ping of its own: of RawSocket clients only those are pinged who speak of pings themselves.
      client.send("\x7F\xF1\x00\x00\x01\x00\x00\x00"s);
      EXPECT_EQ(client.read(8), "\x7F\xF1\x00\x00\x02\x00\x00\x00"s);
    } else {
      EXPECT_EQ(client.handshake("/", kind().subprotocol).status, 101);
    }
    return client;
  }
  // One whole message of that size, as the client sends it.
  std::string message(size_t size) const {
    const std::string payload(size, 'x');
    if (kind().rawsocket)
      return std::string({'\0', static_cast<char>(size >> 16 & 0xFF), static_cast<char>(size >> 8 & 0xFF),
                          static_cast<char>(size & 0xFF)})
          .append(payload);
    return frame_bytes(opcode::text, payload);
  }
  // Sends as much as the kernels take, and more; returns what they have taken.
  size_t fill() const {
    size_t taken = 0;
    server->on_loop([&] {
      Connection& connection = server->connection();
      const BufferRef frame = text_frame(connection, std::string(100'000, 'x'));
      for (; connection.queued_bytes() == 0; taken += frame->size()) connection.send(frame);
      taken -= connection.queued_bytes();
    });
    return taken;
  }
  void expect_ping(RawClient& client) const {
    if (kind().rawsocket)
      EXPECT_EQ(client.read(4), "\x01\x00\x00\x00"s);
    else
      EXPECT_EQ(client.read_frame().opcode, opcode::ping);
  }

  test_support::Certificates certificates_;
  test_support::TemporaryFolder folder_;
  std::unique_ptr<Server> server;
};

INSTANTIATE_TEST_SUITE_P(OfEveryKind, APeer,
                         testing::Values(Kind{.name = "WebSocket"},
                                         Kind{.name = "Batched", .subprotocol = "batched.text"},
                                         Kind{.name = "RawSocket", .rawsocket = true},
                                         Kind{.name = "Tls", .tls = true},
                                         Kind{.name = "TlsRawSocket", .tls = true, .rawsocket = true},
                                         Kind{.name = "Unix", .over_unix = true},
                                         Kind{.name = "UnixRawSocket", .over_unix = true, .rawsocket = true}),
                         [](const auto& tested) { return tested.param.name; });

TEST_P(APeer, IsPingedWhenSilentAndThenDead) {
  RawClient client = open();
  server->sweep_after(just_before_an_hour);
  server->sweep_after(just_after_an_hour);
  expect_ping(client);
  server->sweep_after(just_after_an_hour + just_before_an_hour);
  EXPECT_EQ(server->log.count("destroyed"), 0u);
  server->sweep_after(just_after_an_hour + just_after_an_hour);
  EXPECT_TRUE(server->log.has("closed 0 by us: no sign of life for 7200000 ms"));
}

TEST_P(APeer, LivesByAnyByte) {
  RawClient client = open();
  server->sweep_after(just_after_an_hour);
  expect_ping(client);
  // One byte on the wire, of a TLS record if there is TLS.
  kind().tls ? client.send_raw("\x17") : client.send(message(10).substr(0, 1));
  server->sweep_after(just_before_an_hour);
  server->sweep_after(2 * just_before_an_hour);
  expect_ping(client);
  EXPECT_EQ(server->log.count("destroyed"), 0u);
}

TEST_P(APeer, LivesWhileItTakesWhatIsInFrontOfThePing) {
  RawClient client = open();
  const size_t taken_by_kernels = fill();
  server->sweep_after(just_after_an_hour);
  EXPECT_TRUE(server->log.has("silent"));
  size_t read = 0;
  for (; server->log.count("alive") == 0 && read < taken_by_kernels; read += a_little) {
    client.read(a_little);
    server->sweep_after(just_after_an_hour);
  }
  EXPECT_LT(read, taken_by_kernels / 3) << "not only when there is room to write again";
  server->sweep_after(just_after_an_hour + just_before_an_hour);
  server->sweep_after(just_after_an_hour + just_before_an_hour + just_before_an_hour);
  EXPECT_EQ(server->log.count("destroyed"), 0u);
}

TEST_P(APeer, IsDeadWhenItTakesNoMoreOfIt) {
  RawClient client = open();
  fill();
  server->sweep_after(just_after_an_hour);
  server->sweep_after(just_after_an_hour + just_before_an_hour);
  EXPECT_EQ(server->log.count("destroyed"), 0u);
  // A little may have gone on between the kernels by itself, and has counted as taken.
  for (int hours = 2; hours <= 4 && server->log.count("destroyed") == 0; ++hours)
    server->sweep_after(hours * just_after_an_hour);
  EXPECT_TRUE(server->log.has("closed 0 by us: no sign of life for 7200000 ms"));
}

TEST_P(APeer, IsDeadIfOnlyItsSystemTakesWhatIsSent) {
  RawClient client = open();
  server->sweep_after(just_after_an_hour);
  for (int i = 1; i <= 5; ++i) {
    server->on_loop([&] { server->connection().send(text_frame(server->connection(), "hello")); });
    server->sweep_after(just_after_an_hour + i * just_after_an_hour / 5);
  }
  EXPECT_TRUE(server->log.has("closed 0 by us: no sign of life for 7200000 ms"));
  EXPECT_EQ(server->log.count("alive"), 0u);
}

TEST_P(APeer, AnswersAProbeByTakingWhatIsInFrontOfIt) {
  RawClient client = open();
  const size_t taken_by_kernels = fill();
  server->on_loop([&] { server->connection().probe(); });
  for (size_t read = 0; read < taken_by_kernels / 3; read += a_little) client.read(a_little);
  EXPECT_TRUE(server->log.has("alive"));
}

TEST_P(APeer, AnswersAProbeByAnyByte) {
  RawClient client = open();
  server->on_loop([&] { server->connection().probe(); });
  client.send(message(10));
  EXPECT_TRUE(server->log.has("alive"));
}

TEST_P(APeer, IsAliveIfItIsPausedAfterTheProbe) {
  RawClient client = open();
  server->on_loop([&] {
    server->connection().probe();
    server->connection().pause_reading(Pause::first_of_receiver);
  });
  EXPECT_TRUE(server->log.has("alive"));
}

TEST_P(APeer, MayEndWhileItIsProbed) {
  RawClient client = open();
  server->on_loop([&] {
    server->connection().probe();
    server->connection().drop("enough");
  });
  EXPECT_TRUE(client.read_to_end().size() < 100);
  RawClient other = open();
  server->on_loop([&] { server->connection().probe(); });
  other.send(message(10));
  EXPECT_TRUE(server->log.has("alive"));
}

TEST_P(APeer, IsDroppedIfItDoesNotAnswerTheClose) {
  RawClient client = open();
  server->on_loop([&] { server->connection().close(close_code::normal, "done"); });
  server->sweep_after(2 * just_before_an_hour);
  EXPECT_EQ(server->held_connections(), 1u);
  server->sweep_after(2 * just_after_an_hour);
  EXPECT_EQ(server->held_connections(), 0u);
  EXPECT_TRUE(server->log.has("closed 1000 by us: done"));
}

TEST_P(APeer, IsDroppedIfItIsClosedAndTakesNothing) {
  RawClient client = open();
  server->on_loop([&] {
    Connection& connection = server->connection();
    while (connection.queued_bytes() == 0) connection.send(text_frame(connection, std::string(100'000, 'x')));
    connection.close(close_code::normal, "done");
  });
  server->sweep_after(2 * just_before_an_hour);
  EXPECT_EQ(server->held_connections(), 1u);
  server->sweep_after(2 * just_after_an_hour);
  EXPECT_EQ(server->held_connections(), 0u);
}

TEST_P(APeer, HasADeadlineForItsHandshake) {
  RawClient client = connect();
  server->sweep_after(just_before_an_hour);
  EXPECT_EQ(server->held_connections(), 1u);
  server->sweep_after(just_after_an_hour);
  EXPECT_TRUE(client.ended());
}

// ---- messages that trickle in

// In an hour, at that rate.
constexpr size_t expected_in_an_hour = 2 * 3600;

TEST_P(APeer, MustGoOnWithAMessageThatItHasBegun) {
  RawClient client = open();
  client.send(message(10).substr(0, 1));
  server->sweep_after(0s);
  server->sweep_after(just_before_an_hour);
  EXPECT_EQ(server->log.count("destroyed"), 0u);
  server->sweep_after(just_after_an_hour);
  EXPECT_TRUE(server->log.has("closed 1008 by us: a message that comes in at less than 2 bytes per second"));
}

TEST_P(APeer, MayTakeItsTimeAtTheRateThatIsAskedFor) {
  server->received = [](Connection&, const std::string&) {};
  RawClient client = open();
  const std::string whole = message(3 * expected_in_an_hour);
  client.send(whole.substr(0, 100));
  server->sweep_after(0s);
  client.send(whole.substr(100, expected_in_an_hour + 2000));
  server->sweep_after(just_after_an_hour);
  client.send(whole.substr(expected_in_an_hour + 2100, expected_in_an_hour + 2000));
  server->sweep_after(2 * just_after_an_hour);
  client.send(whole.substr(2 * expected_in_an_hour + 4100));
  ASSERT_TRUE(server->log.has("received " + std::string(100, 'x')));
  EXPECT_EQ(server->log.count("destroyed"), 0u);
}

TEST_P(APeer, IsJudgedByItsLastHour) {
  RawClient client = open();
  client.send(message(4 * expected_in_an_hour).substr(0, 3 * expected_in_an_hour));
  server->sweep_after(0s);
  server->sweep_after(just_after_an_hour);
  EXPECT_TRUE(server->log.has("closed 1008 by us: a message that comes in at less than 2 bytes per second"));
}

TEST_P(APeer, IsNotJudgedWhileItIsPaused) {
  RawClient client = open();
  client.send(message(10).substr(0, 1));
  server->sweep_after(0s);
  server->on_loop([&] { server->connection().pause_reading(Pause::first_of_receiver); });
  server->sweep_after(just_after_an_hour);
  server->on_loop([&] { server->connection().resume_reading(Pause::first_of_receiver); });
  server->sweep_after(just_after_an_hour);
  EXPECT_EQ(server->log.count("destroyed"), 0u);
}

TEST_P(APeer, BeginsAnewWithEachMessage) {
  RawClient client = open();
  const std::string next = message(5);
  client.send(next.substr(0, 1));
  server->sweep_after(0s);
  for (int i = 1; i <= 4; ++i) {
    client.send(next.substr(1) + next.substr(0, 1));
    ASSERT_TRUE(server->log.has("received xxxxx"));
    server->sweep_after(i * just_before_an_hour);
  }
  EXPECT_EQ(server->log.count("destroyed"), 0u);
}

TEST(AFragmentedMessage, MustGoOnEvenIfItHasNothingYet) {
  Server server(limits_with_a_rate());
  RawClient client = server.open();
  client.send(frame_bytes(opcode::text, "", {.fin = false}));
  server.sweep_after(0s);
  server.sweep_after(just_after_an_hour);
  EXPECT_TRUE(server.log.has("closed 1008 by us: a message that comes in at less than 2 bytes per second"));
}

// ---- the kernel's own patience

// Of the socket in this process whose other end has that port.
unsigned user_timeout_of_peer(uint16_t port) {
  for (int descriptor = 3; descriptor < 1024; ++descriptor) {
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    const bool has_peer = ::getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &size) == 0;
    if (!has_peer || peer.sin_family != AF_INET || ntohs(peer.sin_port) != port) continue;
    unsigned timeout_ms = 0;
    size = sizeof timeout_ms;
    ::getsockopt(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout_ms, &size);
    return timeout_ms;
  }
  return 0;
}

TEST(ATcpConnection, IsGivenUpByTheKernelWhenAPeerIsDead) {
  Server server;
  const RawClient client = server.open();
  std::string address;
  server.on_loop([&] { address = server.connection().peer_address(); });
  const auto port = static_cast<uint16_t>(std::stoi(address.substr(address.find(':') + 1)));
  EXPECT_EQ(user_timeout_of_peer(port), 7'200'000u);
}

}  // namespace
}  // namespace transport
