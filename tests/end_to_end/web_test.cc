// What the program serves over HTTP, and whom it lets open a WebSocket.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router/web_service.h"
#include "tests/end_to_end/server_fixture.h"

namespace router {
namespace {

using test_support::HttpReply;
using test_support::RawClient;
using testing::HasSubstr;

class Web : public testing::Test {
 protected:
  HttpReply get(const std::string& path) {
    RawClient client(router.port());
    client.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return client.read_http_reply();
  }
  HttpReply open(const std::string& path, const std::string& subprotocols, const std::string& headers = "") {
    return RawClient(router.port()).handshake(path, subprotocols, headers);
  }

  RunningServer router;
};

TEST_F(Web, ServesThePageAndHealth) {
  const HttpReply page = get("/");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.header("content-type"), "text/html; charset=utf-8");
  EXPECT_THAT(page.body, HasSubstr("<html"));
  EXPECT_EQ(get("/style.css").status, 200);
  EXPECT_EQ(get("/health").status, 200);
  EXPECT_EQ(get("/nothing").status, 404);
}

TEST_F(Web, SaysThatAWebSocketPathIsOne) {
  const HttpReply reply = get("/ws");
  EXPECT_EQ(reply.status, 426);
  EXPECT_EQ(reply.header("upgrade"), "websocket");
}

TEST_F(Web, TakesTheFirstSubprotocolOfTheClientsThatItKnows) {
  EXPECT_EQ(open("/ws", "wamp.2.json, wamp.2.msgpack").header("sec-websocket-protocol"), "wamp.2.json");
  EXPECT_EQ(open("/ws", "wamp.2.msgpack, wamp.2.json").header("sec-websocket-protocol"), "wamp.2.msgpack");
  EXPECT_EQ(open("/ws", "chat, wamp.2.json").header("sec-websocket-protocol"), "wamp.2.json");
}

TEST_F(Web, RefusesAHandshakeWithoutAKnownSubprotocol) {
  for (const char* offered : {"", "chat", "wamp.2.ubjson"}) {
    const HttpReply reply = open("/ws", offered);
    EXPECT_EQ(reply.status, 400) << offered;
    EXPECT_THAT(reply.body, HasSubstr("wamp.2.msgpack")) << offered;
  }
}

TEST_F(Web, RefusesAWebSocketOnAnotherPath) {
  EXPECT_EQ(open("/", "wamp.2.json").status, 404);
  EXPECT_EQ(open("/ws/deeper", "wamp.2.json").status, 404);
  EXPECT_EQ(open("/wsx", "wamp.2.json").status, 404);
}

TEST_F(Web, RefusesAForeignOrigin) {
  EXPECT_EQ(open("/ws", "wamp.2.json", "Origin: http://evil.example\r\n").status, 403);
  EXPECT_EQ(open("/ws", "wamp.2.json", "Origin: null\r\n").status, 403);
}

TEST(Origins, AreTheSameHostUnlessConfigured) {
  EXPECT_TRUE(origin_allowed("", "localhost:8080", {}));
  EXPECT_TRUE(origin_allowed("http://localhost:8080", "localhost:8080", {}));
  EXPECT_FALSE(origin_allowed("http://localhost:8081", "localhost:8080", {}));
  EXPECT_FALSE(origin_allowed("null", "localhost:8080", {}));
  EXPECT_TRUE(origin_allowed("https://a.example.com", "x", {"https://*.example.com"}));
  EXPECT_FALSE(origin_allowed("https://example.com.evil.org", "x", {"https://*.example.com"}));
  EXPECT_FALSE(origin_allowed("http://a.example.com", "x", {"https://*.example.com"}));
  EXPECT_TRUE(origin_allowed("null", "x", {"*"}));
}

TEST(TwoTransports, ServeDifferentThings) {
  config::Config config = test_config();
  config::Transport bare = config.transports.front();
  bare.type = config::Transport::Type::websocket;
  bare.paths = {{"/", config::WebSocketPath{}}};
  bare.serializers = {"json"};
  bare.interface = "::1";
  config.transports.push_back(bare);
  Server server(config);
  server.start();
  RawClient client(server.port(1), "::1");
  EXPECT_EQ(client.handshake("/any/path", "wamp.2.json").status, 101);
  EXPECT_EQ(RawClient(server.port(1), "::1").handshake("/", "wamp.2.msgpack").status, 400);
  EXPECT_EQ(RawClient(server.port(0)).handshake("/ws", "wamp.2.msgpack").status, 101);
}

}  // namespace
}  // namespace router
