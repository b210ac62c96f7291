#include "client/wire/endpoint.h"

#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wire {

namespace {

using testing::HasSubstr;

std::string refusal(const std::string& url) {
  try {
    parse_url(url);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Endpoint, AWebSocketUrlHasHostPortAndPath) {
  const Endpoint endpoint = parse_url("ws://10.0.0.1:9000/some/path?x=1");
  EXPECT_EQ(endpoint.protocol, Protocol::websocket);
  EXPECT_EQ(endpoint.address.host, "10.0.0.1");
  EXPECT_EQ(endpoint.address.port, 9000);
  EXPECT_EQ(endpoint.path, "/some/path?x=1");
  EXPECT_EQ(endpoint.socket, "");
}

TEST(Endpoint, PortAndPathOfAWebSocketUrlMayBeLeftOut) {
  const Endpoint endpoint = parse_url("ws://localhost");
  EXPECT_EQ(endpoint.address.host, "localhost");
  EXPECT_EQ(endpoint.address.port, 80);
  EXPECT_EQ(endpoint.path, "/ws");
}

TEST(Endpoint, ARawSocketUrlHasHostAndPort) {
  for (const char* url : {"rs://router.example.com:5000", "rs://router.example.com:5000/"}) {
    const Endpoint endpoint = parse_url(url);
    EXPECT_EQ(endpoint.protocol, Protocol::rawsocket);
    EXPECT_EQ(endpoint.address.host, "router.example.com");
    EXPECT_EQ(endpoint.address.port, 5000);
  }
}

TEST(Endpoint, AnIPv6AddressStandsInBrackets) {
  const Endpoint endpoint = parse_url("rs://[::1]:5000");
  EXPECT_EQ(endpoint.address.host, "::1");
  EXPECT_EQ(endpoint.address.port, 5000);
  EXPECT_EQ(endpoint.host(), "[::1]:5000");
  EXPECT_EQ(parse_url("ws://[::1]/ws").address.port, 80);
  EXPECT_THAT(refusal("ws://[::1/ws"), HasSubstr("names no host"));
}

TEST(Endpoint, AnSMeansTls) {
  EXPECT_TRUE(parse_url("wss://localhost/ws").tls);
  EXPECT_EQ(parse_url("wss://localhost/ws").address.port, 443);
  EXPECT_EQ(parse_url("wss://localhost/ws").protocol, Protocol::websocket);
  EXPECT_TRUE(parse_url("rss://localhost:1").tls);
  EXPECT_EQ(parse_url("rss://localhost:1").protocol, Protocol::rawsocket);
  EXPECT_FALSE(parse_url("ws://localhost").tls);
}

TEST(Endpoint, AUnixDomainSocketHasTwoSpellings) {
  for (const char* url : {"rs+unix:///run/wampd.sock", "rs://unix:/run/wampd.sock"}) {
    EXPECT_EQ(parse_url(url).protocol, Protocol::rawsocket) << url;
    EXPECT_EQ(parse_url(url).socket, "/run/wampd.sock") << url;
  }
  for (const char* url : {"ws+unix:///run/wampd.sock", "ws://unix:/run/wampd.sock"}) {
    EXPECT_EQ(parse_url(url).protocol, Protocol::websocket) << url;
    EXPECT_EQ(parse_url(url).socket, "/run/wampd.sock") << url;
    EXPECT_EQ(parse_url(url).path, "/ws") << url;
  }
}

TEST(Endpoint, ThePathOfHttpFollowsTheSocketAfterAColon) {
  for (const char* url : {"ws+unix:///run/wampd.sock:/other", "ws://unix:/run/wampd.sock:/other"}) {
    EXPECT_EQ(parse_url(url).socket, "/run/wampd.sock") << url;
    EXPECT_EQ(parse_url(url).path, "/other") << url;
  }
}

TEST(Endpoint, AWrongUrlIsRefusedWithTheReason) {
  EXPECT_THAT(refusal("http://localhost/ws"), HasSubstr("is no URL of a WAMP server"));
  EXPECT_THAT(refusal("localhost:8080"), HasSubstr("is no URL of a WAMP server"));
  EXPECT_THAT(refusal("s://localhost"), HasSubstr("is no URL of a WAMP server"));
  EXPECT_THAT(refusal("ws:/localhost"), HasSubstr("is no URL of a WAMP server"));
  EXPECT_THAT(refusal("wss://unix:/socket"), HasSubstr("not spoken over Unix domain sockets"));
  EXPECT_THAT(refusal("rss+unix:///socket"), HasSubstr("not spoken over Unix domain sockets"));
  EXPECT_THAT(refusal("ws://:8080/ws"), HasSubstr("names no host"));
  EXPECT_THAT(refusal("rs://localhost"), HasSubstr("needs a port"));
  EXPECT_THAT(refusal("ws://localhost:65536/"), HasSubstr("has no valid port"));
  EXPECT_THAT(refusal("ws://localhost:80x/"), HasSubstr("has no valid port"));
  EXPECT_THAT(refusal("ws://localhost:0/"), HasSubstr("has no valid port"));
  EXPECT_THAT(refusal("rs://localhost:1/ws"), HasSubstr("has a path"));
  EXPECT_THAT(refusal("rs+unix:///socket:/ws"), HasSubstr("has a path"));
  EXPECT_THAT(refusal("rs+unix://socket"), HasSubstr("by its full path"));
  EXPECT_THAT(refusal("ws+unix:///" + std::string(107, 'x')), HasSubstr("107 bytes"));
}

TEST(Endpoint, ASocketMayHaveAsLongAPathAsTheKernelTakes) {
  EXPECT_EQ(parse_url("ws+unix:///" + std::string(106, 'x')).socket.size(), 107u);
}

}  // namespace

}  // namespace wire
