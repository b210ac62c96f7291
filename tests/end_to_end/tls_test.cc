// WAMP over TLS: every transport, with every serializer, and through proxies.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router/config/file/config_file.h"
#include "tests/end_to_end/server_fixture.h"
#include "tests/support/certificates.h"
#include "tests/support/json_wire.h"
#include "tests/transport/proxy_headers.h"

namespace router {
namespace {

using serializers::Format;
using test_support::Certificates;
using test_support::HttpReply;
using test_support::RawClient;
using testing::HasSubstr;
using testing::StartsWith;

class WampOverTls : public testing::TestWithParam<int> {
 protected:
  config::Config config(const std::string& members_of_endpoint = "") const {
    const std::string text = R"({
      "realms": [{"name": "realm1", "roles": [{"name": "anonymous", "permissions": [
        {"uri": "", "match": "prefix", "allow": {"call": true, "register": true, "publish": true, "subscribe": true}}]}]}],
      "transports": [{"type": "universal", "rawsocket": {},
        "endpoint": {"type": "tcp", "interface": "127.0.0.1", "port": 0,)" +
                             members_of_endpoint + R"(
          "tls": {"certificate": "localhost.pem", "key": "localhost.key"}},
        "web": {"paths": {"/": {"type": "static"}, "ws": {"type": "websocket"}, "lp": {"type": "longpoll"}}},
        "auth": {"anonymous": {"type": "static", "role": "anonymous"}}}]})";
    config::Config config = config::parse_config(text, "tls", certificates.folder().file(""));
    config.workers = 4;
    return config;
  }
  test_support::TlsClientOptions wanted() const {
    return {.version = GetParam(), .server_name = "localhost", .ca_file = certificates.ca()};
  }
  WampClient join(const RunningServer& server, const Speech& speech, const std::string& before = "") const {
    RawClient raw(server.port());
    if (!before.empty()) raw.send(before);
    raw.secure(wanted());
    WampClient client(std::move(raw), speech);
    client.joins();
    return client;
  }

  Certificates certificates;
};

TEST_P(WampOverTls, CarriesCallsAndEventsBetweenAllTransports) {
  RunningServer server(config());
  const std::string big(200'000, 'x');
  for (const Format format : {Format::json, Format::msgpack, Format::cbor}) {
    for (const Carrier carrier : {Carrier::websocket, Carrier::batched_websocket, Carrier::rawsocket}) {
      const Speech speech(format, carrier);
      WampClient callee = join(server, Format::json);
      WampClient caller = join(server, speech);
      callee.says(R"([64,1,{},"com.example.p"])");
      EXPECT_THAT(callee.hears(), StartsWith("[65,1,")) << speech.name();
      caller.says(R"([48,1,{},"com.example.p",[")" + big + "\"]]");
      const std::string invocation = callee.hears();
      EXPECT_THAT(invocation, HasSubstr(big.substr(0, 1000)));
      const std::string id = invocation.substr(4, invocation.find(',', 4) - 4);
      callee.says("[70," + id + R"(,{},["done"]])");
      EXPECT_EQ(caller.hears(), R"([50,1,{},["done"]])");
      caller.says(R"([32,2,{},"com.example.t"])");
      EXPECT_THAT(caller.hears(), StartsWith("[33,2,"));
      callee.says(R"([16,2,{},"com.example.t",["news"]])");
      EXPECT_THAT(caller.hears(), HasSubstr(R"(["news"])"));
    }
  }
}

TEST_P(WampOverTls, CarriesLongPollWhicheverWorkerARequestComesTo) {
  RunningServer server(config());
  const auto post = [&](const std::string& path, const std::string& body) {
    RawClient client(server.port());
    client.secure(wanted());
    client.send("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body);
    return client.read_http_reply();
  };
  for (int i = 0; i < 8; ++i) {
    const HttpReply opened = post("/lp/open", R"({"protocols": ["wamp.2.json"]})");
    ASSERT_EQ(opened.status, 200) << opened.body;
    const size_t at = opened.body.find("\"transport\":\"") + 13;
    const std::string path = "/lp/" + opened.body.substr(at, opened.body.find('"', at) - at);
    EXPECT_EQ(post(path + "/send", R"([1,"realm1",{"roles":{"caller":{}}}])").status, 204);
    EXPECT_THAT(post(path + "/receive", "").body, StartsWith("[2,"));
  }
}

TEST_P(WampOverTls, ServesThePage) {
  RunningServer server(config());
  RawClient client(server.port());
  client.secure(wanted());
  client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(client.read_http_reply().status, 200);
}

TEST_P(WampOverTls, MayComeThroughAProxy) {
  RunningServer server(config(R"("proxy_protocol": true, "trusted_proxies": ["127.0.0.1"],)"));
  for (const Carrier carrier : {Carrier::websocket, Carrier::rawsocket}) {
    WampClient client = join(server, {Format::msgpack, carrier}, transport::proxy_v2_tcp4());
    client.says(R"([32,1,{},"com.example.t"])");
    EXPECT_THAT(client.hears(), StartsWith("[33,1,"));
  }
}

INSTANTIATE_TEST_SUITE_P(Version, WampOverTls, testing::Values(12, 13),
                         [](const auto& version) { return "Tls1" + std::to_string(version.param - 10); });

}  // namespace
}  // namespace router
