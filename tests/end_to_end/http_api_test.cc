// The REST form: calls and publications by their URIs, and who asks.
#include <chrono>
#include <map>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/web_key.h"
#include "tests/end_to_end/http_fixture.h"
#include "tests/support/login_client.h"
#include "text/base64.h"

namespace router {
namespace {

using serializers::Format;
using test_support::http_post;
using test_support::http_post_bytes;
using test_support::HttpReply;
using test_support::RawClient;
using testing::HasSubstr;
using testing::StartsWith;

config::ApiPath& api(config::Config& config) {
  return std::get<config::ApiPath>(config.transports.front().paths.at("/api"));
}

class HttpApi : public testing::Test {
 protected:
  void start(config::Config config = http_config()) { router.emplace(std::move(config)); }
  HttpReply post(const std::string& path, const std::string& body = "", const std::string& headers = "") {
    return http_post(router->port(), path, body, headers);
  }
  WampClient callee(const std::string& options = "{}") {
    WampClient client = router->join(Format::json);
    client.says("[64,1," + options + R"(,"com.proc"])");
    EXPECT_THAT(client.hears(), StartsWith("[65,1,"));
    return client;
  }
  static std::string id_of(const std::string& invocation) {
    return invocation.substr(4, invocation.find(',', 4) - 4);
  }
  HttpReply call(WampClient& callee, const std::string& body, const std::string& begin,
                 const std::string& rest, std::string* invocation = nullptr) {
    RawClient client(router->port());
    client.send(http_post_bytes("/api/call/com.proc", body));
    const std::string heard = callee.hears();
    if (invocation) *invocation = heard;
    callee.says(begin + id_of(heard) + rest);
    return client.read_http_reply();
  }

  std::optional<RunningServer> router;
};

TEST_F(HttpApi, CallsByTheUriInThePath) {
  start();
  WampClient echo = callee();
  std::string invocation;
  const HttpReply reply = call(echo, "[1,\n\"a\"]", "[70,", R"(,{},["b"]])", &invocation);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("content-type"), "application/json");
  EXPECT_EQ(reply.body, R"({"args":["b"]})");
  EXPECT_THAT(invocation, HasSubstr(",{},[1,\n\"a\"]]"));
  call(echo, R"({"kwargs":{"k":[]}})", "[70,", ",{}]", &invocation);
  EXPECT_THAT(invocation, HasSubstr(R"(,{},[],{"k":[]}])"));
  EXPECT_EQ(call(echo, "", "[70,", ",{}]").body, "{}");
}

TEST_F(HttpApi, TellsErrorsAsProblemsWithAStatus) {
  start();
  WampClient echo = callee();
  const HttpReply reply = call(echo, "", "[8,68,", R"(,{},"com.wrong",["why \"not\"",2],{"k":1}])");
  EXPECT_EQ(reply.status, 422);
  EXPECT_EQ(reply.header("content-type"), "application/problem+json");
  EXPECT_EQ(
      reply.body,
      R"({"type":"com.wrong","status":422,"detail":"why \"not\"","args":["why \"not\"",2],"kwargs":{"k":1}})");
  for (const auto& [uri, status] : std::map<std::string, int>{{"wamp.error.invalid_argument", 400},
                                                              {"wamp.error.not_authorized", 403},
                                                              {"wamp.error.payload_size_exceeded", 413},
                                                              {"wamp.error.too_many_requests", 429},
                                                              {"wamp.error.unavailable", 503},
                                                              {"wamp.error.no_available_callee", 503},
                                                              {"wamp.error.timeout", 504}})
    EXPECT_EQ(call(echo, "", "[8,68,", ",{},\"" + uri + "\"]").status, status) << uri;
  for (const std::string uri : {"wamp.error.unavailable", "wamp.error.no_available_callee"})
    EXPECT_FALSE(call(echo, "", "[8,68,", ",{},\"" + uri + "\"]").header("retry-after").empty()) << uri;
  EXPECT_EQ(post("/api/call/com.nobody").status, 404);
  EXPECT_EQ(post("/api/call/com.secret.x").status, 403);
  EXPECT_EQ(post("/api/publish/com.secret.x").status, 403);
}

TEST_F(HttpApi, EndsACallWhenTheRequestSaysSo) {
  start();
  WampClient black_hole = callee();
  const HttpReply reply = post("/api/call/com.proc", "", "Wamp-Timeout-Ms: 20\r\n");
  EXPECT_EQ(reply.status, 504);
  EXPECT_THAT(reply.body, HasSubstr(R"("type":"wamp.error.timeout")"));
  for (const char* wrong : {"0", "-1", "x", "1.5", "99999999999999999999999"})
    EXPECT_EQ(post("/api/call/com.proc", "", std::string("Wamp-Timeout-Ms: ") + wrong + "\r\n").status, 400);
}

TEST_F(HttpApi, PublishesByTheUriInThePath) {
  start();
  WampClient subscriber = router->join(Format::json);
  subscriber.says(R"([32,1,{},"com.topic"])");
  subscriber.hears();
  const HttpReply reply = post("/api/publish/com.topic", R"(["x"])");
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.body, testing::MatchesRegex(R"(\{"publication":[0-9]+\})"));
  EXPECT_THAT(subscriber.hears(), HasSubstr(R"(,{},["x"]])"));
}

TEST_F(HttpApi, RefusesWhatItDoesNotUnderstand) {
  start();
  const auto status = [&](const std::string& path, const std::string& body = "",
                          const std::string& headers = "") { return post(path, body, headers).status; };
  EXPECT_EQ(status("/api"), 404);
  EXPECT_EQ(status("/api/call"), 404);
  EXPECT_EQ(status("/api/call/"), 400);
  EXPECT_EQ(status("/api/call/com..x"), 400);
  EXPECT_EQ(status("/api/call/com.%20x"), 400);
  EXPECT_EQ(status("/api/call/com.%0d%0aSet-Cookie:%20a"), 400);
  EXPECT_EQ(status("/api/call/com.%ff"), 400);
  EXPECT_EQ(status("/api/call/com.%00"), 400);
  EXPECT_EQ(status("/api/call/com.x", "{"), 400);
  EXPECT_EQ(status("/api/call/com.x", "1"), 400);
  EXPECT_EQ(status("/api/call/com.x", R"({"arg":[1]})"), 400);
  EXPECT_EQ(status("/api/call/com.x", "[\"\xff\"]"), 400);
  EXPECT_EQ(status("/api/call/com.x", "[1]", "Content-Type: text/plain\r\n"), 415);
  EXPECT_EQ(status("/api/call/com.x", "[1]", "Content-Type: application/json; charset=latin1\r\n"), 400);
  EXPECT_EQ(http_request(router->port(), "GET", "/api/call/com.x").status, 405);
  EXPECT_EQ(http_request(router->port(), "PUT", "/api/call/com.x").status, 405);
  EXPECT_EQ(http_request(router->port(), "DELETE", "/api/events").status, 405);
}

TEST_F(HttpApi, RefusesABodyThatIsLongerThanAMessage) {
  auto config = http_config();
  config.transports.front().limits.max_message_size = 16 * 1024;
  start(config);
  const HttpReply reply = post("/api/call/com.x", "[\"" + std::string(16 * 1024, 'x') + "\"]");
  EXPECT_EQ(reply.status, 413);
  EXPECT_EQ(post("/api/call/com.x", "[\"" + std::string(7 * 1024, 'x') + "\"]").status, 404);
}

TEST_F(HttpApi, HasNoMoreRequestsInFlightThanConfigured) {
  auto config = http_config(1);
  api(config).requests_in_flight = 2;
  start(config);
  WampClient slow = callee();
  RawClient one(router->port()), two(router->port());
  for (RawClient* client : {&one, &two}) client->send(http_post_bytes("/api/call/com.proc", ""));
  const std::string first = slow.hears();
  slow.hears();
  const HttpReply reply = post("/api/call/com.proc");
  EXPECT_EQ(reply.status, 429);
  EXPECT_FALSE(reply.header("retry-after").empty());
  slow.says("[70," + id_of(first) + ",{}]");
  EXPECT_EQ(one.read_http_reply().status, 200);
  EXPECT_EQ(post("/api/call/com.nobody").status, 404);
}

TEST_F(HttpApi, HasNoMoreRequestsInASecondThanTheRoleMay) {
  auto config = http_config(1);
  config.realms.front().roles.back().limits["messages_per_second"] = 3;
  start(config);
  int refused = 0;
  for (int i = 0; i < 8; ++i) refused += post("/api/call/com.nobody").status == 429;
  EXPECT_GT(refused, 0);
}

TEST_F(HttpApi, DescribesWhatTheAskerMayCall) {
  start();
  WampClient client = callee();
  for (const char* uri : {"com.secret.x", "org.other"}) {
    client.says(std::string("[64,2,{},\"") + uri + "\"]");
    client.hears();
  }
  const HttpReply reply = http_request(router->port(), "GET", "/api/openapi.json");
  EXPECT_EQ(reply.status, 200);
  const auto read = serializers::decode_json(reply.body);
  ASSERT_TRUE(read) << reply.body;
  const auto* const all = read->get<wamp::Dict>();
  EXPECT_EQ(*all->find("openapi"), wamp::Value("3.1.0"));
  std::vector<std::string> paths;
  for (const auto& [path, what] : *all->find("paths")->get<wamp::Dict>()) paths.push_back(path);
  EXPECT_THAT(paths, testing::ElementsAre("/call/com.proc", "/publish/{topic}", "/events"));
}

TEST_F(HttpApi, IsRefusedToPagesOfOtherOriginsInItsForm) {
  start();
  const std::string origin = "Origin: https://evil.example\r\n";
  for (const HttpReply& reply : {post("/api/call/com.x", "", origin),
                                 http_request(router->port(), "GET", "/api/events?topic=com.x", origin)}) {
    EXPECT_EQ(reply.status, 403);
    EXPECT_EQ(reply.header("content-type"), "application/problem+json");
    EXPECT_EQ(reply.header("cache-control"), "no-store");
    EXPECT_THAT(reply.body,
                StartsWith(R"({"type":"wamp.error.not_authorized","status":403,"detail":"pages of the)"));
  }
}

TEST_F(HttpApi, IsBesidePathsThatAlwaysAnswerTheSame) {
  auto config = http_config();
  auto& paths = config.transports.front().paths;
  paths.emplace("/value", config::JsonPath{.text = "[1]"});
  paths.emplace("/mine",
                config::JsonPath{.text = "2", .allow_cross_origin = false, .discourage_caching = true});
  paths.emplace("/old", config::RedirectPath{"https://new.example/x?y"});
  start(config);
  const auto get = [&](const std::string& path) {
    return http_request(router->port(), "GET", path, "Origin: https://any.example\r\n");
  };
  const HttpReply value = get("/value");
  EXPECT_EQ(std::to_string(value.status) + value.body, "200[1]");
  EXPECT_EQ(value.header("content-type"), "application/json; charset=utf-8");
  EXPECT_EQ(value.header("access-control-allow-origin"), "*");
  EXPECT_EQ(value.header("cache-control"), "");
  const HttpReply mine = get("/mine");
  EXPECT_EQ(mine.header("access-control-allow-origin"), "");
  EXPECT_THAT(mine.header("cache-control"), StartsWith("no-store"));
  const HttpReply old = get("/old");
  EXPECT_EQ(old.status, 302);
  EXPECT_EQ(old.header("location"), "https://new.example/x?y");
}

TEST_F(HttpApi, ServesARealmThatWantsItsRequestsCounted) {
  auto config = http_config(1);
  config.realms.front().sequential_request_ids = true;
  start(config);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(http_request(router->port(), "GET", "/api/openapi.json").status, 200);
    EXPECT_EQ(post("/api/call/com.nobody").status, 404);
  }
}

TEST_F(HttpApi, SaysWhenToComeBackIfTheRouterShutsDownBeforeTheAnswer) {
  start();
  std::optional<WampClient> slow(callee());
  RawClient rest(router->port()), crossbar(router->port()), stream(router->port());
  rest.send(http_post_bytes("/api/call/com.proc", ""));
  slow->hears();
  stream.send(http_post_bytes("/api/call/com.proc", "", "Accept: text/event-stream\r\n"));
  slow->hears();
  crossbar.send(http_post_bytes("/caller", R"({"procedure":"com.proc"})"));
  slow->hears();
  const std::string late_body = R"({"procedure":"com.none"})";
  RawClient late(router->port());
  late.send(http_head("/caller", late_body.size(), "Expect: 100-continue\r\n"));
  EXPECT_EQ(late.read_http_reply(true).status, 100);
  std::thread drain([&] {
    router->server().shut_down({.window_ms = 0, .deadline_ms = 100, .retry_after_ms = 7000},
                               std::chrono::seconds(5));
  });
  for (RawClient* const client : {&rest, &stream, &crossbar, &late}) {
    if (client == &late) late.send(late_body);
    const HttpReply reply = client->read_http_reply();
    EXPECT_EQ(reply.status, 503) << reply.body;
    EXPECT_GE(std::stoi("0" + reply.header("retry-after")), 7) << reply.body;
  }
  slow.reset();
  drain.join();
}

// ---- progress

TEST_F(HttpApi, TellsProgressAsServerSentEvents) {
  start();
  WampClient worker = router->connect(Format::json);
  worker.says(
      R"([1,"realm1",{"roles":{"callee":{"features":{"progressive_call_results":true,"call_canceling":true}}}}])");
  worker.hears();
  worker.says(R"([64,1,{},"com.proc"])");
  worker.hears();
  RawClient client(router->port());
  client.send(http_post_bytes("/api/call/com.proc", "", "Accept: text/event-stream\r\n"));
  const std::string invocation = worker.hears();
  EXPECT_THAT(invocation, HasSubstr(R"("receive_progress":true)"));
  const std::string id = id_of(invocation);
  worker.says("[70," + id + R"(,{"progress":true},[1]])");
  worker.says("[70," + id + R"(,{"progress":true},[2]])");
  worker.says("[70," + id + ",{},[\"done\"]]");
  const std::string all = client.read_to_end();
  EXPECT_THAT(all, StartsWith("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"));
  EXPECT_EQ(all.substr(all.find("\r\n\r\n") + 4),
            "event: progress\ndata: {\"args\":[1]}\n\nevent: progress\ndata: {\"args\":[2]}\n\n"
            "event: result\ndata: {\"args\":[\"done\"]}\n\n");

  RawClient fails(router->port());
  fails.send(http_post_bytes("/api/call/com.proc", "", "Accept: text/event-stream\r\n"));
  const std::string failing = id_of(worker.hears());
  worker.says("[70," + failing + R"(,{"progress":true},[1]])");
  worker.says("[8,68," + failing + R"(,{},"com.wrong",["why"]])");
  EXPECT_THAT(
      fails.read_to_end(),
      testing::EndsWith("event: progress\ndata: {\"args\":[1]}\n\nevent: error\ndata: "
                        "{\"type\":\"com.wrong\",\"status\":422,\"detail\":\"why\",\"args\":[\"why\"]}\n\n"));

  RawClient leaves(router->port());
  leaves.send(http_post_bytes("/api/call/com.proc", "", "Accept: text/event-stream\r\n"));
  const std::string next = worker.hears();
  worker.says("[70," + id_of(next) + R"(,{"progress":true},[1]])");
  leaves.read(10);
  leaves.reset();
  EXPECT_THAT(worker.hears(), HasSubstr(R"({"mode":"killnowait"})"));
}

TEST_F(HttpApi, TellsAnErrorOfAStreamByItsStatusIfNothingWasToldBefore) {
  start();
  const HttpReply reply = post("/api/call/com.nobody", "", "Accept: text/event-stream\r\n");
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(reply.header("content-type"), "application/problem+json");
  WampClient black_hole = callee();
  EXPECT_EQ(post("/api/call/com.proc", "", "Accept: text/event-stream\r\nWamp-Timeout-Ms: 20\r\n").status,
            504);
}

// ---- who asks

class HttpIdentities : public HttpApi {
 protected:
  static config::Config config() {
    auto config = http_config();
    api(config).role.clear();
    config::AuthMethod tickets;
    for (const char* name : {"joe", "ann"}) {
      config::Principal principal{.role = "web"};
      principal.secret = std::string(name) + "s-ticket";
      tickets.principals.emplace(name, principal);
    }
    tickets.decoy_key = "decoy";
    api(config).auth.emplace("ticket", tickets);
    return config;
  }
  static std::string bearer(const std::string& token) { return "Authorization: Bearer " + token + "\r\n"; }
  static std::string token_until(int seconds_from_now) {
    const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    return test_support::sign_token(R"({"sub":"ann","exp":)" + std::to_string(now + seconds_from_now) + "}",
                                    secret);
  }
  static constexpr std::string_view secret = "a secret of the issuer, long enough";
  // As whom a call is made that discloses its caller.
  std::string caller(WampClient& callee, const std::string& headers) {
    RawClient client(router->port());
    client.send(http_post_bytes("/api/call/com.proc", R"({"options":{"disclose_me":true}})", headers));
    const std::string invocation = callee.hears();
    callee.says("[70," + id_of(invocation) + ",{}]");
    EXPECT_EQ(client.read_http_reply().status, 200);
    const size_t begin = invocation.find(R"("caller_authid":")") + 17;
    return invocation.substr(begin, invocation.find('"', begin) - begin);
  }
};

TEST_F(HttpIdentities, AreThoseOfTheirTickets) {
  start(config());
  WampClient asked = callee();
  EXPECT_EQ(caller(asked, bearer("joes-ticket")), "joe");
  EXPECT_EQ(caller(asked, bearer("anns-ticket")), "ann");
  EXPECT_EQ(caller(asked, bearer("joes-ticket")), "joe");
  EXPECT_EQ(caller(asked, "Authorization: Basic " + text::to_base64("ann:anns-ticket") + "\r\n"), "ann");
}

TEST_F(HttpIdentities, AreNoneWithoutATicketThatIsRight) {
  auto slow = config();
  slow.transports.front().limits.max_login_delay_ms = 0;
  start(slow);
  const HttpReply none = post("/api/call/com.x");
  EXPECT_EQ(none.status, 401);
  EXPECT_EQ(none.header("www-authenticate"), "Bearer");
  for (const std::string& headers : {bearer("wrong"), bearer(""), std::string("Authorization: Digest x\r\n"),
                                     "Authorization: Basic " + text::to_base64("joe:anns-ticket") + "\r\n",
                                     std::string("Authorization: Basic !\r\n")})
    EXPECT_EQ(post("/api/call/com.x", "", headers).status, 401) << headers;
  EXPECT_EQ(http_request(router->port(), "GET", "/api/events?topic=com.x", bearer("wrong")).status, 401);
}

TEST_F(HttpIdentities, AreThoseOfTheirTokens) {
  auto with_tokens = config();
  with_tokens.transports.front().limits.max_login_delay_ms = 0;
  config::AuthMethod tokens;
  tokens.default_role = "web";
  tokens.token.emplace();
  tokens.token->keys = {crypto::web_key_of_secret(secret)};
  api(with_tokens).auth.emplace("jwt", tokens);
  start(with_tokens);
  WampClient asked = callee();
  EXPECT_EQ(caller(asked, bearer(token_until(3600))), "ann");
  EXPECT_EQ(post("/api/call/com.proc", "", bearer(token_until(-3600))).status, 401);
  EXPECT_EQ(post("/api/call/com.proc", "", bearer(token_until(3600) + "x")).status, 401);
}

TEST_F(HttpIdentities, AreToldWhatTheyMayCall) {
  start(config());
  WampClient client = callee();
  const auto get = [&](const std::string& headers) {
    return http_request(router->port(), "GET", "/api/openapi.json", headers);
  };
  EXPECT_EQ(get("").status, 401);
  EXPECT_THAT(get(bearer("joes-ticket")).body,
              testing::AllOf(HasSubstr(R"("/call/com.proc":)"), HasSubstr(R"("bearer":{"type":"http")")));
}

TEST_F(HttpIdentities, MustBeToldBeforeTheBodyComes) {
  start(config());
  const auto status = [&](const std::string& headers) {
    return answer_to_head(router->port(), "/api/call/com.x", 100, headers).status;
  };
  EXPECT_EQ(status(""), 401);
  EXPECT_EQ(status("Authorization: Digest x\r\n"), 401);
  EXPECT_EQ(status(bearer("wrong")), 100);  // the login says no
}

TEST_F(HttpIdentities, AreProvedBeforeALongBodyComes) {
  auto strict = config();
  strict.transports.front().limits.failed_logins_per_address = 2;
  start(strict);
  const auto status = [&](const std::string& headers) {
    return answer_to_head(router->port(), "/api/call/com.x", 100'000, headers).status;
  };
  const auto basic = [](const std::string& both) {
    return "Authorization: Basic " + text::to_base64(both) + "\r\n";
  };
  EXPECT_EQ(status(bearer("joes-ticket")), 100);
  EXPECT_EQ(status(basic("ann:anns-ticket")), 100);
  EXPECT_EQ(status(basic("ann:joes-ticket")), 401);
  // That is a failed login as any other is.
  int guesses = 0;
  while (status(bearer("guess" + std::to_string(guesses))) == 401 && guesses < 100) ++guesses;
  EXPECT_LT(guesses, 100);
  EXPECT_EQ(status(bearer("another guess")), 429);
}

TEST_F(HttpIdentities, OfOthersKnowledgeSendNoLongBodies) {
  auto dynamic = config();
  api(dynamic).auth.at("ticket").principals.clear();
  api(dynamic).auth.at("ticket").authenticator =
      config::Authenticator{.procedure = "com.auth", .realm = "realm1"};
  start(dynamic);
  const std::string ann = "Authorization: Basic " + text::to_base64("ann:anns-ticket") + "\r\n";
  EXPECT_EQ(answer_to_head(router->port(), "/api/call/com.x", 100, ann).status, 100);
  EXPECT_EQ(answer_to_head(router->port(), "/api/call/com.x", 100'000, ann).status, 413);
}

TEST_F(HttpIdentities, GiveWayToOthersWhenThereIsNoRoom) {
  auto narrow = config();
  narrow.workers = 1;
  api(narrow).max_identities = 1;
  start(narrow);
  WampClient asked = callee();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(caller(asked, bearer("joes-ticket")), "joe");
    EXPECT_EQ(caller(asked, bearer("anns-ticket")), "ann");
  }
}

TEST_F(HttpIdentities, ComeInAgainIfTheirSessionIsKilled) {
  start(config());
  WampClient asked = callee();
  EXPECT_EQ(caller(asked, bearer("joes-ticket")), "joe");
  asked.says(R"([48,2,{},"wamp.session.kill_by_authid",["joe"]])");
  EXPECT_THAT(asked.hears(), StartsWith("[50,2,"));
  while (post("/api/call/com.nobody", "", bearer("joes-ticket")).status == 503) {
  }
  EXPECT_EQ(caller(asked, bearer("joes-ticket")), "joe");
}

}  // namespace
}  // namespace router
