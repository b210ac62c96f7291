// WAMP over HTTP long-poll, with several workers, so that requests come to other loops than their session's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/end_to_end/server_fixture.h"
#include "tests/support/json_wire.h"
#include "transport/websocket/batch.h"

namespace router {
namespace {

using serializers::Format;
using test_support::http_post;
using test_support::http_post_bytes;
using test_support::HttpReply;
using test_support::RawClient;
using testing::HasSubstr;
using testing::StartsWith;

config::Config long_poll_config() {
  config::Config config = test_config(4);
  config.transports.front().paths.emplace("/lp", config::LongPollPath{});
  return config;
}

std::string value_of(const std::string& json, const std::string& key) {
  const size_t begin = json.find("\"" + key + "\":\"") + key.size() + 4;
  return json.substr(begin, json.find('"', begin) - begin);
}

// Each request has a connection of its own, so it lands on any worker.
class LongPollClient {
 public:
  LongPollClient(uint16_t port, Format format) : port_(port), format_(format) {
    const HttpReply opened =
        http_post(port, "/lp/open", "{\"protocols\": [\"wamp.2." + std::string(name(format)) + "\"]}");
    if (opened.status != 200) throw std::runtime_error("not opened: " + opened.body);
    path_ = "/lp/" + value_of(opened.body, "transport");
  }

  void says(const std::string& json) {
    const HttpReply reply =
        http_post(port_, path_ + "/send", test_support::converted(Format::json, format_, json));
    if (reply.status != 204) throw std::runtime_error("not sent: " + reply.body);
  }
  std::string hears() {
    for (;;) {
      const HttpReply reply = http_post(port_, path_ + "/receive", "");
      if (reply.status == 200) return test_support::converted(format_, Format::json, reply.body);
      if (reply.status != 204) return std::to_string(reply.status);
    }
  }
  void joins() {
    says(R"([1,"realm1",{"roles":{"caller":{},"callee":{},"publisher":{},"subscriber":{}}}])");
    if (!hears().starts_with("[2,")) throw std::runtime_error("not welcome");
  }
  const std::string& path() const { return path_; }

 private:
  uint16_t port_;
  Format format_;
  std::string path_;
};

class LongPolling : public testing::TestWithParam<Format> {
 protected:
  RunningServer router{long_poll_config()};
};

INSTANTIATE_TEST_SUITE_P(Serializers, LongPolling, testing::ValuesIn(serializers::all_formats),
                         [](const auto& info) { return std::string(name(info.param)); });

TEST_P(LongPolling, CarriesCallsAndEventsBothWays) {
  WampClient other = router.join(Format::json);
  other.says(R"([64,1,{},"com.echo"])");
  other.hears();
  LongPollClient client(router.port(), GetParam());
  client.joins();
  client.says(R"([48,1,{},"com.echo",["Jürgen",1.5],{"k":null}])");
  EXPECT_EQ(other.hears(), R"([68,1,1,{},["Jürgen",1.5],{"k":null}])");
  other.says(R"([70,1,{},["back"]])");
  EXPECT_EQ(client.hears(), R"([50,1,{},["back"]])");
  client.says(R"([32,2,{},"com.news"])");
  EXPECT_THAT(client.hears(), StartsWith("[33,2,"));
  constexpr int count = 100;
  for (int i = 1; i <= count; ++i)
    other.says("[16," + std::to_string(i + 1) + R"(,{},"com.news",[)" + std::to_string(i) + "]]");
  for (int i = 1; i <= count; ++i)
    ASSERT_THAT(client.hears(), testing::EndsWith(",{},[" + std::to_string(i) + "]]"));
}

TEST_P(LongPolling, EndsWithTheRoutersLastWords) {
  LongPollClient client(router.port(), GetParam());
  client.joins();
  client.says(R"([6,{},"wamp.close.close_realm"])");
  EXPECT_EQ(client.hears(), R"([6,{},"wamp.close.goodbye_and_out"])");
  client.joins();
  client.says("[50,99,{}]");
  EXPECT_THAT(client.hears(), HasSubstr("wamp.error.protocol_violation"));
  EXPECT_EQ(client.hears(), "410");
}

class LongPollRequests : public LongPolling {};

TEST_F(LongPollRequests, AreRefusedIfTheyAreNone) {
  const uint16_t port = router.port();
  for (const std::string body :
       {"", "{}", "[]", "{\"protocols\": []}", "{\"protocols\": [1]}", "{\"protocols\": \"x\"}",
        "1],{\"protocols\":[\"wamp.2.json\"]}", "{\"protocols\":[\"wamp.2.json\"]},1", "{"})
    EXPECT_EQ(http_post(port, "/lp/open", body).status, 400) << body;
  const HttpReply none = http_post(port, "/lp/open", R"({"protocols": ["chat"]})");
  EXPECT_EQ(none.status, 400);
  EXPECT_THAT(none.body, HasSubstr("wamp.2.json"));
  for (const std::string path : {"/lp", "/lp/", "/lp/receive", "/lp/0-123/receive", "/lp/99-123/receive",
                                 "/lp/-1-1/send", "/lp/99999999999999999999-1/send", "/lp/0/send"})
    EXPECT_EQ(http_post(port, path, "[1]").status, 404) << path;
  const LongPollClient client(port, Format::json);
  EXPECT_EQ(http_post(port, client.path() + "/other", "").status, 404);
  EXPECT_EQ(http_post(port, client.path(), "").status, 404);
  EXPECT_EQ(http_post(port, "/ws", "").status, 405);
}

TEST_F(LongPollRequests, ByGetAreToldWhatThePathIsFor) {
  const auto get = [&](const std::string& method, const std::string& path) {
    RawClient client(router.port());
    client.send(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return client.read_http_reply(method == "HEAD");
  };
  const std::pair<std::string, std::string> paths[] = {{"open", "opens a WAMP session"},
                                                       {"0-1/receive", "fetches messages of a WAMP session"},
                                                       {"0-1/send", "sends messages to a WAMP session"},
                                                       {"0-1/close", "ends a WAMP session"}};
  for (const auto& [path, purpose] : paths) {
    const HttpReply reply = get("GET", "/lp/" + path);
    EXPECT_EQ(reply.status, 405);
    EXPECT_EQ(reply.header("allow"), "POST, OPTIONS");
    EXPECT_EQ(reply.body, "this path takes no GET: a POST to it " + purpose + " over long-poll\n");
    EXPECT_EQ(get("HEAD", "/lp/" + path).header("allow"), "POST, OPTIONS");
    EXPECT_EQ(get("PUT", "/lp/" + path).header("allow"), "POST, OPTIONS");
  }
  for (const std::string path : {"/lp/0-1", "/lp/0-1/other", "/lp/opens"}) {
    const HttpReply reply = get("GET", path);
    EXPECT_EQ(reply.status, 404) << path;
    EXPECT_EQ(reply.body, "there is nothing here: WAMP over long-poll begins with a POST to /lp/open\n");
  }
  for (const std::string path : {"/lp", "/lp/"}) {
    const HttpReply reply = get("GET", path);
    EXPECT_EQ(reply.status, 405) << path;
    EXPECT_EQ(reply.header("allow"), "POST, OPTIONS");
    EXPECT_EQ(reply.body, "this path takes no GET: WAMP over long-poll begins with a POST to /lp/open\n");
    EXPECT_EQ(http_post(router.port(), path, "").body,
              "there is nothing here: WAMP over long-poll begins with a POST to /lp/open\n");
  }
}

TEST_F(LongPollRequests, MayWaitWithTheirBodyUntilTheyAreToldToGoOn) {
  RawClient client(router.port());
  const std::string body = R"({"protocols": ["wamp.2.json"]})";
  client.send("POST /lp/open HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: " +
              std::to_string(body.size()) + "\r\n\r\n");
  EXPECT_EQ(client.read(25), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send(body);
  EXPECT_EQ(client.read_http_reply().status, 200);
}

TEST_F(LongPollRequests, MayHaveWhatAMessageMayHave) {
  config::Config config = long_poll_config();
  config.transports.front().limits.max_message_size = 1000;
  RunningServer small(config);
  EXPECT_EQ(http_post(small.port(), "/lp/open", std::string(1001, ' ')).status, 413);
}

TEST_F(LongPollRequests, AreBoundedInTheirSessions) {
  const auto count_sessions = [](const config::Config& config) {
    RunningServer small(config);
    RawClient client(small.port());
    for (int count = 0;; ++count) {
      client.send(http_post_bytes("/lp/open", R"({"protocols": ["wamp.2.json"]})"));
      const HttpReply reply = client.read_http_reply();
      if (reply.status == 200 && count < 20) continue;
      EXPECT_EQ(reply.status, 503);
      EXPECT_THAT(reply.body, HasSubstr("connections and sessions"));
      return count;
    }
  };
  config::Config in_all = long_poll_config(), from_an_address = long_poll_config();
  in_all.transports.front().limits.max_connections = 3;
  EXPECT_EQ(count_sessions(in_all), 3);
  from_an_address.transports.front().limits.max_connections_per_address = 10;
  EXPECT_EQ(count_sessions(from_an_address), 10);
}

TEST_F(LongPollRequests, ObeyTheRuleOfOrigins) {
  const std::string body = R"({"protocols": ["wamp.2.json"]})";
  const HttpReply same = http_post(router.port(), "/lp/open", body, "Origin: http://localhost\r\n");
  EXPECT_EQ(same.status, 200);
  EXPECT_EQ(same.header("access-control-allow-origin"), "http://localhost");
  const HttpReply other = http_post(router.port(), "/lp/open", body, "Origin: http://elsewhere\r\n");
  EXPECT_EQ(other.status, 403);
  EXPECT_EQ(other.header("access-control-allow-origin"), "");
  RawClient client(router.port());
  client.send("OPTIONS /lp/open HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\n\r\n");
  const HttpReply preflight = client.read_http_reply();
  EXPECT_EQ(preflight.status, 204);
  EXPECT_EQ(preflight.header("access-control-allow-methods"), "POST");
}

TEST_F(LongPollRequests, MayCarryBatches) {
  const HttpReply opened = http_post(router.port(), "/lp/open", R"({"protocols": ["wamp.2.json.batched"]})");
  EXPECT_EQ(value_of(opened.body, "protocol"), "wamp.2.json.batched");
  const std::string path = "/lp/" + value_of(opened.body, "transport");
  const std::string hello = R"([1,"realm1",{"roles":{"subscriber":{}}}])";
  EXPECT_EQ(
      http_post(router.port(), path + "/send", hello + "\x1E" + R"([32,1,{},"com.news"])" + "\x1E").status,
      204);
  EXPECT_THAT(http_post(router.port(), path + "/receive", "").body,
              testing::MatchesRegex("\\[2,.*\x1E\\[33,1,[0-9]+\\]\x1E"));
  EXPECT_EQ(http_post(router.port(), path + "/close", "").status, 204);
  EXPECT_EQ(http_post(router.port(), path + "/receive", "").status, 410);
}

TEST_F(LongPollRequests, KeepTheirConnection) {
  LongPollClient session(router.port(), Format::json);
  RawClient client(router.port());
  client.send(http_post_bytes(session.path() + "/send", R"([1,"realm1",{"roles":{"subscriber":{}}}])"));
  EXPECT_EQ(client.read_http_reply().status, 204);
  for (int i = 1; i <= 5; ++i) {
    client.send(http_post_bytes(session.path() + "/send", "[32," + std::to_string(i) + R"(,{},"com.news"])"));
    EXPECT_EQ(client.read_http_reply().status, 204);
    client.send(http_post_bytes(session.path() + "/receive", ""));
    EXPECT_EQ(client.read_http_reply().status, 200);
  }
}

TEST_F(LongPollRequests, AreShortUntilTheSessionIsWelcome) {
  const std::string long_body(100'000, 'x');
  const auto status = [&](const std::string& path) {
    return http_post(router.port(), path, long_body).status;
  };
  EXPECT_EQ(status("/lp/open"), 413);
  EXPECT_EQ(status("/lp/0-nobody/send"), 413);
  LongPollClient session(router.port(), Format::json);
  EXPECT_EQ(status(session.path() + "/send"), 413);
  session.joins();
  session.says(R"([48,1,{},"com.nobody",[")" + long_body + R"("]])");
  EXPECT_THAT(session.hears(), HasSubstr("wamp.error.no_such_procedure"));
}

}  // namespace
}  // namespace router
