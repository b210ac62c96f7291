// What the program serves over HTTP, and whom it lets open a WebSocket.
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router/web/web_access.h"
#include "tests/end_to_end/program.h"
#include "tests/end_to_end/server_fixture.h"
#include "tests/support/temporary_folder.h"

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
  EXPECT_EQ(get("/panels/overview.js").header("content-type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(get("/health").status, 200);
  EXPECT_EQ(get("/nothing").status, 404);
}

TEST_F(Web, LetsThePageBeInNobodysFrameAndLoadNothingFromElsewhere) {
  const HttpReply page = get("/");
  EXPECT_THAT(page.header("content-security-policy"), HasSubstr("default-src 'none'"));
  EXPECT_THAT(page.header("content-security-policy"), HasSubstr("frame-ancestors 'none'"));
}

TEST_F(Web, CompressesThePageForWhoCanReadThat) {
  const auto ask = [&](const std::string& headers) {
    RawClient client(router.port());
    client.send("GET /style.css HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n");
    return client.read_http_reply();
  };
  const HttpReply plain = ask("");
  EXPECT_EQ(plain.header("content-encoding"), "");
  EXPECT_EQ(plain.header("vary"), "Accept-Encoding");
  const HttpReply zipped = ask("Accept-Encoding: deflate, gzip\r\n");
  EXPECT_EQ(zipped.header("content-encoding"), "gzip");
  EXPECT_LT(zipped.body.size(), plain.body.size() / 2);
  EXPECT_EQ(zipped.body.substr(0, 3), "\x1f\x8b\x08");
  EXPECT_EQ(zipped.body.substr(4, 4), std::string(4, '\0')) << "the time when it was built";
  EXPECT_NE(zipped.header("etag"), plain.header("etag"));
  EXPECT_EQ(ask("Accept-Encoding: gzip\r\nIf-None-Match: " + zipped.header("etag") + "\r\n").status, 304);
  EXPECT_EQ(ask("Accept-Encoding: gzip;q=0, xgzip\r\n").header("content-encoding"), "");
}

TEST_F(Web, TellsThePageWhereAndHowToConnect) {
  const HttpReply told = get("/connection.json");
  EXPECT_EQ(told.header("content-type"), "application/json");
  EXPECT_EQ(told.header("cache-control"), "no-store");
  EXPECT_EQ(told.body,
            "{\"websocket\":[\"ws\"],\"api\":[],\"auth\":[\"anonymous\"],\"realms\":[\"realm1\"]}\n");
}

TEST_F(Web, TellsThePageInAFolderTheWayToItsNeighbours) {
  config::Config config = test_config();
  config.transports.front().paths = {{"/status/page", config::StaticPath{}},
                                     {"/deep/ws", config::WebSocketPath{}}};
  RunningServer server(config);
  RawClient client(server.port());
  client.send("GET /status/page/connection.json HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_THAT(client.read_http_reply().body, HasSubstr("\"websocket\":[\"../../deep/ws\"]"));
  RawClient other(server.port());
  other.send("GET /status/page HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const HttpReply moved = other.read_http_reply();
  EXPECT_EQ(moved.status, 302);
  EXPECT_EQ(moved.header("location"), "./page/");
}

TEST_F(Web, TellsThePageNoRealmsWhereEverybodyHasToLogIn) {
  config::Config config = test_config();
  auto& methods = config.transports.front().auth;
  methods["ticket"] = {};
  methods.erase("anonymous");
  RunningServer server(config);
  RawClient client(server.port());
  client.send("GET /connection.json HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_THAT(client.read_http_reply().body, HasSubstr("\"auth\":[\"ticket\"],\"realms\":[]"));
}

TEST_F(Web, ServesThePageAgainOnlyIfItIsAnotherOne) {
  const auto ask = [&](const std::string& headers, const std::string& method = "GET") {
    RawClient client(router.port());
    client.send(method + " / HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n");
    return client.read_http_reply(method == "HEAD");
  };
  const HttpReply whole = ask("");
  EXPECT_EQ(whole.header("cache-control"), "no-cache");
  EXPECT_EQ(whole.header("x-content-type-options"), "nosniff");
  EXPECT_EQ(ask("If-None-Match: " + whole.header("etag") + "\r\n").status, 304);
  EXPECT_EQ(ask("If-None-Match: \"another\"\r\n").status, 200);
  const HttpReply part = ask("Range: bytes=1-4\r\n");
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, whole.body.substr(1, 4));
  EXPECT_EQ(ask("Range: bytes=1000000-\r\n").status, 416);
  const HttpReply head = ask("", "HEAD");
  EXPECT_EQ(head.header("etag"), whole.header("etag"));
  EXPECT_EQ(head.header("content-length"), whole.header("content-length"));
}

TEST_F(Web, ServesFilesAsTheConfigurationSays) {
  const test_support::TemporaryFolder folder;
  std::ofstream(folder.file("notes.log")) << "one two three";
  config::Config config = test_config();
  config.transports.front().paths["/"] = config::StaticPath{{folder.file(""), {{"log", "text/plain"}}, 60}};
  RunningServer server(config);
  RawClient client(server.port());
  client.send("GET /notes.log HTTP/1.1\r\nHost: localhost\r\nRange: bytes=-5\r\n\r\n");
  const HttpReply reply = client.read_http_reply();
  EXPECT_EQ(reply.status, 206);
  EXPECT_EQ(reply.body, "three");
  EXPECT_EQ(reply.header("content-range"), "bytes 8-12/13");
  EXPECT_EQ(reply.header("content-type"), "text/plain; charset=utf-8");
  EXPECT_EQ(reply.header("cache-control"), "public, max-age=60");
  EXPECT_FALSE(reply.header("last-modified").empty());
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
  EXPECT_FALSE(origin_allowed("http://localhost", "localhost:8080", {}));
  EXPECT_FALSE(origin_allowed("http://", "", {}));
  EXPECT_FALSE(origin_allowed("null", "localhost:8080", {}));
  EXPECT_TRUE(origin_allowed("https://a.example.com", "x", {"https://*.example.com"}));
  EXPECT_FALSE(origin_allowed("https://example.com.evil.org", "x", {"https://*.example.com"}));
  EXPECT_FALSE(origin_allowed("http://a.example.com", "x", {"https://*.example.com"}));
  EXPECT_TRUE(origin_allowed("null", "x", {"*"}));
}

TEST(Origins, AreNotNamedByAPatternThatLetsAnyHostIn) {
  for (const char* const pattern : {"*", "http*", "*://*", "https://*", "https://*:*"})
    EXPECT_FALSE(origin_named("https://app.example", "x", {pattern})) << pattern;
  for (const char* const pattern : {"https://app.example", "*app.example", "https://*.example"})
    EXPECT_TRUE(origin_named("https://app.example", "x", {pattern})) << pattern;
}

TEST(Origins, AreTheSameHostIfAProxyLeavesOutThePort) {
  EXPECT_TRUE(origin_allowed("http://app.example:8000", "app.example", {}));
  EXPECT_TRUE(origin_allowed("https://App.example", "app.EXAMPLE.", {}));
  EXPECT_TRUE(origin_allowed("https://[::1]:8443", "[::1]", {}));
  EXPECT_FALSE(origin_allowed("http://other.example:8000", "app.example", {}));
  EXPECT_FALSE(origin_allowed("http://app.example.evil.org", "app.example", {}));
}

TEST(Origins, MayLeaveOutTheUsualPort) {
  EXPECT_TRUE(origin_allowed("https://app.example", "app.example:443", {}));
  EXPECT_TRUE(origin_allowed("http://app.example", "app.example:80", {}));
  EXPECT_FALSE(origin_allowed("http://app.example", "app.example:443", {}));
}

constexpr auto here = "127.0.0.1:50000", elsewhere = "192.0.2.7:50000";

TEST(Hosts, AreOfThisMachineIfTheClientIsOnIt) {
  for (const char* host : {"localhost", "LocalHost:8080", "localhost.:8080", "app.localhost:1", "127.0.0.1",
                           "127.8.9.10:8080", "[::1]", "[::1]:8080", "[0:0::1]:8080", ""})
    EXPECT_TRUE(host_allowed(host, here, {})) << host;
  for (const char* host : {"evil.example", "evil.example:8080", "localhost.evil.example",
                           "127.0.0.1.evil.example", "localhosts", "10.0.0.1:8080", "[::2]:8080",
                           "127.0.0.1:8080@evil.example", ":8080", "[", "[::1", "127.1", "2130706433"})
    EXPECT_FALSE(host_allowed(host, here, {})) << host;
  EXPECT_FALSE(host_allowed("evil.example", "[::1]:50000", {}));
  EXPECT_FALSE(host_allowed("evil.example", "[::ffff:127.0.0.1]:50000", {}));
}

TEST(Hosts, MayBeAnyForClientsFromElsewhereUnlessNamesAreConfigured) {
  EXPECT_TRUE(host_allowed("any.example", elsewhere, {}));
  EXPECT_TRUE(host_allowed("any.example", "unix:", {}));
  EXPECT_FALSE(host_allowed("any.example", elsewhere, {"wampd.example"}));
  EXPECT_FALSE(host_allowed("any.example", "unix:", {"wampd.example"}));
  EXPECT_FALSE(host_allowed("localhost", elsewhere, {"wampd.example"}));
}

TEST(Hosts, MayHaveConfiguredNames) {
  for (const char* peer : {here, elsewhere}) {
    EXPECT_TRUE(host_allowed("Wampd.Example:8080", peer, {"wampd.example"}));
    EXPECT_TRUE(host_allowed("a.wampd.example", peer, {"other", "*.wampd.example"}));
    EXPECT_FALSE(host_allowed("wampd.example.evil.org", peer, {"wampd.example", "*.wampd.example"}));
    EXPECT_TRUE(host_allowed("anything", peer, {"*"}));
  }
  EXPECT_TRUE(host_allowed("localhost:8080", here, {"wampd.example"}));
}

// A page of another name that somebody lets resolve to the loopback address.
class ReboundPage : public testing::Test {
 protected:
  static config::Config config(std::vector<std::string> server_names = {}) {
    config::Config config = test_config();
    config.transports.front().paths.emplace("/lp", config::LongPollPath{});
    config.transports.front().server_names = std::move(server_names);
    return config;
  }
  static HttpReply asks(RunningServer& router, const std::string& method, const std::string& path,
                        const std::string& headers, const std::string& body = "") {
    RawClient client(router.port());
    client.send(method + " " + path +
                " HTTP/1.1\r\nHost: evil.example:8080\r\nOrigin: http://evil.example:8080\r\n" + headers +
                "\r\n" + body);
    return client.read_http_reply();
  }
  static constexpr auto upgrade =
      "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: wamp.2.json\r\n";
  static constexpr auto open_body = R"({"protocols": ["wamp.2.json"]})";
};

TEST_F(ReboundPage, GetsNothingOverAnyOfThePaths) {
  RunningServer router(config());
  EXPECT_EQ(asks(router, "GET", "/ws", upgrade).status, 421);
  EXPECT_EQ(asks(router, "POST", "/lp/open", "Content-Length: 30\r\n", open_body).status, 421);
  EXPECT_EQ(asks(router, "OPTIONS", "/lp/open", "").status, 421);
  for (const char* path : {"/", "/metrics", "/health", "/ready", "/nothing"})
    EXPECT_EQ(asks(router, "GET", path, "").status, 421) << path;
  EXPECT_EQ(
      asks(router, "GET", "/metrics", "").body,
      "\"evil.example\" is not known as a name of this server: see \"server_names\" in the configuration\n");
}

TEST_F(ReboundPage, IsLoggedWithWhatToConfigureIfItIsNone) {
  const test_support::TemporaryFolder folder;
  std::ofstream(folder.file("wampd.jsonc")) << R"({
    "realms": [{"name": "realm1", "roles": [{"name": "anonymous", "permissions": []}]}],
    "transports": [{"type": "websocket", "endpoint": {"type": "tcp", "port": 0}}]})";
  Program program(folder.file("wampd.jsonc"));
  RawClient client(program.port());
  client.send("GET / HTTP/1.1\r\nHost: evil.example:8080\r\n\r\n");
  EXPECT_EQ(client.read_http_reply().status, 421);
  EXPECT_THAT(
      program.log_until("refusing 127.0.0.1"),
      HasSubstr("\"evil.example\" is not known as a name of this server; if that is wrong, put it into "
                "\"server_names\" of transport 127.0.0.1:0"));
}

TEST_F(ReboundPage, IsNoneIfItsNameIsTheServers) {
  RunningServer router(config({"evil.example"}));
  EXPECT_EQ(asks(router, "GET", "/ws", upgrade).status, 101);
  EXPECT_EQ(asks(router, "POST", "/lp/open", "Content-Length: 30\r\n", open_body).status, 200);
  EXPECT_EQ(asks(router, "GET", "/metrics", "").status, 200);
}

TEST_F(ReboundPage, IsNoneIfATrustedProxySaysThatItsClientIsElsewhere) {
  auto proxied = config();
  proxied.transports.front().trusted_proxies = {"127.0.0.1"};
  RunningServer router(proxied);
  EXPECT_EQ(asks(router, "GET", "/ws", std::string(upgrade) + "X-Forwarded-For: 192.0.2.7\r\n").status, 101);
  EXPECT_EQ(asks(router, "GET", "/ws", std::string(upgrade) + "X-Forwarded-For: 127.0.0.1\r\n").status, 421);
  EXPECT_EQ(asks(router, "GET", "/ws", upgrade).status, 421);
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
