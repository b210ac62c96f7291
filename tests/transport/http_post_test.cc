// POST over real sockets: bodies, keep-alive, answers that come later, connections that move to another loop.
#include <chrono>
#include <thread>

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

std::string post(const std::string& body, const std::string& headers = {},
                 const std::string& target = "/post") {
  return "POST " + target + " HTTP/1.1\r\nHost: here\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n" + headers + "\r\n" + body;
}

HttpReply post_to(Server& server, const std::string& request) {
  RawClient client = server.connect();
  client.send(request);
  return client.read_http_reply();
}

TEST(HttpPost, IsAnsweredOverAndOverOnOneConnection) {
  Server server;
  RawClient client = server.connect();
  for (const std::string body : {"one", "", "three"}) {
    client.send(post(body));
    const HttpReply reply = client.read_http_reply();
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, body + "\n");
    EXPECT_EQ(reply.header("connection"), "keep-alive");
  }
}

TEST(HttpPost, MayComeInPiecesAndBeforeTheAnswerToTheLast) {
  Server server;
  RawClient client = server.connect();
  for (const char c : post("slow")) {
    client.send({&c, 1});
    server.settle();
  }
  EXPECT_EQ(client.read_http_reply().body, "slow\n");
  client.send(post("first") + post("second") + post("third").substr(0, 10));
  EXPECT_EQ(client.read_http_reply().body, "first\n");
  EXPECT_EQ(client.read_http_reply().body, "second\n");
  client.send(post("third").substr(10));
  EXPECT_EQ(client.read_http_reply().body, "third\n");
}

TEST(HttpPost, EndsTheConnectionIfTheClientSaysSo) {
  Server server;
  for (const std::string& request :
       {post("last", "Connection: close\r\n"),
        std::string("POST /post HTTP/1.0\r\nHost: here\r\nContent-Length: 4\r\n\r\nlast")}) {
    RawClient client = server.connect();
    client.send(request);
    const HttpReply reply = client.read_http_reply();
    EXPECT_EQ(reply.body, "last\n");
    EXPECT_EQ(reply.header("connection"), "close");
    EXPECT_TRUE(client.ended());
  }
}

TEST(HttpPost, IsFollowedByAGetOrAWebSocket) {
  Server server;
  RawClient client = server.connect();
  client.send(post("one"));
  EXPECT_EQ(client.read_http_reply().body, "one\n");
  EXPECT_EQ(client.handshake().status, 101);
  client.send_text("hello");
  EXPECT_EQ(client.read_message(), "hello");
}

TEST(HttpPost, IsRefusedWhereNoneIsServedBeforeItsBodyComes) {
  Server server;
  const HttpReply reply =
      post_to(server, "POST /other HTTP/1.1\r\nHost: here\r\nContent-Length: 100000\r\n\r\n");
  EXPECT_EQ(reply.status, 405);
  EXPECT_EQ(reply.header("allow"), "GET, HEAD");
}

TEST(HttpPost, HasABodyOfBoundedAndKnownSize) {
  Server server;
  EXPECT_EQ(post_to(server, post(std::string(1000, 'x'))).status, 200);
  EXPECT_EQ(post_to(server, post(std::string(1001, 'x')).substr(0, 200)).status, 413);
  const std::string start = "POST /post HTTP/1.1\r\nHost: here\r\n";
  EXPECT_EQ(post_to(server, start + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n").status, 411);
  for (const std::string length : {"-1", "1x", "0x10", "99999999999999999999999", "1, 1", "+3"})
    EXPECT_THAT(post_to(server, start + "Content-Length: " + length + "\r\n\r\n").status,
                testing::AnyOf(400, 413))
        << length;
}

TEST(HttpPost, TellsAClientThatWaitsToGoOn) {
  Server server;
  RawClient client = server.connect();
  const std::string request = post("body", "Expect: 100-Continue\r\n");
  for (int i = 0; i < 2; ++i) {
    client.send(request.substr(0, request.size() - 4));
    EXPECT_EQ(client.read(25), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("body");
    EXPECT_EQ(client.read_http_reply().body, "body\n");
  }
}

TEST(HttpPost, TellsNobodyToGoOnWhoDoesNotWait) {
  Server server;
  EXPECT_EQ(post_to(server, post("all", "Expect: 100-continue\r\n")).status, 200);
  RawClient old = server.connect();
  old.send("POST /post HTTP/1.0\r\nHost: here\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\nbo");
  server.settle();
  old.send("dy");
  EXPECT_EQ(old.read_http_reply().status, 200);
}

TEST(HttpPost, IsRefusedAtOnceIfTheBodyThatWaitsWouldBe) {
  Server server;
  const std::string expect = "Expect: 100-continue\r\n";
  const auto refused = [&](const std::string& head) {
    return post_to(server, head + expect + "\r\n").status;
  };
  EXPECT_EQ(refused("POST /post HTTP/1.1\r\nHost: here\r\nContent-Length: 1001\r\n"), 413);
  EXPECT_EQ(refused("POST /other HTTP/1.1\r\nHost: here\r\nContent-Length: 1\r\n"), 405);
  EXPECT_EQ(refused("POST /post HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n"), 411);
  EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost: here\r\nContent-Length: 1\r\n"), 400);
}

TEST(HttpPost, IsRefusedIfItExpectsAnythingElse) {
  Server server;
  EXPECT_EQ(post_to(server, post("body", "Expect: 200-ok\r\n")).status, 417);
  EXPECT_EQ(post_to(server, "GET / HTTP/1.1\r\nHost: here\r\nExpect: a, 100-continue\r\n\r\n").status, 417);
}

TEST(HttpPost, TellsNoLengthOfNoContent) {
  Server server;
  server.posted = [](Loop&, const HttpRequest&, const std::string&, HttpExchange& exchange) {
    exchange.add_header("X-Test", "yes");
    return HttpResponse{204, "", "", {}};
  };
  const HttpReply reply = post_to(server, post(""));
  EXPECT_EQ(reply.status, 204);
  EXPECT_EQ(reply.header("content-length"), "");
  EXPECT_EQ(reply.header("x-test"), "yes");
}

TEST(HttpPost, HasABodyThatMustGoOnComing) {
  ConnectionLimits limits = patient_limits();
  limits.min_message_rate = 1024;
  Server server(limits);
  RawClient client = server.connect();
  std::string request = post("never whole");
  request.pop_back();
  client.send(request);
  server.sweep_after(0s);
  server.sweep_after(just_after_an_hour);
  EXPECT_EQ(client.read_http_reply().status, 408);
}

TEST(HttpPost, MayHaveABodyThatTakesLongerThanAHead) {
  Server server;
  RawClient client = server.connect();
  std::string request = post("whole at last");
  client.send(request.substr(0, request.size() - 1));
  server.sweep_after(0s);
  server.sweep_after(just_after_an_hour);
  server.sweep_after(3 * just_after_an_hour);
  client.send(request.substr(request.size() - 1));
  EXPECT_EQ(client.read_http_reply().body, "whole at last\n");
}

TEST(HttpPost, IsNotAwaitedForEver) {
  Server server;
  RawClient client = server.connect();
  client.send(post("one"));
  client.read_http_reply();
  server.sweep_after(just_after_an_hour);
  EXPECT_TRUE(client.ended());
}

// Answers when the test says so.
struct Waiter : HttpWaiter {
  explicit Waiter(Server& s) : server(s) {
    server.posted = [this](Loop&, const HttpRequest&, const std::string& body,
                           HttpExchange& e) -> Service::Answer {
      if (body == "now") return text_response(200, "at once");
      exchange = &e;
      server.log.add("waiting");
      return Service::Later{this};
    };
  }
  void on_gone(HttpExchange& gone) override {
    server.log.add(&gone == exchange ? "gone" : "another one is gone");
  }
  Server& server;
  HttpExchange* exchange = nullptr;
};

TEST(HttpPost, MayBeAnsweredLater) {
  Server server;
  Waiter waiter(server);
  RawClient client = server.connect();
  client.send(post("wait"));
  ASSERT_TRUE(server.log.has("waiting"));
  server.sweep_after(10 * just_after_an_hour);  // for as long as the waiter likes
  client.send(post("now"));
  server.settle();
  server.on_loop([&] { waiter.exchange->answer(text_response(200, "finally")); });
  EXPECT_EQ(client.read_http_reply().body, "finally\n");
  EXPECT_EQ(client.read_http_reply().body, "at once\n");
  EXPECT_EQ(server.log.count("gone"), 0u);
}

TEST(HttpPost, TellsTheWaiterThatTheClientHasGone) {
  Server server;
  Waiter waiter(server);
  {
    RawClient client = server.connect();
    client.send(post("wait"));
    ASSERT_TRUE(server.log.has("waiting"));
  }
  EXPECT_TRUE(server.log.has("gone"));
}

TEST(HttpPost, DropsAClientThatSendsTooMuchBeforeTheAnswer) {
  Server server;
  Waiter waiter(server);
  RawClient client = server.connect();
  client.send(post("wait") + std::string(9000, 'x'));
  EXPECT_TRUE(client.ended());
  EXPECT_TRUE(server.log.has("gone"));
}

TEST(HttpPost, MovesToTheLoopThatHasToAnswerIt) {
  Server server;
  Loop other;
  std::thread thread([&] { other.run(); });
  server.placed = [&](Loop& here, const HttpRequest& request) {
    return request.path == "/post/away" ? &other : &here;
  };
  server.posted = [&](Loop& loop, const HttpRequest&, const std::string& body,
                      HttpExchange&) -> Service::Answer {
    return text_response(200, body + (&loop == &other ? " there" : " here"));
  };
  RawClient client = server.connect();
  client.send(post("one"));
  EXPECT_EQ(client.read_http_reply().body, "one here\n");
  client.send(post("two", {}, "/post/away") + post("three"));
  EXPECT_EQ(client.read_http_reply().body, "two there\n");
  EXPECT_EQ(client.read_http_reply().body, "three there\n");
  server.settle();  // the loop that it left buries it at the end of that turn
  EXPECT_EQ(server.held_connections(), 0u);
  EXPECT_EQ(server.loop().connection_count(), 0u);
  EXPECT_EQ(other.connection_count(), 1u);
  other.stop();
  thread.join();
}

}  // namespace
}  // namespace transport
