// What the log and the client are told when somebody is turned away at the door.
#include <fstream>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "serializers/serializer.h"
#include "tests/end_to_end/program.h"
#include "tests/end_to_end/wamp_client.h"
#include "tests/support/raw_client.h"
#include "tests/support/temporary_folder.h"

namespace router {
namespace {

using test_support::HttpReply;
using test_support::RawClient;
using testing::HasSubstr;

class Refusals : public testing::Test {
 protected:
  // `rest`: of the one transport, behind its endpoint.
  Program& start(const std::string& rest, const std::vector<std::string>& arguments = {}) {
    std::ofstream(folder_.file("wampd.jsonc"))
        << R"({ "realms": [{ "name": "realm1", "roles": [{ "name": "anonymous", "permissions": [] }] }],
                "transports": [{ "endpoint": { "type": "tcp", "port": 0 }, )"
        << rest << "}] }";
    program_.emplace(folder_.file("wampd.jsonc"), arguments);
    return *program_;
  }
  Program& program() { return *program_; }
  HttpReply open(const std::string& path, const std::string& subprotocols = "wamp.2.json",
                 const std::string& headers = "") {
    return RawClient(program_->port()).handshake(path, subprotocols, headers);
  }
  HttpReply ask(const std::string& request) {
    RawClient client(program_->port());
    client.send(request);
    return client.read_http_reply();
  }
  // What the next line about somebody who is refused says of the reason.
  std::string logged() {
    const std::string log = program_->log_until("refusing 127.0.0.1:");
    const size_t reason = log.find(": ", log.rfind("refusing 127.0.0.1:"));
    return log.substr(reason + 2, log.size() - reason - 3);
  }

  static constexpr auto everything = R"("type": "universal", "rawsocket": { "serializers": ["json", "cbor"] },
    "web": { "paths": { "/": { "type": "static" }, "ws": { "type": "websocket", "serializers": ["json"] },
                        "lp": { "type": "longpoll" } } })";

 private:
  test_support::TemporaryFolder folder_;
  std::optional<Program> program_;
};

TEST_F(Refusals, OfAForeignOriginSayWhatToConfigure) {
  start(everything);
  const HttpReply reply = open("/ws", "wamp.2.json", "Origin: https://shop.example\r\n");
  EXPECT_EQ(reply.status, 403);
  EXPECT_THAT(reply.body, HasSubstr("pages of the origin \"https://shop.example\" are not allowed"));
  EXPECT_THAT(logged(),
              testing::AllOf(HasSubstr("pages of the origin \"https://shop.example\" are not allowed"),
                             HasSubstr("put it into \"allowed_origins\" of transport 127.0.0.1:0")));
}

TEST_F(Refusals, OfAWrongPathSayWhereWebSocketIs) {
  start(everything);
  const std::string why = "no WebSocket is served on /wss; it is on /ws";
  const HttpReply reply = open("/wss");
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(reply.body, why + "\n");
  EXPECT_EQ(logged(), why);
  EXPECT_EQ(ask("GET /ws/deeper HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 404);
}

TEST_F(Refusals, OfAWrongPathSayIfThereIsNoWebSocketAtAll) {
  start(R"("type": "rawsocket", "serializers": ["json"])");
  EXPECT_EQ(open("/ws").status, 404);
  EXPECT_EQ(logged(), "no WebSocket is served on /ws; only RawSocket is at this address");
}

TEST_F(Refusals, OfSubprotocolsSayWhichAreServed) {
  start(everything);
  const std::string why =
      "no acceptable subprotocol: expected one of wamp.2.json wamp.2.json.batched, offered: ";
  EXPECT_EQ(open("/ws", "wamp.2.msgpack, chat").body, why + "wamp.2.msgpack chat\n");
  EXPECT_EQ(logged(), why + "wamp.2.msgpack chat");
  EXPECT_EQ(open("/ws", "").body, why + "none\n");
  EXPECT_EQ(logged(), why + "none");
  EXPECT_EQ(test_support::http_post(program().port(), "/lp/open", R"({"protocols": ["chat"]})").status, 400);
  EXPECT_EQ(logged(), why + "chat");
}

TEST_F(Refusals, OfRawSocketSayWhatIsServed) {
  start(everything);
  RawClient(program().port()).send({"\x7F\xF2\0\0", 4});
  EXPECT_EQ(logged(), "its RawSocket handshake asks for serializer msgpack; served: json cbor");
  RawClient(program().port()).send({"\x7F\xF5\0\0", 4});
  EXPECT_EQ(logged(), "its RawSocket handshake asks for serializer 5; served: json cbor");
  RawClient(program().port()).send({"\x7F\x01\0\0", 4});
  EXPECT_EQ(logged(), "over RawSocket it takes messages of 512 bytes at most; WELCOME needs 2048");
  RawClient(program().port()).send({"\x7F\xF1\0\1", 4});
  EXPECT_EQ(logged(), "the last two octets of its RawSocket handshake are not 0");
}

TEST_F(Refusals, OfRawSocketWhereThereIsNoneSayWhereWebSocketIs) {
  start(R"("type": "web", "paths": { "ws": { "type": "websocket" } })");
  RawClient client(program().port());
  client.send({"\x7F\xF1\0\0", 4});
  const std::string why = "RawSocket is not served here; WebSocket is, on /ws";
  EXPECT_EQ(client.read_http_reply().body, why + "\n");
  EXPECT_EQ(logged(), why);
}

TEST_F(Refusals, OfOtherProtocolsSayHowTheyBegin) {
  start(everything);
  RawClient(program().port()).send("SSH-2.0-OpenSSH_9.2\r\n");
  EXPECT_EQ(logged(), "neither HTTP nor RawSocket: it begins with \"SSH-2.0-OpenSSH_\"");
  RawClient(program().port()).send("\x10\x0C");
  EXPECT_EQ(logged(), "neither HTTP nor RawSocket: it begins with \"\\x10\\x0c\"");
}

TEST_F(Refusals, OfLongPollSessionsThatAreNotThereAreLogged) {
  start(everything);
  EXPECT_EQ(test_support::http_post(program().port(), "/lp/0-1234/receive", "").status, 404);
  EXPECT_EQ(logged(), "there is no such long-poll session: it has ended, or is another router's");
}

TEST_F(Refusals, OfThePathOfLongPollByGetSayHowItBegins) {
  start(everything);
  EXPECT_EQ(ask("GET /lp HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 405);
  EXPECT_EQ(logged(), "this path takes no GET: WAMP over long-poll begins with a POST to /lp/open");
}

TEST_F(Refusals, OfAHandshakeThatAProxyHasSpoiledSaySo) {
  start(everything);
  const HttpReply reply =
      ask("GET /ws HTTP/1.0\r\nHost: localhost\r\nConnection: close\r\nSec-WebSocket-Version: 13\r\n"
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  EXPECT_EQ(reply.status, 400);
  EXPECT_THAT(logged(), HasSubstr("does a proxy in between not pass them on?"));
}

TEST_F(Refusals, AreObjectsInJson) {
  Program& program = start(everything, {"--log-format", "json"});
  open("/wss");
  const std::string log = program.log_until("\"event\":\"request_refused\"");
  const auto value = serializers::decode_json(log.substr(log.rfind("{\"time\"")));
  ASSERT_TRUE(value);
  const wamp::Dict& refused = *value->get<wamp::Dict>();
  EXPECT_EQ(*refused.find("level"), wamp::Value("warning"));
  EXPECT_EQ(*refused.find("reason"), wamp::Value("no WebSocket is served on /wss; it is on /ws"));
  EXPECT_THAT(*refused.find("peer")->get<std::string>(), testing::StartsWith("127.0.0.1:"));
}

}  // namespace
}  // namespace router
