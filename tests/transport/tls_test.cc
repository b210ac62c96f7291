// TLS over real sockets: handshakes of all kinds, good and bad; what comes above knows nothing of it.
#include "transport/tls/tls.h"

#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/sha.h>

#include "tests/transport/tls_fixture.h"

namespace transport {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

std::string sha256(const std::string& bytes) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

TEST_F(ATlsListener, ServesWebSocketRawSocketAndHttp) {
  start();
  for (const int version : {12, 13}) {
    RawClient websocket =
        open({.version = version, .server_name = "localhost", .ca_file = certificates.ca()});
    echo(websocket);
    RawClient rawsocket = secure({.version = version});
    rawsocket.send({"\x7F\xF1\0\0", 4});
    EXPECT_EQ(rawsocket.read(4).substr(0, 1), "\x7F");
    RawClient http = secure({.version = version});
    http.send("GET /page HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(http.read_http_reply().body, "GET /page\n");
    EXPECT_TRUE(http.ended());
    EXPECT_TRUE(http.was_told_the_end());
  }
}

TEST_F(ATlsListener, RefusesVersionsBefore12) {
  start();
  RawClient client = server->connect();
  // A ClientHello of TLS 1.1, with one cipher and no extensions.
  std::string hello = "\x03\x02" + std::string(32, 'r') + std::string("\0\0\x02\xC0\x13\x01\0", 7);
  hello = std::string("\x01\0\0", 3) + static_cast<char>(hello.size()) + hello;
  client.send(std::string("\x16\x03\x01\0", 4) + static_cast<char>(hello.size()) + hello);
  EXPECT_THAT(client.read_to_end(), StartsWith("\x15\x03"));  // an alert
  EXPECT_TRUE(remarked("unsupported protocol"));
}

TEST_F(ATlsListener, ReadsAHandshakeAndMessagesThatComeByteByByte) {
  start();
  for (const int version : {12, 13}) {
    RawClient client = open({.version = version, .piece_size = 1});
    echo(client);
  }
}

TEST_F(ATlsListener, CarriesBigMessagesBothWays) {
  start();
  RawClient client = open();
  const std::string big(3'000'001, 'x');
  for (int i = 0; i < 3; ++i) echo(client, big);
  echo(client, "and a small one");
}

TEST_F(ATlsListener, CarriesManySmallMessagesAndBigOnesBetween) {
  start();
  RawClient client = open();
  std::vector<std::string> sent;
  std::string all;
  for (size_t i = 0; i < 300; ++i) {
    sent.push_back(std::to_string(i) + std::string(i % 50 == 7 ? 40'000 : i * 13 % 5000, 'y'));
    all += test_support::frame_bytes(test_support::opcode::text, sent.back());
  }
  client.send(all);
  for (const std::string& message : sent) ASSERT_EQ(client.read_message(), message);
}

TEST_F(ATlsListener, WaitsForAClientThatReadsLate) {
  ConnectionOptions patient = options(settings());
  patient.limits.max_queued_bytes = 64 * 1024 * 1024;
  server = std::make_unique<Server>(patient);
  server->received = [](Connection& c, const std::string& message) {
    for (int i = 0; i < 40; ++i) c.send(text_frame(c, message));
  };
  RawClient client = open();
  const std::string message(500'000, 'z');
  client.send_text(message);
  server->settle();
  client.send_text("more");
  for (int i = 0; i < 40; ++i) ASSERT_EQ(client.read_message(), message);
  for (int i = 0; i < 40; ++i) ASSERT_EQ(client.read_message(), "more");
}

TEST_F(ATlsListener, GivesWhatCameBeforeThePauseWhenReadingGoesOn) {
  start();
  server->received = [](Connection& c, const std::string& message) {
    if (message == "pause") c.pause_reading(Pause::first_of_receiver);
    c.send(text_frame(c, message.substr(0, 10)));
  };
  RawClient client = open();
  client.send_text("pause");
  EXPECT_EQ(client.read_message(), "pause");
  const std::string big(200'000, 'b');
  client.send_text(big);
  client.send_text("last");
  server->settle();
  server->on_loop([&] { server->connection().resume_reading(Pause::first_of_receiver); });
  EXPECT_EQ(client.read_message(), big.substr(0, 10));
  EXPECT_EQ(client.read_message(), "last");
}

TEST_F(ATlsListener, AnswersCloseNotifyAndSendsItsOwn) {
  start();
  RawClient client = open();
  client.tls().send_close_notify();
  EXPECT_TRUE(server->log.has("closed 0 by peer: the peer ended the connection without a close frame"));
  EXPECT_TRUE(client.ended());
  EXPECT_TRUE(client.was_told_the_end());

  RawClient closing = open();
  closing.send_close(1000);
  EXPECT_EQ(closing.read_frame().close_code(), 1000);
  EXPECT_TRUE(closing.ended());
  EXPECT_TRUE(closing.was_told_the_end());
}

TEST_F(ATlsListener, EndsAHandshakeThatStopsHalfway) {
  start();
  RawClient silent = server->connect();
  RawClient half = server->connect();
  half.send("\x16\x03\x01\x02");
  server->sweep_after(just_after_an_hour);
  EXPECT_TRUE(silent.ended());
  EXPECT_TRUE(half.ended());
  EXPECT_TRUE(remarked("the TLS handshake took too long"));
  EXPECT_EQ(server->held_connections(), 0u);
}

TEST_F(ATlsListener, TellsOfClientsThatLeaveItsHandshake) {
  start();
  {
    RawClient untrusting = server->connect();
    EXPECT_THAT(error_of([&] {
                  untrusting.secure({.server_name = "localhost", .ca_file = certificates.certificate()});
                }),
                testing::HasSubstr("certificate verify failed"));
  }
  EXPECT_TRUE(remarked("refused: TLS: tlsv1 alert unknown ca"));
  {
    RawClient half = server->connect();
    half.send("\x16\x03\x01\x02");
  }
  EXPECT_TRUE(remarked(
      "refused: it left in the middle of the TLS handshake; perhaps it does not trust the certificate"));
}

TEST_F(ATlsListener, SaysNothingOfClientsThatSayNothing) {
  start();
  EXPECT_TRUE(ends_who_only_looks(*server));
  EXPECT_THAT(server->log.lines(), testing::IsEmpty());
  EXPECT_EQ(server->held_connections(), 0u);
}

TEST_F(ATlsListener, EndsAnEstablishedClientThatAsksForNothing) {
  start();
  RawClient client = secure();
  server->sweep_after(just_after_an_hour);
  EXPECT_TRUE(client.ended());
}

TEST_F(ATlsListener, TellsAPlainHttpClientWhatIsExpected) {
  start();
  RawClient client = server->connect();
  const auto reply = client.handshake();
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.body, "TLS is spoken here: it must be https:// or wss://\n");
  EXPECT_TRUE(client.ended());
  EXPECT_TRUE(remarked("it speaks HTTP without TLS, where TLS is expected"));
}

TEST_F(ATlsListener, EndsAPlainRawSocketClient) {
  start();
  RawClient client = server->connect();
  client.send({"\x7F\xF1\0\0", 4});
  EXPECT_TRUE(client.ended());
  EXPECT_TRUE(remarked("it does not speak TLS"));
}

TEST_F(ATlsListener, EndsAClientThatSpeaksNonsenseInTheHandshakeOrAfterIt) {
  start();
  RawClient client = server->connect();
  client.send(std::string("\x16\x03\x01\x40\0", 5) + std::string(0x4000, 'n'));
  client.read_to_end();
  EXPECT_TRUE(remarked("TLS: "));

  RawClient other = open();
  other.send_raw(std::string("\x17\x03\x03\0\x20", 5) + std::string(32, 'n'));
  EXPECT_TRUE(server->log.has("closed 0 by peer: TLS: decryption failed or bad record mac"));
  RawClient well = open();
  echo(well);
}

TEST_F(ATlsListener, EndsAClientThatIsGoneInTheMiddle) {
  start();
  RawClient client = open();
  client.send_text("a");
  client.reset();
  EXPECT_TRUE(server->log.has("destroyed"));
  RawClient half = server->connect();
  half.send("\x16\x03");
  half.reset();
  server->settle();
  EXPECT_EQ(server->held_connections(), 0u);
}

TEST(ThePlainListener, TellsAClientThatSpeaksTls) {
  Server server;
  RawClient client = server.connect();
  client.send({"\x16\x03\x01\x02\x00\x01\x00", 7});
  EXPECT_EQ(client.read_http_reply().body, "TLS is not spoken here\n");
  EXPECT_TRUE(client.ended());
  const auto lines = server.log.lines();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_THAT(lines[0], HasSubstr("refused: it speaks TLS, which is not spoken here"));
}

TEST_F(ATlsListener, RefusesRenegotiationAndTakesNewKeys) {
  start();
  RawClient old = open({.version = 12});
  ASSERT_TRUE(old.tls().ask_for_new_keys());
  EXPECT_THAT(error_of([&] { echo(old); }), HasSubstr("TLS client: "));

  RawClient current = open({.version = 13});
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(current.tls().ask_for_new_keys());
    echo(current);
  }
}

// The answers to them wait behind what the client does not read, and what it sends behind the answers.
TEST_F(ATlsListener, TakesNewKeysOfAClientThatReadsLate) {
  start();
  RawClient client = open({.version = 13});
  std::vector<std::string> sent;
  for (char c = 'a'; c <= 'z'; ++c) {
    sent.emplace_back(200'000, c);
    client.send_text(sent.back());
    ASSERT_TRUE(client.tls().ask_for_new_keys());
  }
  for (const std::string& message : sent) ASSERT_EQ(client.read_message(), message);
  echo(client);
}

TEST_F(ATlsListener, GivesNothingToResume) {
  start();
  for (const int version : {12, 13}) {
    RawClient client = open({.version = version});
    echo(client);
    EXPECT_FALSE(client.tls().can_resume());
  }
}

// ---- channel binding

TEST_F(ATlsListener, HasTheSameChannelBindingsAsItsClient) {
  start();
  std::string last;
  for (const int version : {12, 13}) {
    RawClient client = open({.version = version});
    std::string exporter, unique, second;
    server->on_loop([&] {
      exporter = server->connection().channel_binding(ChannelBinding::tls_exporter);
      unique = server->connection().channel_binding(ChannelBinding::tls_unique);
      second = server->connection().channel_binding(ChannelBinding::tls_unique_second);
    });
    EXPECT_EQ(exporter.size(), 32u);
    EXPECT_EQ(exporter, client.tls().exporter());
    EXPECT_EQ(unique, sha256(client.tls().own_finished()));
    EXPECT_EQ(second, sha256(client.tls().server_finished()));
    EXPECT_NE(unique, second);
    EXPECT_NE(exporter, std::exchange(last, exporter));
  }
}

TEST_F(ATlsListener, HasNoChannelBindingWithoutTheExtendedMasterSecret) {
  start();
  RawClient client = open({.version = 12, .extended_master_secret = false});
  server->on_loop([&] {
    EXPECT_EQ(server->connection().channel_binding(ChannelBinding::tls_exporter), "");
    EXPECT_EQ(server->connection().channel_binding(ChannelBinding::tls_unique), "");
    EXPECT_EQ(server->connection().channel_binding(ChannelBinding::tls_unique_second), "");
  });
}

TEST(ThePlainListener, HasNoChannelBinding) {
  Server server;
  RawClient client = server.open();
  server.on_loop([&] {
    EXPECT_EQ(server.connection().channel_binding(ChannelBinding::tls_exporter), "");
    EXPECT_EQ(server.connection().client_certificate(), nullptr);
  });
}

// ---- requests

TEST_F(ATlsListener, TellsThatARequestIsSecure) {
  start();
  server->requested = [](const HttpRequest& r) { return text_response(200, r.secure ? "secure" : "plain"); };
  RawClient client = secure();
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.read_http_reply().body, "secure\n");
}

TEST_F(ATlsListener, MovesAConnectionToAnotherLoopWithItsTls) {
  start();
  Loop other;
  std::thread thread([&] { other.run(); });
  server->placed = [&](Loop&, const HttpRequest&) { return &other; };
  server->posted = [&](Loop&, const HttpRequest&, const std::string& body, HttpExchange&) -> Service::Answer {
    return text_response(200, "there: " + body);
  };
  for (const int version : {12, 13}) {
    RawClient client = secure({.version = version});
    for (const std::string body : {"one", "two", "three"}) {
      client.send("POST /post HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) +
                  "\r\n\r\n" + body);
      EXPECT_EQ(client.read_http_reply().body, "there: " + body + "\n");
    }
  }
  other.stop();
  thread.join();
}

}  // namespace
}  // namespace transport
