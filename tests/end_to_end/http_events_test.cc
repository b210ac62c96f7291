// Events as Server-Sent Events.
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/end_to_end/http_fixture.h"

namespace router {
namespace {

using serializers::Format;
using test_support::HttpReply;
using test_support::RawClient;
using testing::HasSubstr;
using testing::StartsWith;

// A client of a stream that has begun.
class EventSource {
 public:
  EventSource(uint16_t port, const std::string& query, const std::string& headers = "") : raw_(port) {
    raw_.send("GET /api/events?" + query + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n");
    head_ = next_block("\r\n\r\n");
  }
  const std::string& head() const { return head_; }
  // The lines of the next event. Comments are left out, and so is an id alone.
  std::string next() {
    for (;;) {
      std::string event = next_block("\n\n");
      if (event.starts_with("id: ")) last_id_ = event.substr(4, event.find('\n') - 4);
      if (event != ":\n\n" && event != "id: " + last_id_ + "\n\n") return event;
    }
  }
  // What a browser would come back with, once it is this.
  void await_id(const std::string& id) {
    while (last_id_ != id) {
      const std::string block = next_block("\n\n");
      if (block.starts_with("id: ")) last_id_ = block.substr(4, block.find('\n') - 4);
    }
  }
  // What its data says, without topic and publication.
  std::string data() {
    const std::string event = next();
    const size_t publication = event.find("\"publication\":");
    if (publication == event.npos) return event;
    return "{" +
           event.substr(event.find(',', publication) + 1, event.size() - event.find(',', publication) - 3);
  }
  RawClient& raw() { return raw_; }

 private:
  std::string next_block(const std::string& end) {
    std::string block;
    while (!block.ends_with(end)) block += raw_.read(1);
    return block;
  }
  RawClient raw_;
  std::string head_, last_id_;
};

class HttpEvents : public testing::Test {
 protected:
  void start(config::Config config = http_config()) {
    router.emplace(std::move(config));
    publisher.emplace(router->join(Format::json));
  }
  // Returns the publication.
  std::string publish(const std::string& topic, const std::string& payload) {
    publisher->says("[16," + std::to_string(++requests) + R"(,{"acknowledge":true},")" + topic + "\"," +
                    payload + "]");
    const std::string published = publisher->hears();
    return published.substr(published.rfind(',') + 1, published.size() - published.rfind(',') - 2);
  }

  void shut_down(std::chrono::milliseconds patience) {
    router->server().shut_down({.window_ms = 0, .deadline_ms = 100, .retry_after_ms = 700}, patience);
  }

  std::optional<RunningServer> router;
  std::optional<WampClient> publisher;
  int requests = 0;
};

TEST_F(HttpEvents, ComeWithIdTopicAndArguments) {
  start();
  EventSource source(router->port(), "topic=com.a");
  EXPECT_THAT(source.head(), StartsWith("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"));
  const std::string id = publish("com.a", "[1,\"\xc3\xbc\"],{\"k\":\"a\\nb\"}");
  EXPECT_EQ(source.next(), "id: " + id + "\ndata: {\"topic\":\"com.a\",\"publication\":" + id +
                               ",\"args\":[1,\"\xc3\xbc\"],\"kwargs\":{\"k\":\"a\\nb\"}}\n\n");
  publish("com.a", "[1,\r\n 2]");
  EXPECT_EQ(source.data(), R"({"args":[1,   2]})");
}

TEST_F(HttpEvents, AreOfSeveralTopicsAndPatterns) {
  start();
  EventSource several(router->port(), "topic=com.a&topic=com.b"),
      prefix(router->port(), "topic=com.a&match=prefix"),
      wildcard(router->port(), "topic=com.a.&match=wildcard");
  publish("com.b", "[1]");
  publish("com.a.x", "[2]");
  publish("com.a", "[3]");
  EXPECT_THAT(several.next(), HasSubstr(R"("topic":"com.b")"));
  EXPECT_EQ(several.data(), R"({"args":[3]})");
  EXPECT_THAT(prefix.next(), HasSubstr(R"("topic":"com.a.x")"));
  EXPECT_THAT(wildcard.next(), HasSubstr(R"("topic":"com.a.x")"));
}

TEST_F(HttpEvents, AreRefusedWithAStatus) {
  start();
  const auto get = [&](const std::string& query) {
    return http_request(router->port(), "GET", "/api/events" + query).status;
  };
  EXPECT_EQ(get(""), 400);
  EXPECT_EQ(get("?topic="), 400);
  EXPECT_EQ(get("?topic=com..x"), 400);
  EXPECT_EQ(get("?topic=com.x&match=any"), 400);
  EXPECT_EQ(get("?topic=com.%ff"), 400);
  EXPECT_EQ(get("?topic=com.%00"), 400);
  EXPECT_EQ(get("?topic=com.secret.x"), 403);
  EXPECT_EQ(get("?topic=com.a&topic=com.secret.x"), 403);
  std::string many = "?topic=com.x";
  for (int i = 0; i < 16; ++i) many += "&topic=com.x" + std::to_string(i);
  EXPECT_EQ(get(many), 400);
}

TEST_F(HttpEvents, GoOnWhereTheClientWas) {
  auto config = http_config();
  config.realms.front().store.event_history.push_back({"com.kept", wamp::MatchPolicy::exact, 3});
  start(config);
  const std::string first = publish("com.kept", "[1]");
  publish("com.kept", "[2]");
  publish("com.kept", "[3]");
  EventSource source(router->port(), "topic=com.kept", "Last-Event-ID: " + first + "\r\n");
  publish("com.kept", "[4]");
  EXPECT_EQ(source.data(), R"({"args":[2],"replayed":true})");
  EXPECT_EQ(source.data(), R"({"args":[3],"replayed":true})");
  EXPECT_EQ(source.data(), R"({"args":[4]})");
  // What a browser says when it comes back is newer than the path, which stays the same.
  const std::string third = publish("com.kept", "[5]");
  EventSource again(router->port(), "topic=com.kept&last_event_id=" + first,
                    "Last-Event-ID: " + third + "\r\n");
  publish("com.kept", "[6]");
  EXPECT_EQ(again.data(), R"({"args":[6]})");
  // The history has forgotten it.
  EventSource late(router->port(), "topic=com.kept", "Last-Event-ID: " + first + "\r\n");
  EXPECT_EQ(late.next(), "event: reset\ndata: {\"topic\":\"com.kept\"}\n\n");
  publish("com.kept", "[7]");
  EXPECT_EQ(late.data(), R"({"args":[7]})");
  // There is none, or the id is another server's.
  EXPECT_THAT(EventSource(router->port(), "topic=com.a", "Last-Event-ID: 5\r\n").next(),
              StartsWith("event: reset"));
  EXPECT_THAT(EventSource(router->port(), "topic=com.kept&last_event_id=x").next(),
              StartsWith("event: reset"));
}

TEST_F(HttpEvents, GoOnForAClientThatHasHadNoneYet) {
  auto config = http_config();
  for (const char* topic : {"com.kept", "com.silent"})
    config.realms.front().store.event_history.push_back({topic, wamp::MatchPolicy::exact, 3});
  start(config);
  const std::string before = publish("com.kept", "[1]");
  EventSource(router->port(), "topic=com.kept").await_id(before);
  publish("com.kept", "[2]");
  EXPECT_EQ(EventSource(router->port(), "topic=com.kept", "Last-Event-ID: " + before + "\r\n").data(),
            R"({"args":[2],"replayed":true})");
  // Of these nothing is known that it could go on behind.
  for (const std::string topic : {"com.silent", "com.none"}) {
    EventSource(router->port(), "topic=" + topic).await_id("0");
    EXPECT_EQ(EventSource(router->port(), "topic=" + topic, "Last-Event-ID: 0\r\n").next(),
              "event: reset\ndata: {\"topic\":\"" + topic + "\"}\n\n");
  }
}

TEST_F(HttpEvents, OfOverlappingTopicsHaveNoIdWhileThePastIsComing) {
  auto config = http_config();
  for (const char* topic : {"com.a.b.", "com.a."})
    config.realms.front().store.event_history.push_back({topic, wamp::MatchPolicy::prefix, 100});
  start(config);
  const std::string first = publish("com.a.b.x", "[0]");
  publish("com.a.c", "[1]");
  const std::string last = publish("com.a.b.x", "[2]");
  EventSource source(router->port(), "match=prefix&topic=com.a.b.&topic=com.a.",
                     "Last-Event-ID: " + first + "\r\n");
  EXPECT_THAT(source.next(), StartsWith("data: ")) << "of com.a.b., while com.a. is yet to come";
  source.await_id(last);
}

TEST_F(HttpEvents, GoOnAfterMoreOfThemThanAreKeptForOneThatOpens) {
  auto config = http_config();
  for (const char* topic : {"com.a", "com.b"})
    config.realms.front().store.event_history.push_back({topic, wamp::MatchPolicy::exact, 2000});
  start(config);
  const std::string first = publish("com.a", "[0]");
  publish("com.b", "[0]");
  constexpr int missed = 1500;
  for (int i = 1; i <= missed; ++i) publish("com.a", "[" + std::to_string(i) + "]");
  EventSource source(router->port(), "topic=com.a&topic=com.b", "Last-Event-ID: " + first + "\r\n");
  bool is_b_reset = false;
  for (int i = 1; i <= missed;) {
    const std::string event = source.next();
    if (event == "event: reset\ndata: {\"topic\":\"com.b\"}\n\n")
      is_b_reset = true;
    else
      ASSERT_THAT(event, HasSubstr(",\"args\":[" + std::to_string(i++) + "],\"replayed\":true}"));
  }
  publish("com.b", "[\"live\"]");
  std::string event = source.next();
  if (!is_b_reset) {
    EXPECT_EQ(event, "event: reset\ndata: {\"topic\":\"com.b\"}\n\n");
    event = source.next();
  }
  EXPECT_THAT(event, HasSubstr(R"("args":["live"])"));
}

TEST_F(HttpEvents, OfASlowClientAreDroppedAsTheRoleSays) {
  auto config = http_config(1);
  config.realms.front().roles.back().slow_consumer = config::SlowConsumer::drop_oldest;
  config.transports.front().limits.max_queued_bytes = 1 << 20;
  start(config);
  EventSource source(router->port(), "topic=com.a");
  const std::string long_text(256 * 1024, 'x');
  for (int i = 0; i < 80; ++i) publish("com.a", "[\"" + long_text + "\"]");
  publish("com.a", R"(["last"])");
  constexpr size_t piece = 64 * 1024;
  publish("com.a", "[\"" + std::string(piece, 'x') + "\"]");  // so that whole pieces come
  std::string all;
  const auto begin = [&all] { return all.size() - std::min(all.size(), piece + 16); };
  while (all.find("[\"last\"]", begin()) == all.npos) all += source.raw().read(piece);
  EXPECT_NE(all.find("\"lost\":"), all.npos);
}

TEST_F(HttpEvents, OfASlowClientEndIfTheRoleSaysNothing) {
  auto config = http_config(1);
  config.transports.front().limits.max_queued_bytes = 1 << 20;
  start(config);
  EventSource source(router->port(), "topic=com.a");
  const std::string long_text(256 * 1024, 'x');
  for (int i = 0; i < 80; ++i) publish("com.a", "[\"" + long_text + "\"]");
  EXPECT_LT(source.raw().read_to_end().size(), 80 * long_text.size());
}

TEST_F(HttpEvents, EndWithWhenToComeBackInADrain) {
  start();
  std::optional<EventSource> source(std::in_place, router->port(), "topic=com.a");
  std::thread drain([&] { shut_down(std::chrono::seconds(5)); });
  EXPECT_THAT(source->next(), testing::MatchesRegex("retry: [0-9]+\n\n"));
  EXPECT_TRUE(source->raw().ended());
  source.reset();
  publisher.reset();
  drain.join();
}

TEST_F(HttpEvents, AreNoMoreStreamsThanConfigured) {
  auto config = http_config(1);
  std::get<config::ApiPath>(config.transports.front().paths.at("/api")).event_streams = 1;
  start(config);
  {
    EventSource one(router->port(), "topic=com.a");
    EXPECT_EQ(http_request(router->port(), "GET", "/api/events?topic=com.a").status, 429);
    // Of a browser, which would take that for the end.
    const HttpReply reply =
        http_request(router->port(), "GET", "/api/events?topic=com.a", "Accept: text/event-stream\r\n");
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.header("content-type"), "text/event-stream");
    EXPECT_EQ(reply.body, ": too many streams of this path are open\nretry: 5000\n\n");
  }
  while (!EventSource(router->port(), "topic=com.a").head().starts_with("HTTP/1.1 200")) {
  }
}

}  // namespace
}  // namespace router
