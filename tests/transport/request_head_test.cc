#include "transport/http/request_head.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "transport/websocketpp/websocketpp_door.h"

namespace transport {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::variant<HttpRequest, HttpResponse> read_head(const std::string& head) {
  return read_request_head(head, "peer");
}

HttpRequest request(const std::string& target, const std::string& headers = {}) {
  auto result = read_head("GET " + target + " HTTP/1.1\r\nHost: here\r\n" + headers + "\r\n");
  if (auto* refusal = std::get_if<HttpResponse>(&result)) throw std::runtime_error(refusal->body);
  return std::get<HttpRequest>(result);
}

// The status that refuses a head, or 0.
int refusal(const std::string& head) {
  const auto result = read_head(head);
  const auto* response = std::get_if<HttpResponse>(&result);
  if (!response) return 0;
  EXPECT_FALSE(response->body.empty());
  return response->status;
}

int refusal_of_target(const std::string& target) {
  return refusal("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
}
int refusal_with(const std::string& headers) {
  return refusal("GET / HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n");
}

TEST(RequestHead, GivesMethodPathQueryHeadersAndPeer) {
  const HttpRequest read = request("/a/b?c=d&e", "X-Thing: some value \r\n");
  EXPECT_EQ(read.method, "GET");
  EXPECT_EQ(read.path, "/a/b");
  EXPECT_EQ(read.query, "c=d&e");
  EXPECT_EQ(read.header("x-thing"), "some value");
  EXPECT_EQ(read.header("host"), "here");
  EXPECT_EQ(read.header("absent"), "");
  EXPECT_EQ(read.peer_address, "peer");
}

TEST(RequestHead, DecodesThePathButNotTheQuery) {
  EXPECT_EQ(request("/a%20b%2F%c3%bc?x%20y").path, "/a b/\xC3\xBC");
  EXPECT_EQ(request("/a?x%20y").query, "x%20y");
}

TEST(RequestHead, RefusesBadEscapesAndNul) {
  for (const char* target : {"/%", "/%1", "/%zz", "/%4", "/a%00b", "/%0"})
    EXPECT_EQ(refusal_of_target(target), 400) << target;
}

TEST(RequestHead, TakesAnAbsoluteTarget) {
  EXPECT_EQ(request("http://here/path?q").path, "/path");
  EXPECT_EQ(request("http://here").path, "/");
}

TEST(RequestHead, RefusesTargetsThatAreNoPath) {
  for (const char* target : {"*", "here:80", "path", "?q"})
    EXPECT_EQ(refusal_of_target(target), 400) << target;
}

TEST(RequestHead, MayHaveAnyMethod) {
  for (const std::string method : {"GET", "HEAD", "POST", "OPTIONS", "PUT", "get"}) {
    const auto read = read_head(method + " / HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(std::get<HttpRequest>(read).method, method);
  }
}

TEST(RequestHead, IsToldFromOtherProtocolsByItsFirstLine) {
  for (const char* bytes : {"G", "GET / HTTP/1.1", "GET / HTTP/1.1\r\nHo", "get / x\n"})
    EXPECT_TRUE(may_begin_request(bytes)) << bytes;
  for (const char* bytes : {"\n", " ", "*1\r\n", "PING\r\n", "EHLO here\r\n", "AMQP\1\t", "\x80"})
    EXPECT_FALSE(may_begin_request(bytes)) << bytes;
}

TEST(RequestHead, RefusesBodies) {
  EXPECT_EQ(refusal_with("Content-Length: 5\r\n"), 400);
  EXPECT_EQ(refusal_with("Content-Length: 99999999999999999999\r\n"), 400);
  EXPECT_EQ(refusal_with("Transfer-Encoding: chunked\r\n"), 400);
  EXPECT_EQ(refusal_with("Content-Length: 0\r\n"), 0);
}

TEST(RequestHead, KnowsTwoVersionsOfHttp) {
  EXPECT_EQ(refusal("GET / HTTP/1.0\r\nHost: a\r\n\r\n"), 0);
  EXPECT_EQ(refusal("GET / HTTP/2.0\r\nHost: a\r\n\r\n"), 505);
  EXPECT_EQ(refusal("GET / HTTP/0.9\r\nHost: a\r\n\r\n"), 505);
  EXPECT_EQ(refusal("GET / SIP/2.0\r\nHost: a\r\n\r\n"), 400);
}

TEST(RequestHead, NeedsNoHostInHttp10) {
  for (const char* headers : {"", "Content-Length: 0\r\n", "Host:\r\n"}) {
    const auto head = read_head(std::string("GET /ready HTTP/1.0\r\n") + headers + "\r\n");
    ASSERT_TRUE(std::holds_alternative<HttpRequest>(head)) << headers;
    EXPECT_EQ(std::get<HttpRequest>(head).path, "/ready");
    EXPECT_EQ(std::get<HttpRequest>(head).header("host"), "");
  }
  EXPECT_EQ(refusal("GET /ready HTTP/1.1\r\n\r\n"), 400);
}

TEST(RequestHead, RefusesWhatIsMalformed) {
  for (const char* head :
       {"\r\n\r\n", "GET\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
        " / HTTP/1.1\r\nHost: a\r\n\r\n", "G(T / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost a\r\n\r\n", "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX: \x01\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n"}) {
    EXPECT_EQ(refusal(head), 400) << head;
  }
}

TEST(RequestHead, TellsWhatARequestLineIs) {
  for (const char* head : {"\r\n\r\n", "GET\r\n\r\n", "GET /\r\nHost: a\r\n\r\n"}) {
    const auto result = read_request_head(head, "peer");
    EXPECT_EQ(std::get<HttpResponse>(result).body,
              "malformed request: its first line is not \"METHOD PATH HTTP/1.1\"\n");
  }
}

const std::string upgrade = "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n";
const std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
const std::string version = "Sec-WebSocket-Version: 13\r\n";

TEST(OpeningHandshake, IsToldByUpgradeAndConnection) {
  EXPECT_TRUE(asks_for_websocket(request("/", upgrade)));
  EXPECT_TRUE(asks_for_websocket(request("/", "Upgrade: WebSocket\r\nConnection: upgrade\r\n")));
  EXPECT_FALSE(asks_for_websocket(request("/")));
  EXPECT_FALSE(asks_for_websocket(request("/", "Upgrade: websocket\r\n")));
  EXPECT_FALSE(asks_for_websocket(request("/", "Upgrade: h2c\r\nConnection: Upgrade\r\n")));
}

TEST(OpeningHandshake, IsKnownByItsKeyIfAProxyHasTakenOutTheRest) {
  const HttpRequest without = request("/", "Connection: close\r\n" + key + version);
  EXPECT_TRUE(asks_for_websocket(without));
  const auto result = read_handshake(without);
  EXPECT_EQ(std::get<HttpResponse>(result).status, 400);
  EXPECT_THAT(std::get<HttpResponse>(result).body, HasSubstr("does a proxy in between not pass them on?"));
}

TEST(OpeningHandshake, MustBeHttp11) {
  const auto head = read_head("GET / HTTP/1.0\r\nHost: a\r\n" + upgrade + key + version + "\r\n");
  const auto result = read_handshake(std::get<HttpRequest>(head));
  EXPECT_EQ(std::get<HttpResponse>(result).status, 400);
  EXPECT_THAT(std::get<HttpResponse>(result).body, HasSubstr("must be HTTP/1.1, not HTTP/1.0"));
}

TEST(OpeningHandshake, IsAcceptedWithTheKeyOfTheRfc) {
  const auto result = read_handshake(request("/", upgrade + key + version));
  const auto& handshake = std::get<Handshake>(result);
  EXPECT_EQ(handshake.accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_THAT(handshake.offered, IsEmpty());
  EXPECT_EQ(
      switching_protocols(handshake, "wamp.2.json"),
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: wamp.2.json\r\n\r\n");
  EXPECT_THAT(switching_protocols(handshake, ""), testing::Not(HasSubstr("Protocol:")));
}

TEST(OpeningHandshake, OffersAreReadInTheirOrder) {
  const auto one =
      read_handshake(request("/", upgrade + key + version + "Sec-WebSocket-Protocol: b,a , c\r\n"));
  EXPECT_THAT(std::get<Handshake>(one).offered, ElementsAre("b", "a", "c"));
  const auto two = read_handshake(
      request("/", upgrade + key + version + "Sec-WebSocket-Protocol: b\r\nSec-WebSocket-Protocol: a\r\n"));
  EXPECT_THAT(std::get<Handshake>(two).offered, ElementsAre("b", "a"));
}

int handshake_refusal(const std::string& headers) {
  const auto result = read_handshake(request("/", upgrade + headers));
  const auto* response = std::get_if<HttpResponse>(&result);
  return response ? response->status : 0;
}

TEST(OpeningHandshake, OnlyVersion13IsSpoken) {
  for (const char* header : {"", "Sec-WebSocket-Version: 8\r\n", "Sec-WebSocket-Version: 13x\r\n"}) {
    const auto result = read_handshake(request("/", upgrade + key + header));
    const auto& response = std::get<HttpResponse>(result);
    EXPECT_EQ(response.status, 426);
    EXPECT_THAT(response.headers, ElementsAre(testing::Pair("Sec-WebSocket-Version", "13")));
  }
}

TEST(OpeningHandshake, TheKeyMustBeSixteenBytesInBase64) {
  EXPECT_EQ(handshake_refusal(version), 400);
  for (const char* wrong : {"short", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ===",
                            "dGhl*HNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQAA"}) {
    EXPECT_EQ(handshake_refusal(version + "Sec-WebSocket-Key: " + wrong + "\r\n"), 400) << wrong;
  }
}

TEST(OpeningHandshake, OffersMustBeTokens) {
  EXPECT_EQ(handshake_refusal(version + key + "Sec-WebSocket-Protocol: ,,\r\n"), 400);
  EXPECT_EQ(handshake_refusal(version + key + "Sec-WebSocket-Protocol: \"a\"\r\n"), 400);
}

TEST(OpeningHandshake, EmptyOffersCountForNothing) {
  const auto result = read_handshake(
      request("/", upgrade + key + version + "Sec-WebSocket-Protocol: wamp.2.json, ,wamp.2.cbor,\r\n"));
  EXPECT_THAT(std::get<Handshake>(result).offered, ElementsAre("wamp.2.json", "wamp.2.cbor"));
}

TEST(OpeningHandshake, MustBeAGet) {
  const auto head = read_head("HEAD / HTTP/1.1\r\nHost: a\r\n" + upgrade + key + version + "\r\n");
  const auto result = read_handshake(std::get<HttpRequest>(head));
  EXPECT_EQ(std::get<HttpResponse>(result).status, 400);
}

TEST(Response, TellsNoLengthOfWhatTheClientHas) {
  HttpResponse response;
  response.status = 304;
  response.headers.emplace_back("ETag", "\"1\"");
  EXPECT_EQ(response_bytes(response, false),
            "HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\nConnection: close\r\n\r\n");
}

TEST(Response, HasStatusTypeLengthAndBody) {
  HttpResponse response = text_response(404, "nothing here");
  response.headers.emplace_back("X-Thing", "value");
  EXPECT_EQ(response_bytes(response, false),
            "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 13\r\n"
            "X-Thing: value\r\nConnection: close\r\n\r\nnothing here\n");
}

TEST(Response, ToAHeadHasTheLengthButNoBody) {
  const std::string bytes = response_bytes(text_response(200, "hello"), true);
  EXPECT_THAT(bytes, HasSubstr("Content-Length: 6\r\n"));
  EXPECT_TRUE(bytes.ends_with("\r\n\r\n"));
}

TEST(Response, EveryStatusThatIsSentHasAPhrase) {
  for (int status : {101, 200, 204, 400, 403, 404, 405, 408, 411, 421, 426, 431, 500, 503, 505}) {
    EXPECT_NE(http_reason_phrase(status), "Unknown") << status;
  }
}

}  // namespace
}  // namespace transport
