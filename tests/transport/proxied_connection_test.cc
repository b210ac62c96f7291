// Connections through proxies, over real sockets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/certificates.h"
#include "tests/support/raw_client.h"
#include "tests/transport/proxy_headers.h"
#include "tests/transport/server.h"
#include "transport/socket/address.h"
#include "transport/tls/tls.h"

namespace transport {
namespace {

using namespace std::chrono_literals;
using test_support::RawClient;

std::shared_ptr<const AddressRanges> trusting(std::string_view range) {
  auto ranges = std::make_shared<AddressRanges>();
  EXPECT_TRUE(ranges->add(range));
  return ranges;
}

ConnectionOptions proxied(std::string_view range = "127.0.0.0/8") {
  return {.limits = patient_limits(), .trusted_proxies = trusting(range), .proxy_protocol = true};
}

RawClient through_proxy(const Server& server, const std::string& header = proxy_v2_tcp4()) {
  RawClient client = server.connect();
  client.send(header);
  return client;
}

TEST(AProxiedConnection, HasTheAddressThatTheProxyTells) {
  Server server(proxied());
  RawClient client = through_proxy(server);
  EXPECT_EQ(client.handshake().status, 101);
  EXPECT_TRUE(server.log.has("peer 203.0.113.7:4242"));
  server.on_loop([&] { EXPECT_EQ(server.connection().peer_address(), "203.0.113.7:4242"); });
  EXPECT_TRUE(server.remarked("203.0.113.7:4242 has come via 127.0.0.1:"));
  client.send_text("hello");
  EXPECT_EQ(client.read_message(), "hello");
}

TEST(AProxiedConnection, MayBeOfRawSocket) {
  Server server(proxied());
  RawClient client = through_proxy(server, proxy_v2_tcp4() + std::string("\x7F\xF1\0\0", 4));
  EXPECT_EQ(client.read(4).substr(0, 1), "\x7F");
  server.on_loop([&] { EXPECT_EQ(server.connection().peer_address(), "203.0.113.7:4242"); });
}

TEST(AProxiedConnection, MayTellItsClientByteByByte) {
  Server server(proxied());
  for (const std::string& header :
       {proxy_v2_tcp4(), std::string("PROXY TCP4 203.0.113.7 1.1.1.1 4242 2\r\n")}) {
    RawClient client = server.connect();
    for (const char c : header) {
      client.send({&c, 1});
      server.settle();
    }
    EXPECT_EQ(client.handshake().status, 101);
  }
  EXPECT_EQ(server.log.count("peer 203.0.113.7:4242"), 2u);
}

TEST(AProxiedConnection, HasTheProxysAddressIfTheProxySpeaksForItself) {
  Server server(proxied());
  RawClient client = through_proxy(server, proxy_v2(0x20, 0, ""));
  EXPECT_EQ(client.handshake().status, 101);
  server.on_loop([&] { EXPECT_THAT(server.connection().peer_address(), testing::StartsWith("127.0.0.1:")); });
  EXPECT_FALSE(server.remarked(" via "));
}

TEST(AProxiedConnection, HasTlsBehindTheHeader) {
  const test_support::Certificates certificates;
  ConnectionOptions options = proxied();
  options.tls = TlsContext::load({.key_pairs = {{certificates.certificate(), certificates.key()}}});
  Server server(options);
  for (const size_t piece_size : {size_t{1}, SIZE_MAX}) {
    RawClient client = through_proxy(server);
    client.secure({.piece_size = piece_size});
    EXPECT_EQ(client.handshake().status, 101);
    server.on_loop([&] { EXPECT_EQ(server.connection().peer_address(), "203.0.113.7:4242"); });
  }
}

TEST(AProxiedConnection, IsRefusedFromAnybodyElse) {
  Server server(proxied("10.0.0.0/8"));
  RawClient client = through_proxy(server);
  EXPECT_TRUE(client.ended());
  EXPECT_TRUE(server.remarked("refused: it is not one of the trusted proxies"));
}

TEST(AProxiedConnection, ThatSaysNothingOnlyLooksWhetherSomebodyListens) {
  for (const char* trusted : {"127.0.0.0/8", "10.0.0.0/8"}) {
    Server server(proxied(trusted));
    EXPECT_TRUE(ends_who_only_looks(server));
    server.settle();
    EXPECT_THAT(server.log.lines(), testing::IsEmpty()) << trusted;
    EXPECT_EQ(server.held_connections(), 0u);
  }
}

TEST(AProxiedConnection, IsRefusedWithoutAHeaderOrWithAMalformedOne) {
  Server server(proxied());
  std::string hostile = proxy_v2_tcp4();
  hostile[14] = hostile[15] = '\xFF';
  for (const std::string& wrong :
       {std::string("GET / HTTP/1.1\r\n\r\n"), hostile, "PROXY x\r\n" + proxy_v2_tcp4(),
        proxy_v2(0x21, 0x11, "short"), std::string("\x16\x03\x01")}) {
    RawClient client = through_proxy(server, wrong);
    EXPECT_TRUE(client.ended());
  }
  EXPECT_TRUE(server.remarked("refused: not a PROXY protocol header: it begins otherwise"));
  EXPECT_TRUE(server.remarked("refused: not a PROXY protocol header: it is longer than 4096 bytes"));
}

TEST(AProxiedConnection, IsEndedIfTheHeaderDoesNotComeOrTheClientGoes) {
  Server server(proxied());
  RawClient silent = server.connect();
  RawClient half = through_proxy(server, "PROXY TCP4 ");
  server.sweep_after(just_after_an_hour);
  EXPECT_TRUE(silent.ended());
  EXPECT_TRUE(half.ended());
  EXPECT_TRUE(server.remarked("ended: the proxy did not tell in time whose connection it is"));
  { RawClient gone = through_proxy(server, "PROXY TCP4 "); }
  RawClient reset = through_proxy(server, proxy_v2_tcp4().substr(0, 20));
  server.settle();
  reset.reset();
  server.settle();
  EXPECT_EQ(server.held_connections(), 0u);
  EXPECT_TRUE(server.remarked("refused: it left in the middle of the proxy's header"));
}

TEST(AProxiedConnection, KeepsItsAddressOnAnotherLoop) {
  Server server(proxied());
  Loop other;
  std::thread thread([&] { other.run(); });
  server.placed = [&](Loop&, const HttpRequest&) { return &other; };
  server.posted = [&](Loop&, const HttpRequest& request, const std::string&,
                      HttpExchange&) -> Service::Answer { return text_response(200, request.peer_address); };
  RawClient client = through_proxy(server);
  for (int i = 0; i < 2; ++i) {
    client.send("POST /post HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(client.read_http_reply().body, "203.0.113.7:4242\n");
  }
  other.stop();
  thread.join();
}

// ---- headers of HTTP

TEST(AConnectionOfAWebProxy, HasTheAddressInItsHeaders) {
  Server server(ConnectionOptions{.limits = patient_limits(), .trusted_proxies = trusting("127.0.0.1")});
  RawClient client = server.connect();
  EXPECT_EQ(client.handshake("/", "", "X-Forwarded-For: 198.51.100.2, 203.0.113.7\r\n").status, 101);
  server.on_loop([&] { EXPECT_EQ(server.connection().peer_address(), "203.0.113.7"); });
  EXPECT_TRUE(server.remarked("203.0.113.7 has come via 127.0.0.1:"));
}

TEST(AConnectionOfAWebProxy, IsNotBelievedIfTheProxyIsNotTrusted) {
  Server server;
  RawClient client = server.connect();
  EXPECT_EQ(client.handshake("/", "", "X-Forwarded-For: 203.0.113.7\r\n").status, 101);
  server.on_loop([&] { EXPECT_THAT(server.connection().peer_address(), testing::StartsWith("127.0.0.1:")); });
}

TEST(AConnectionOfAWebProxy, IsRefusedIfItTellsTwoThings) {
  Server server(ConnectionOptions{.limits = patient_limits(), .trusted_proxies = trusting("127.0.0.1")});
  RawClient client = server.connect();
  EXPECT_EQ(client.handshake("/", "", "X-Forwarded-For: 1.1.1.1\r\nForwarded: for=2.2.2.2\r\n").status, 400);
}

TEST(AnUpgrade, MayHaveHeadersOfTheServices) {
  Server server;
  server.upgrade_headers = {{"Set-Cookie", "a=b"}, {"X-More", "c"}};
  RawClient client = server.connect();
  const auto reply = client.handshake();
  EXPECT_EQ(reply.status, 101);
  EXPECT_EQ(reply.header("set-cookie"), "a=b");
  EXPECT_EQ(reply.header("x-more"), "c");
}

}  // namespace
}  // namespace transport
