// Crossbar's HTTP bridge: caller, publisher and webhook.
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router/http/forms/signature.h"
#include "tests/end_to_end/http_fixture.h"

namespace router {
namespace {

using serializers::Format;
using test_support::http_post;
using test_support::http_post_bytes;
using test_support::HttpReply;
using test_support::RawClient;
using testing::HasSubstr;
using testing::StartsWith;

class HttpBridge : public testing::Test {
 protected:
  void start(config::Config config = http_config()) { router.emplace(std::move(config)); }
  HttpReply post(const std::string& path, const std::string& body, const std::string& headers = "") {
    return http_post(router->port(), path, body, headers);
  }
  // A client that has registered com.proc, as registration 1.
  WampClient callee() {
    WampClient client = router->join(Format::json);
    client.says(R"([64,1,{},"com.proc"])");
    EXPECT_THAT(client.hears(), StartsWith("[65,1,"));
    return client;
  }
  // Sends the request; the callee's answer goes in front of the id's place.
  HttpReply call(WampClient& callee, const std::string& body, const std::string& invocation_rest,
                 const std::string& answer_begin, const std::string& answer_rest) {
    RawClient client(router->port());
    client.send(http_post_bytes("/caller", body));
    const std::string invocation = callee.hears();
    EXPECT_THAT(invocation, HasSubstr(invocation_rest));
    const std::string id = invocation.substr(4, invocation.find(',', 4) - 4);
    callee.says(answer_begin + id + answer_rest);
    return client.read_http_reply();
  }

  std::optional<RunningServer> router;
};

TEST_F(HttpBridge, CallsAProcedure) {
  start();
  WampClient echo = callee();
  const HttpReply reply = call(echo, R"({"procedure": "com.proc", "args": [1, "ü"], "kwargs": {"k": null}})",
                               R"(,{},[1, "ü"],{"k": null}])", "[70,", R"(,{},[3],{"more":true}])");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, R"({"args":[3],"kwargs":{"more":true}})");
  EXPECT_EQ(reply.header("content-type"), "application/json; charset=UTF-8");
  EXPECT_THAT(reply.header("cache-control"), StartsWith("no-store"));
}

TEST_F(HttpBridge, TellsOnlyWhatTheResultHas) {
  start();
  WampClient echo = callee();
  const std::string body = R"({"procedure":"com.proc"})";
  EXPECT_EQ(call(echo, body, ",{}]", "[70,", R"(,{},[1,2]])").body, R"({"args":[1,2]})");
  EXPECT_EQ(call(echo, body, ",{}]", "[70,", R"(,{},[],{"a":1}])").body, R"({"kwargs":{"a":1}})");
  EXPECT_EQ(call(echo, body, ",{}]", "[70,", ",{}]").body, R"({"args":[null]})");
  EXPECT_EQ(call(echo, R"({"procedure":"com.proc","args":[],"kwargs":{}})", ",{}]", "[70,", ",{}]").status,
            200);
}

TEST_F(HttpBridge, TellsAnErrorOfTheCalleeWithStatus200) {
  start();
  WampClient echo = callee();
  const HttpReply reply =
      call(echo, R"({"procedure":"com.proc"})", ",{}]", "[8,68,", R"(,{},"com.wrong",["why"],{"n":1}])");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, R"({"error":"com.wrong","args":["why"],"kwargs":{"n":1}})");
  const HttpReply nobody = post("/caller", R"({"procedure":"com.nobody"})");
  EXPECT_EQ(nobody.status, 200);
  EXPECT_THAT(nobody.body, StartsWith(R"({"error":"wamp.error.no_such_procedure","args":[)"));
  EXPECT_THAT(post("/caller", R"({"procedure":"com.secret.x"})").body,
              HasSubstr("wamp.error.not_authorized"));
}

TEST_F(HttpBridge, KeepsTheConnectionForTheNextRequest) {
  start();
  RawClient client(router->port());
  for (int i = 0; i < 3; ++i) {
    client.send(http_post_bytes("/caller", R"({"procedure":"com.nobody"})"));
    EXPECT_THAT(client.read_http_reply().body, HasSubstr("no_such_procedure"));
  }
}

TEST_F(HttpBridge, AnswersOutOfOrderOverSeveralConnections) {
  start();
  WampClient slow = callee();
  RawClient first(router->port()), second(router->port());
  first.send(http_post_bytes("/caller", R"({"procedure":"com.proc","args":["first"]})"));
  const std::string one = slow.hears();
  second.send(http_post_bytes("/caller", R"({"procedure":"com.proc","args":["second"]})"));
  const std::string two = slow.hears();
  const auto id = [](const std::string& invocation) {
    return invocation.substr(4, invocation.find(',', 4) - 4);
  };
  slow.says("[70," + id(two) + R"(,{},[2]])");
  EXPECT_EQ(second.read_http_reply().body, R"({"args":[2]})");
  slow.says("[70," + id(one) + R"(,{},[1]])");
  EXPECT_EQ(first.read_http_reply().body, R"({"args":[1]})");
}

TEST_F(HttpBridge, AnswersInTimeIfTheCalleeDoesNot) {
  auto config = http_config();
  bridge(config, "/caller").timeout_ms = 50;
  start(config);
  WampClient black_hole = callee();
  const HttpReply reply = post("/caller", R"({"procedure":"com.proc"})");
  EXPECT_EQ(reply.status, 504);
  EXPECT_THAT(reply.body, StartsWith(R"({"error":"wamp.error.timeout")"));
  EXPECT_EQ(post("/caller", R"({"procedure":"com.proc","options":{"timeout":1}})").status, 504);
}

TEST_F(HttpBridge, AnswersInTimeIfTheCalleeHasPromisedToLookAfterTheTime) {
  auto config = http_config();
  bridge(config, "/caller").timeout_ms = 50;
  start(config);
  WampClient liar = router->connect(Format::json);
  liar.says(R"([1,"realm1",{"roles":{"callee":{"features":{"call_timeout":true,"call_canceling":true}}}}])");
  liar.hears();
  liar.says(R"([64,1,{"forward_timeout":true},"com.proc"])");
  liar.hears();
  EXPECT_EQ(post("/caller", R"({"procedure":"com.proc"})").status, 504);
  EXPECT_THAT(liar.hears(), HasSubstr(R"("timeout":)"));
  EXPECT_THAT(liar.hears(), StartsWith("[69,"));
}

TEST_F(HttpBridge, CancelsTheCallOfAClientThatLeaves) {
  start();
  WampClient client = router->connect(Format::json);
  client.says(R"([1,"realm1",{"roles":{"callee":{"features":{"call_canceling":true}}}}])");
  client.hears();
  client.says(R"([64,1,{},"com.proc"])");
  client.hears();
  {
    RawClient gone(router->port());
    gone.send(http_post_bytes("/caller", R"({"procedure":"com.proc"})"));
    EXPECT_THAT(client.hears(), StartsWith("[68,"));
  }
  EXPECT_THAT(client.hears(), HasSubstr(R"({"mode":"killnowait"})"));
}

TEST_F(HttpBridge, PublishesAndTellsThePublication) {
  start();
  WampClient subscriber = router->join(Format::json);
  subscriber.says(R"([32,1,{},"com.topic"])");
  subscriber.hears();
  const HttpReply reply = post("/publisher", R"({"topic":"com.topic","args":["x"],"kwargs":{"y":1}})");
  EXPECT_EQ(reply.status, 200);
  const std::string event = subscriber.hears();
  const std::string id = reply.body.substr(6, reply.body.size() - 7);
  EXPECT_EQ(reply.body, "{\"id\":" + id + "}");
  EXPECT_THAT(event, HasSubstr("," + id + R"(,{},["x"],{"y":1}])"));
  const HttpReply refused = post("/publisher", R"({"topic":"com.secret.x"})");
  EXPECT_EQ(refused.status, 200);
  EXPECT_THAT(refused.body, StartsWith(R"({"error":"wamp.error.not_authorized")"));
}

TEST_F(HttpBridge, TakesOptionsOfPublications) {
  start();
  WampClient one = router->join(Format::json), other = router->connect(Format::json);
  const std::string session = other.joins();
  for (WampClient* client : {&one, &other}) {
    client->says(R"([32,1,{},"com.topic"])");
    client->hears();
  }
  post("/publisher", R"({"topic":"com.topic","args":[1],"options":{"exclude":[)" + session + "]}}");
  post("/publisher", R"({"topic":"com.topic","args":[2]})");
  EXPECT_THAT(one.hears(), HasSubstr("[1]]"));
  EXPECT_THAT(other.hears(), HasSubstr("[2]]"));
}

TEST_F(HttpBridge, TakesWebhooksWithTheirHeaders) {
  start();
  WampClient subscriber = router->join(Format::json);
  subscriber.says(R"([32,1,{},"com.hook"])");
  subscriber.hears();
  const HttpReply reply =
      post("/webhook", "any \"text\"\n", "X-Thing: one\r\nx-thing:  two, three \r\nX-Latin: \xfc\r\n");
  EXPECT_EQ(reply.status, 202);
  EXPECT_EQ(reply.body, "OK");
  EXPECT_THAT(reply.header("cache-control"), StartsWith("no-store"));
  const std::string event = subscriber.hears();
  EXPECT_THAT(event, HasSubstr(R"("X-Thing":["one","two, three"])"));
  EXPECT_THAT(event, HasSubstr(R"("Host":["localhost"])"));
  EXPECT_THAT(event, HasSubstr("\"X-Latin\":[\"\xc3\xbc\"]"));
  EXPECT_THAT(event, HasSubstr(R"("body":"any \"text\"\n")"));
}

TEST_F(HttpBridge, SaysThatAWebhookHasFailed) {
  auto config = http_config();
  bridge(config, "/webhook").topic = "com.secret.hook";
  bridge(config, "/webhook").error_response = "alas";
  start(config);
  const HttpReply reply = post("/webhook", "x");
  EXPECT_EQ(reply.status, 500);
  EXPECT_EQ(reply.body, "alas");
}

TEST_F(HttpBridge, ChecksTheSignatureOfGitHub) {
  auto config = http_config();
  bridge(config, "/webhook").github_secret = "It's a Secret to Everybody";
  start(config);
  const std::string body = "Hello, World!";
  // GitHub's own example.
  const std::string sha256 =
      "X-Hub-Signature-256: sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17\r\n";
  EXPECT_EQ(post("/webhook", body, sha256).status, 202);
  EXPECT_EQ(post("/webhook", body + "!", sha256).status, 400);
  EXPECT_EQ(post("/webhook", body).status, 400);
  EXPECT_EQ(post("/webhook", body, "X-Hub-Signature: sha1=0123\r\n").status, 400);
  const std::string sha1 = "X-Hub-Signature: sha1=01dc10d0c83e72ed246219cdd91669667fe2ca59\r\n";
  EXPECT_EQ(post("/webhook", body, sha1).status, 202);
  EXPECT_EQ(post("/webhook", body + "!", sha1).status, 400);
}

TEST_F(HttpBridge, RefusesWhatIsNoRequest) {
  auto config = http_config();
  bridge(config, "/publisher").post_body_limit = 40;
  start(config);
  const auto wrong = [&](const std::string& body, const std::string& headers = "") {
    const HttpReply reply = post("/caller", body, headers);
    EXPECT_THAT(reply.body, testing::MatchesRegex(R"(\{"error":".*","args":\[\],"kwargs":\{\}\})"));
    EXPECT_THAT(reply.header("cache-control"), StartsWith("no-store"));
    return std::to_string(reply.status) + " " + reply.body.substr(10, reply.body.find("\",\"args") - 10);
  };
  const std::string good = R"({"procedure":"com.x"})";
  EXPECT_EQ(wrong("{\"procedure\":"), "400 the body is no JSON: invalid JSON at byte 13: unexpected end");
  EXPECT_EQ(wrong("[1]"), "400 the body is JSON, but no object");
  EXPECT_EQ(wrong(""), "400 the body is no JSON: invalid JSON at byte 0: unexpected end");
  EXPECT_EQ(wrong("{}"), "400 the body has no \\\"procedure\\\"");
  EXPECT_EQ(wrong(R"({"procedure":1})"), "400 \\\"procedure\\\" is not a string");
  EXPECT_EQ(wrong(R"({"procedure":"com.x","args":{"a":1}})"), "400 \\\"args\\\" is not an array");
  EXPECT_EQ(wrong(R"({"procedure":"com.x","kwargs":[1]})"), "400 \\\"kwargs\\\" is not an object");
  EXPECT_EQ(wrong(R"({"procedure":"com.x","options":[1]})"), "400 \\\"options\\\" is not an object");
  EXPECT_EQ(wrong("{\"procedure\":\"\xff\"}"), "400 the body is not UTF-8");
  EXPECT_THAT(wrong(good, "Content-Type: text/plain\r\n"), StartsWith("400 the body must be"));
  EXPECT_THAT(wrong(good, "Content-Type: application/json; charset=latin1\r\n"), HasSubstr("charset"));
  EXPECT_THAT(wrong(good, "Content-Type: application/json; charset=utf-8; charset=utf-8\r\n"),
              HasSubstr("charset"));
  EXPECT_EQ(post("/caller", good, "Content-Type: application/json; charset=UTF-8\r\n").status, 200);
  EXPECT_EQ(post("/publisher", R"({"topic":"com.x","args":[1,2,3,4,5,6,7,8]})").status, 413);
  EXPECT_EQ(post("/caller",
                 R"({"procedure":"com.x","args":[)" + std::string(200, '[') + std::string(200, ']') + "]}")
                .status,
            400);
}

// Others ask as the same member.
TEST_F(HttpBridge, RefusesOptionsThatWouldEndASession) {
  start(http_config(1));
  WampClient slow = callee();
  RawClient other(router->port());
  other.send(http_post_bytes("/caller", R"({"procedure":"com.proc"})"));
  const std::string invocation = slow.hears();
  for (const char* options :
       {R"({"disclose_me":1})", R"({"receive_progress":"x","ppt_scheme":1})", R"({"rkey":[]})",
        R"({"progress":true})", R"({"ppt_scheme":"x_y"})", R"({"ppt_scheme":"wamp","x":null})"})
    EXPECT_THAT(post("/caller", R"({"procedure":"com.x","options":)" + std::string(options) + "}").body,
                StartsWith(R"({"error":"wamp.error.)"))
        << options;
  for (const char* options : {R"({"exclude_me":1})", R"({"exclude":[null]})", R"({"retain":"x"})"})
    EXPECT_THAT(post("/publisher", R"({"topic":"com.x","options":)" + std::string(options) + "}").body,
                StartsWith(R"({"error":"wamp.error.invalid_argument")"))
        << options;
  slow.says("[70," + invocation.substr(4, invocation.find(',', 4) - 4) + ",{},[1]]");
  EXPECT_EQ(other.read_http_reply().body, R"({"args":[1]})");
}

TEST_F(HttpBridge, TakesPostAndPutOnly) {
  start();
  for (const char* method : {"GET", "HEAD", "DELETE", "PATCH"}) {
    const HttpReply reply = http_request(router->port(), method, "/caller");
    EXPECT_EQ(reply.status, 405) << method;
    EXPECT_EQ(reply.header("allow"), "POST, PUT, OPTIONS") << method;
  }
  EXPECT_EQ(http_request(router->port(), "PUT", "/caller", "", R"({"procedure":"com.x"})").status, 200);
  EXPECT_EQ(http_request(router->port(), "PUT", "/publisher", "", R"({"topic":"com.x"})").status, 200);
  EXPECT_EQ(http_request(router->port(), "PUT", "/webhook", "", "x").status, 202);
  EXPECT_EQ(http_request(router->port(), "OPTIONS", "/caller").status, 200);
}

TEST_F(HttpBridge, LetsOnlyPagesOfAllowedOriginsAsk) {
  auto config = http_config();
  config.transports.front().allowed_origins = {"https://app.example"};
  start(config);
  const std::string body = R"({"procedure":"com.x"})";
  const HttpReply good = post("/caller", body, "Origin: https://app.example\r\n");
  EXPECT_EQ(good.status, 200);
  EXPECT_EQ(good.header("access-control-allow-origin"), "https://app.example");
  const HttpReply evil = post("/caller", body, "Origin: https://evil.example\r\n");
  EXPECT_EQ(evil.status, 403);
  EXPECT_EQ(evil.header("access-control-allow-origin"), "");
  EXPECT_EQ(evil.header("content-type"), "application/json; charset=UTF-8");
  EXPECT_THAT(evil.header("cache-control"), StartsWith("no-store"));
  EXPECT_THAT(evil.body,
              testing::MatchesRegex(
                  R"(\{"error":"pages of the origin .* are not allowed.*","args":\[\],"kwargs":\{\}\})"));
  const HttpReply before =
      http_request(router->port(), "OPTIONS", "/caller", "Origin: https://app.example\r\n");
  EXPECT_EQ(before.header("access-control-allow-methods"), "POST, PUT");
}

TEST_F(HttpBridge, LetsPagesReadWhyTheyAreRefused) {
  auto config = http_config();
  config.transports.front().allowed_origins = {"https://app.example"};
  bridge(config, "/caller").post_body_limit = 40;
  bridge(config, "/publisher").key = "joe";
  bridge(config, "/publisher").secret = "secret";
  start(config);
  const std::string good = "Origin: https://app.example\r\n";
  const HttpReply too_long = answer_to_head(router->port(), "/caller", 41, good);
  EXPECT_EQ(too_long.status, 413);
  EXPECT_EQ(too_long.header("access-control-allow-origin"), "https://app.example");
  EXPECT_EQ(answer_to_head(router->port(), "/publisher", 1, good).header("access-control-allow-origin"),
            "https://app.example");
  EXPECT_EQ(http_request(router->port(), "GET", "/caller", good).header("access-control-allow-origin"),
            "https://app.example");
  const std::string evil = "Origin: https://evil.example\r\n";
  EXPECT_EQ(answer_to_head(router->port(), "/caller", 41, evil).header("access-control-allow-origin"), "");
}

TEST_F(HttpBridge, LetsOnlyPagesThatAreNamedAskWithCredentials) {
  auto config = http_config();
  config.transports.front().allowed_origins = {"*", "https://app.example"};
  start(config);
  const std::string body = R"({"procedure":"com.x"})";
  const HttpReply anybody = post("/caller", body, "Origin: https://any.example\r\n");
  EXPECT_EQ(anybody.status, 200);
  EXPECT_EQ(anybody.header("access-control-allow-origin"), "*");
  EXPECT_EQ(anybody.header("access-control-allow-credentials"), "");
  const HttpReply named = post("/caller", body, "Origin: https://app.example\r\n");
  EXPECT_EQ(named.header("access-control-allow-origin"), "https://app.example");
  EXPECT_EQ(named.header("access-control-allow-credentials"), "true");
}

TEST_F(HttpBridge, ServesARequestAsItIsConfiguredWhenItsBodyIsThere) {
  auto config = http_config();
  start(config);
  const std::string body = R"({"procedure":"com.x"})";
  const auto begun = [&](const std::string& path) {
    RawClient client(router->port());
    client.send(http_head(path, body.size(), "Expect: 100-continue\r\n"));
    EXPECT_EQ(client.read_http_reply(true).status, 100);
    return client;
  };
  RawClient now_signed = begun("/caller"), now_shorter = begun("/publisher"), now_json = begun("/webhook"),
            now_nothing = begun("/api/call/com.x");
  bridge(config, "/caller").key = "joe";
  bridge(config, "/caller").secret = "secret";
  bridge(config, "/publisher").post_body_limit = 5;
  auto& paths = config.transports.front().paths;
  paths.at("/webhook") = config::JsonPath{.text = "1"};
  paths.erase("/api");
  router->server().reload(config);
  const auto status = [&](RawClient& client) {
    client.send(body);
    return client.read_http_reply().status;
  };
  EXPECT_EQ(status(now_signed), 400);
  EXPECT_EQ(status(now_shorter), 413);
  EXPECT_EQ(status(now_json), 405);
  EXPECT_EQ(status(now_nothing), 405);
}

TEST_F(HttpBridge, TakesRequestsOnlyFromWhereAndHowItIsConfigured) {
  auto config = http_config();
  for (const char* const elsewhere : {"10.0.0.0/8", "127.0.0.2"})
    bridge(config, "/caller").require_ip.add(elsewhere);
  bridge(config, "/publisher").require_ip.add("127.0.0.0/8");
  bridge(config, "/webhook").require_tls = true;
  start(config);
  EXPECT_EQ(post("/caller", R"({"procedure":"com.x"})").status, 400);
  EXPECT_EQ(post("/publisher", R"({"topic":"com.x"})").status, 200);
  EXPECT_THAT(post("/webhook", "x").body, HasSubstr("TLS"));
}

// ---- signed requests

class SignedRequests : public HttpBridge {
 protected:
  void SetUp() override {
    auto config = http_config();
    bridge(config, "/caller").key = "joe";
    bridge(config, "/caller").secret = "secret";
    start(config);
  }
  static std::string timestamp(std::chrono::seconds off = {}) {
    return iso_8601(std::chrono::system_clock::now() + off);
  }
  static std::string query(const std::string& time, const std::string& nonce, const std::string& body,
                           const std::string& secret = "secret", const std::string& key = "joe") {
    return "/caller?key=" + key + "&timestamp=" + time + "&seq=1&nonce=" + nonce +
           "&signature=" + http::signature_of(secret, key, time, "1", nonce, body);
  }
  const std::string body = R"({"procedure":"com.x"})";
};

TEST_F(SignedRequests, AreTakenOnce) {
  const std::string path = query(timestamp(), "17", body);
  EXPECT_EQ(post(path, body).status, 200);
  const HttpReply again = post(path, body);
  EXPECT_EQ(again.status, 401);
  EXPECT_THAT(again.body, HasSubstr("nonce"));
  EXPECT_EQ(post(query(timestamp(), "18", body), body).status, 200);
}

TEST_F(SignedRequests, AreRefusedBeforeTheirBodyIfTheyCannotBeRight) {
  const auto status = [&](const std::string& path) {
    return answer_to_head(router->port(), path, body.size()).status;
  };
  EXPECT_EQ(status("/caller"), 400);
  EXPECT_EQ(status(query(timestamp(), "1", body, "secret", "jim")), 401);
  EXPECT_EQ(status(query(timestamp(std::chrono::seconds(-400)), "1", body)), 400);
  EXPECT_EQ(status(query(timestamp(), "1", body)), 100);
}

TEST_F(SignedRequests, MayComeAgainIfTheyWereNotServed) {
  auto config = http_config(1);
  bridge(config, "/caller").key = "joe";
  bridge(config, "/caller").secret = "secret";
  bridge(config, "/caller").requests_in_flight = 1;
  start(config);
  WampClient slow = callee();
  const std::string call = R"({"procedure":"com.proc"})";
  RawClient first(router->port());
  first.send(http_post_bytes(query(timestamp(), "1", call), call));
  const std::string invocation = slow.hears();
  const std::string path = query(timestamp(), "2", body);
  const HttpReply full = post(path, body);
  EXPECT_EQ(full.status, 503);
  EXPECT_EQ(full.header("retry-after"), "1");
  slow.says("[70," + invocation.substr(4, invocation.find(',', 4) - 4) + ",{}]");
  EXPECT_EQ(first.read_http_reply().status, 200);
  EXPECT_EQ(post(path, body).status, 200);
  EXPECT_EQ(post(path, body).status, 401);
}

TEST_F(SignedRequests, MayNotComeAgainIfTheyMayHaveBeenDone) {
  const std::string call = R"({"procedure":"com.proc"})";
  const std::string path = query(timestamp(), "1", call);
  {
    WampClient slow = callee();
    RawClient first(router->port());
    first.send(http_post_bytes(path, call));
    EXPECT_THAT(slow.hears(), StartsWith("[68,"));
    slow.says(R"([48,2,{},"wamp.session.kill_all"])");
    EXPECT_EQ(first.read_http_reply().status, 503);
  }
  EXPECT_EQ(post(path, call).status, 401);
}

TEST_F(SignedRequests, AreRefusedIfAnythingIsWrongWithThem) {
  const std::string now = timestamp();
  EXPECT_EQ(post("/caller", body).status, 400);
  EXPECT_EQ(post(query(now, "1", body, "wrong"), body).status, 401);
  EXPECT_EQ(post(query(now, "2", body, "secret", "jim"), body).status, 401);
  EXPECT_EQ(post(query(now, "3", body), R"({"procedure":"com.y"})").status, 401);
  EXPECT_EQ(post(query(now, "x", body), body).status, 400);
  EXPECT_EQ(post(query("yesterday", "4", body), body).status, 400);
  for (const int off : {-400, 400})
    EXPECT_THAT(post(query(timestamp(std::chrono::seconds(off)), "5", body), body).body, HasSubstr("off by"));
  EXPECT_EQ(post(query(timestamp(std::chrono::seconds(-200)), "6", body), body).status, 200);
}

}  // namespace
}  // namespace router
