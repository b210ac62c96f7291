// Plain HTTP, and what is refused before a WebSocket is open, over real sockets.

#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/raw_client.h"
#include "tests/transport/server.h"

namespace transport {
namespace {

using namespace std::chrono_literals;
using test_support::HttpReply;
using test_support::RawClient;
using testing::HasSubstr;

HttpReply ask(const Server& server, const std::string& request, bool head_only = false) {
  RawClient client = server.connect();
  client.send(request);
  const HttpReply reply = client.read_http_reply(head_only);
  EXPECT_TRUE(client.ended()) << "the reply is not the end";
  return reply;
}

std::string get(const std::string& target, const std::string& headers = {}) {
  return "GET " + target + " HTTP/1.1\r\nHost: here\r\n" + headers + "\r\n";
}

TEST(HttpConnection, AnswersAGet) {
  const Server server;
  const HttpReply reply = ask(server, get("/some/path?query"));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "GET /some/path\n");
  EXPECT_EQ(reply.header("connection"), "close");
  EXPECT_EQ(reply.header("content-type"), "text/plain; charset=utf-8");
}

TEST(HttpConnection, AnswersAHeadWithoutTheBody) {
  const Server server;
  const HttpReply reply = ask(server, "HEAD /a HTTP/1.1\r\nHost: here\r\n\r\n", true);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("content-length"), "8");
}

TEST(HttpConnection, TheServiceKnowsThePeersAddress) {
  Server server;
  server.requested = [](const HttpRequest& request) { return text_response(200, request.peer_address); };
  EXPECT_THAT(ask(server, get("/")).body, testing::MatchesRegex("127\\.0\\.0\\.1:[0-9]+\n"));
}

TEST(HttpConnection, ABodyLargerThanAllSocketBuffersIsWrittenWhole) {
  Server server;
  const std::string body(20'000'000, 'b');
  server.requested = [&](const HttpRequest&) {
    HttpResponse response;
    response.body = body;
    return response;
  };
  RawClient client = server.connect();
  client.send(get("/"));
  EXPECT_TRUE(client.read_http_reply().body == body);
  EXPECT_TRUE(client.ended());
}

TEST(HttpConnection, AClientMayEndItsSideBeforeItReadsTheReply) {
  Server server;
  const std::string body(20'000'000, 'b');
  server.requested = [&](const HttpRequest&) {
    HttpResponse response;
    response.body = body;
    return response;
  };
  RawClient client = server.connect();
  client.send(get("/"));
  client.shut_down_sending();
  EXPECT_TRUE(client.read_http_reply().body == body);
  EXPECT_TRUE(client.ended());
}

TEST(HttpConnection, OtherMethodsAreNotAllowed) {
  const Server server;
  const HttpReply reply = ask(server, "POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 3\r\n\r\nabc");
  EXPECT_EQ(reply.status, 405);
  EXPECT_EQ(reply.header("allow"), "GET, HEAD");
  EXPECT_FALSE(reply.body.empty());
}

TEST(HttpConnection, OtherMethodsAreToldTheRightOnes) {
  const Server server;
  for (const std::string method : {"PUT", "DELETE", "PATCH", "CONNECT", "get"}) {
    EXPECT_EQ(
        ask(server, method + " / HTTP/1.1\r\nHost: here\r\nContent-Length: 3\r\n\r\nabc").header("allow"),
        "GET, HEAD");
    const HttpReply reply = ask(server, method + " /post HTTP/1.1\r\nHost: here\r\n\r\n");
    EXPECT_EQ(reply.status, 405) << method;
    EXPECT_EQ(reply.header("allow"), "POST, OPTIONS");
    EXPECT_EQ(reply.body, method + " is not served on this path, only POST, OPTIONS\n");
  }
}

TEST(HttpConnection, TheLogHasWhatIsWrongWithARequest) {
  Server server;
  const std::string post = "POST /post HTTP/1.1\r\nHost: here\r\n";
  const std::string long_line = "GET / HTTP/1.1\r\nX: " + std::string(9000, 'x');
  const std::vector<std::pair<std::string, std::string>> refusals = {
      {"\x10\x0C", "neither HTTP nor RawSocket: it begins with \"\x10\x0C\""},
      {"SSH-2.0-OpenSSH_9.2\r\n", "neither HTTP nor RawSocket: it begins with \"SSH-2.0-OpenSSH_\""},
      {"\x16\x03\x01", "it speaks TLS, which is not spoken here"},
      {{"\x7F\xF9\0\0", 4}, "serializer 9 is not served"},
      {{"\x7F\xF0\0\0", 4}, "RawSocket is not served here"},
      {"GET / HTTP/2.0\r\nHost: here\r\n\r\n", "only HTTP/1.1 and HTTP/1.0 are spoken here"},
      {"PUT / HTTP/1.1\r\nHost: here\r\n\r\n", "PUT is not served on this path, only GET, HEAD"},
      {post + "Content-Length: 1001\r\n\r\n", "a body of more than 1000 bytes"},
      {post + "Transfer-Encoding: chunked\r\n\r\n", "a body must have a Content-Length here"},
      {long_line, "the request's head is longer than 8192 bytes"},
      {get("/", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"),
       "a WebSocket handshake without \"Upgrade: websocket\""},
  };
  for (const auto& [request, why] : refusals) {
    RawClient client = server.connect();
    client.send(request);
    client.read_to_end();
    EXPECT_TRUE(server.remarked(" refused: " + why)) << why;
  }
  EXPECT_EQ(server.log.lines().size(), refusals.size());
}

TEST(HttpConnection, MalformedRequestsAreRefused) {
  const Server server;
  EXPECT_EQ(ask(server, "GET /\r\n\r\n").status, 400);
  EXPECT_EQ(ask(server, get("/", "Content-Length: 3\r\n") + "abc").status, 400);
  EXPECT_EQ(ask(server, "GET / HTTP/3.0\r\nHost: here\r\n\r\n").status, 505);
}

TEST(HttpConnection, WhatIsNoHttpIsRefusedAtItsFirstByte) {
  const Server server;
  EXPECT_EQ(ask(server, "\x16\x03\x01").status, 400);
  EXPECT_EQ(ask(server, "\x80").status, 400);
  EXPECT_EQ(ask(server, "\n").status, 400);
}

TEST(HttpConnection, AHandshakeOfAnOldVersionIsToldTheRightOne) {
  const Server server;
  const HttpReply reply =
      ask(server, get("/",
                      "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 8\r\n"
                      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"));
  EXPECT_EQ(reply.status, 426);
  EXPECT_EQ(reply.header("sec-websocket-version"), "13");
}

TEST(HttpConnection, AHeadThatIsTooLongIsRefused) {
  const Server server;
  const std::string small = get("/", "X: " + std::string(8192 - get("/", "X: \r\n").size(), 'x') + "\r\n");
  ASSERT_EQ(small.size(), 8192u);
  EXPECT_EQ(ask(server, small).status, 200);
  EXPECT_EQ(ask(server, get("/", "X: " + std::string(8192, 'x') + "\r\n")).status, 431);
  EXPECT_EQ(ask(server, "GET /" + std::string(100'000, 'x')).status, 431);
}

TEST(HttpConnection, AHeadThatDoesNotEndIsAnsweredAfterItsTime) {
  Server server;
  RawClient client = server.connect();
  client.send("GET / HTTP/1.1\r\nHo");
  server.sweep_after(just_before_an_hour);
  client.send("st: here\r\n");
  server.sweep_after(just_after_an_hour);
  EXPECT_EQ(client.read_http_reply().status, 408);
  EXPECT_TRUE(client.ended());
  EXPECT_TRUE(server.remarked("ended: its request took too long to come"));
}

TEST(HttpConnection, APeerThatSaysNothingIsDroppedAfterItsTime) {
  Server server;
  RawClient client = server.connect();
  server.sweep_after(just_after_an_hour);
  EXPECT_EQ(client.read_to_end(), "");
}

TEST(HttpConnection, APeerThatOnlyLooksWhetherSomebodyListensIsNotTalkedAbout) {
  Server server;
  EXPECT_TRUE(ends_who_only_looks(server));
  EXPECT_THAT(server.log.lines(), testing::IsEmpty());
}

TEST(HttpConnection, RealTimersEndAnIdleHandshakeToo) {
  ConnectionLimits limits = patient_limits();
  limits.handshake_timeout_ms = 20;
  const Server server(limits);
  RawClient client = server.connect();
  EXPECT_EQ(client.read_to_end(), "");
}

TEST(HttpConnection, AClientThatLeavesInTheMiddleOfAHeadHarmsNobody) {
  Server server;
  {
    RawClient client = server.connect();
    client.send("GET / HT");
  }
  EXPECT_EQ(ask(server, get("/")).status, 200);
  EXPECT_TRUE(server.remarked("refused: it left in the middle of its request"));
  EXPECT_EQ(server.log.lines().size(), 1u);
}

TEST(HttpConnection, AClientThatNeverTakesItsReplyIsDropped) {
  Server server;
  server.requested = [](const HttpRequest&) {
    HttpResponse response;
    response.body = std::string(20'000'000, 'b');
    return response;
  };
  RawClient client = server.connect();
  client.send(get("/"));
  client.read(1);
  server.sweep_after(just_after_an_hour);
  EXPECT_EQ(server.loop().connection_count(), 0u);
}

}  // namespace
}  // namespace transport
