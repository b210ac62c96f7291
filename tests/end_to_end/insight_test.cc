// What a running router tells of itself: docs/insight.md.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/end_to_end/server_fixture.h"

namespace router {
namespace {

using serializers::Format;
using test_support::HttpReply;
using test_support::RawClient;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class Pages : public testing::Test {
 protected:
  // Everybody may do everything, and see messages with their arguments.
  static config::Config open_to_watchers() {
    config::Config config = test_config();
    config.metrics.procedures = {"com.counted.*"};
    config.realms.front().store.event_history.push_back({"com.kep", wamp::MatchPolicy::prefix});
    config.realms.front().limits.slow_call_ms = 1;
    config::Permission& all = config.realms.front().roles.front().permissions.back();
    EXPECT_EQ(all.uri, "wampd.");
    all.tap = all.tap_payload = true;
    auto& rules = config.realms.front().roles.front().permissions;
    rules.insert(rules.begin(), {.uri = "org.denied", .place = "here"});
    config.metrics.max_series = 2;
    return config;
  }
  HttpReply get(const std::string& path, const std::string& headers = "") {
    RawClient client(router.port());
    client.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n");
    return client.read_http_reply();
  }
  wamp::Dict page(const std::string& path) {
    const HttpReply reply = get(path);
    EXPECT_EQ(reply.status, 200) << path << ": " << reply.body;
    EXPECT_EQ(reply.header("content-type"), "application/json");
    const auto value = serializers::decode_json(reply.body);
    EXPECT_TRUE(value) << reply.body;
    return value ? *value->get<wamp::Dict>() : wamp::Dict();
  }
  static int64_t number(const wamp::Dict& dict, const std::string& name) {
    const wamp::Value* const value = dict.find(name);
    return value && value->get<int64_t>() ? *value->get<int64_t>() : -1;
  }
  static const wamp::List& list(const wamp::Dict& dict, const std::string& name) {
    return *dict.find(name)->get<wamp::List>();
  }
  static const wamp::Dict& entry(const wamp::List& list, size_t place) {
    return *list.at(place).get<wamp::Dict>();
  }
  std::string metric(const std::string& name) {
    std::istringstream lines(get("/metrics").body);
    for (std::string line; std::getline(lines, line);)
      if (line.starts_with(name + " ")) return line.substr(name.size() + 1);
    return "";
  }
  // A call of `caller` to `callee`, who has registered the procedure as its first request.
  void call(WampClient& caller, WampClient& callee, int request, const std::string& procedure) {
    caller.says("[48," + std::to_string(request) + ",{},\"" + procedure + "\",[\"argument\"]]");
    const std::string invocation = callee.hears();
    const size_t begin = invocation.find(',') + 1;
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
    callee.says("[70," + invocation.substr(begin, invocation.find(',', begin) - begin) + ",{},[\"result\"]]");
    caller.hears();
  }

  RunningServer router{open_to_watchers()};
};

TEST_F(Pages, SessionsAreListedInTheWordsOfNats) {
  std::vector<WampClient> clients;
  for (int i = 0; i < 5; ++i) clients.push_back(router.join(Format::json));
  clients[0].says(R"([32,1,{},"com.tick"])");
  clients[0].hears();
  const wamp::Dict connz = page("/connz?limit=2&offset=1&subs=1");
  EXPECT_EQ(number(connz, "num_connections"), 2);
  EXPECT_EQ(number(connz, "total"), 5);
  EXPECT_EQ(number(connz, "offset"), 1);
  const wamp::Dict most = page("/connz?sort=subs&subs=true&limit=1");
  const wamp::Dict& first = entry(list(most, "connections"), 0);
  EXPECT_EQ(number(first, "subscriptions"), 1);
  EXPECT_EQ(*entry(list(most, "connections"), 0).find("subscriptions_list"),
            wamp::Value(wamp::List{"com.tick"}));
  EXPECT_NE(first.find("cid"), nullptr);
  EXPECT_NE(first.find("pending_bytes"), nullptr);
}

TEST_F(Pages, ProceduresAndTopicsAreListedWithTheirNumbers) {
  WampClient callee = router.join(Format::json), caller = router.join(Format::json);
  callee.says(R"([64,1,{},"com.counted.add"])");
  callee.hears();
  callee.says(R"([64,2,{},"com.idle"])");
  callee.hears();
  for (int i = 1; i <= 3; ++i) call(caller, callee, i, "com.counted.add");
  const wamp::Dict procz = page("/procz?sort=calls&subs=1");
  EXPECT_EQ(number(procz, "total"), 2);
  const wamp::Dict& most = entry(list(procz, "procedures"), 0);
  EXPECT_EQ(*most.find("procedure"), wamp::Value("com.counted.add"));
  EXPECT_EQ(number(most, "calls"), 3);
  EXPECT_EQ(list(most, "callees_list").size(), 1u);
  EXPECT_EQ(number(page("/procz?state=active"), "total"), 1);
  caller.says(R"([16,9,{"acknowledge":true},"com.tick"])");
  caller.hears();
  EXPECT_EQ(number(entry(list(page("/topicz?sort=publications"), "topics"), 0), "publications"), 1);
  caller.says(R"([32,10,{},"com.heard"])");
  caller.hears();
  const wamp::Dict one = page("/topicz?limit=1");
  EXPECT_EQ(number(one, "total"), 2);
  EXPECT_EQ(list(one, "topics").size(), 1u);
  EXPECT_EQ(number(page("/topicz?state=active"), "total"), 1);
}

TEST_F(Pages, DenialsAreListedWithTheirReasons) {
  WampClient client = router.join(Format::json);
  client.says(R"([48,1,{},"org.denied"])");
  EXPECT_THAT(client.hears(), HasSubstr("wamp.error.not_authorized"));
  const wamp::Dict deniedz = page("/deniedz");
  EXPECT_EQ(number(deniedz, "num_denials"), 1);
  const wamp::Dict& denial = entry(list(deniedz, "denials"), 0);
  EXPECT_EQ(*denial.find("realm"), wamp::Value("realm1"));
  EXPECT_EQ(*denial.find("authrole"), wamp::Value("anonymous"));
  EXPECT_EQ(*denial.find("action"), wamp::Value("call"));
  EXPECT_EQ(*denial.find("uri"), wamp::Value("org.denied"));
  EXPECT_EQ(*denial.find("reason"), wamp::Value("the rule at here decides"));
}

TEST_F(Pages, EventsOfATopicAreThoseThatSubscribersOnAllWorkersWereGiven) {
  WampClient publisher = router.join(Format::json);
  std::vector<WampClient> subscribers;  // some on each of two workers
  std::string excluded;
  for (int i = 0; i < 8; ++i) {
    subscribers.push_back(router.connect(Format::json));
    excluded = subscribers.back().joins();
    // Half of them by a pattern.
    subscribers.back().says(i % 2 == 0 ? R"([32,1,{},"com.tick"])" : R"([32,1,{"match":"prefix"},"com.ti"])");
    subscribers.back().hears();
  }
  publisher.says(R"([32,1,{},"com.tick"])");
  publisher.hears();
  const auto publish = [&](const std::string& options, const std::string& topic = "com.tick") {
    publisher.says("[16,2,{\"acknowledge\":true" + options + "},\"" + topic + "\",[1]]");
    EXPECT_THAT(publisher.hears(), HasSubstr("[17,2,")) << "its own event is not for it";
  };
  publish("");
  publish("");
  for (WampClient& subscriber : subscribers)
    for (int i = 0; i < 2; ++i) subscriber.hears();
  publish(",\"exclude\":[" + excluded + "]");
  subscribers.pop_back();
  for (WampClient& subscriber : subscribers) subscriber.hears();
  publish("", "com.nobody");

  const wamp::Dict topicz = page("/topicz?sort=events&state=active");
  const wamp::Dict& tick = entry(list(topicz, "topics"), 0);
  EXPECT_EQ(*tick.find("topic"), wamp::Value("com.tick"));
  EXPECT_EQ(number(tick, "publications"), 3);
  EXPECT_EQ(number(tick, "events"), 8 + 8 + 7);
  EXPECT_EQ(number(tick, "error_bound"), 0);
  const wamp::Dict& nobody = entry(list(topicz, "topics"), 1);
  EXPECT_EQ(*nobody.find("topic"), wamp::Value("com.nobody"));
  EXPECT_EQ(number(nobody, "publications"), 1);
  EXPECT_EQ(number(nobody, "events"), 0);
}

TEST_F(Pages, EventsThatAHistoryBringsLaterAreNotThoseOfATopic) {
  WampClient publisher = router.join(Format::json), late = router.join(Format::json);
  publisher.says(R"([16,1,{"acknowledge":true,"retain":true},"com.kept",[1]])");
  publisher.hears();
  late.says(R"([32,1,{"get_retained":true},"com.kept"])");
  late.hears();
  EXPECT_THAT(late.hears(), HasSubstr("[36,"));
  late.says(R"([32,2,{"match":"prefix","_replay":{}},"com.kep"])");
  EXPECT_THAT(late.hears(), HasSubstr("[33,2,"));
  EXPECT_THAT(late.hears(), HasSubstr("[36,"));
  const auto events = [this] {
    return number(entry(list(page("/topicz?state=active"), "topics"), 0), "events");
  };
  EXPECT_EQ(events(), 0);
  publisher.says(R"([16,2,{"acknowledge":true},"com.kept",[2]])");
  publisher.hears();
  for (int i = 0; i < 2; ++i) late.hears();
  EXPECT_EQ(events(), 2);
}

TEST_F(Pages, TheWholeIsToldInNumbers) {
  WampClient callee = router.join(Format::json), caller = router.join(Format::json);
  callee.says(R"([64,1,{},"com.counted.add"])");
  callee.hears();
  call(caller, callee, 1, "com.counted.add");
  const wamp::Dict varz = page("/varz");
  EXPECT_EQ(number(varz, "sessions"), 2);
  EXPECT_EQ(number(varz, "calls"), 1);
  EXPECT_EQ(number(varz, "slow_calls"), 1);
  EXPECT_EQ(number(entry(list(varz, "realms"), 0), "registrations"), 1);
}

TEST_F(Pages, LifeAndReadinessAreToldAsJson) {
  for (const std::string path : {"/healthz", "/livez", "/readyz"})
    EXPECT_EQ(*page(path).find("status"), wamp::Value("ok")) << path;
}

TEST_F(Pages, WhatIsWrongInAQueryIsSaid) {
  for (const auto& [path, text] :
       {std::pair("/connz?limit=0", "limit"), std::pair("/connz?limit=1025", "limit"),
        std::pair("/connz?sort=p99", R"(sort: expected \"rate\")"),
        std::pair("/connz?sort=idle", R"(sort: expected \"rate\")"),
        std::pair("/connz?order=rate", R"(expected \"limit\", \"offset\", \"realm\", \"sort\",)"),
        std::pair("/topicz?sort=idle", R"(sort: expected \"rate\")"),
        std::pair("/procz?state=open", R"(state: expected \"active\" or \"all\")"),
        std::pair("/procz?nonsense=1", "unknown option"), std::pair("/connz?realm=none", "no realm"),
        std::pair("/topicz?state=%zz", "malformed"),
        std::pair("/connz?offset=99999999999999999999", "offset"), std::pair("/connz?realm=%ff", "not UTF-8"),
        std::pair("/connz?%ff=1", "not UTF-8"),
        std::pair("/connz?state=closed", R"(state: expected \"open\", \"any\" or \"all\")")}) {
    const HttpReply reply = get(path);
    EXPECT_EQ(reply.status, 400) << path;
    EXPECT_THAT(reply.body, HasSubstr(text)) << path;
  }
}

TEST_F(Pages, OnlyGetIsServed) {
  RawClient client(router.port());
  client.send("POST /connz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(client.read_http_reply().status, 405);
}

// Some ask, and go before they are answered.
TEST_F(Pages, WhoDoesNotWaitForAPageHarmsNobody) {
  for (int i = 0; i < 50; ++i) {
    RawClient client(router.port());
    client.send("GET /connz HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  EXPECT_EQ(get("/readyz").status, 200);
}

TEST_F(Pages, OpenMetricsAreForWhoAsksForThem) {
  const HttpReply reply = get("/metrics", "Accept: application/openmetrics-text;version=1.0.0\r\n");
  EXPECT_EQ(reply.header("content-type"), "application/openmetrics-text; version=1.0.0; charset=utf-8");
  EXPECT_TRUE(reply.body.ends_with("\n# EOF\n"));
  EXPECT_THAT(reply.body,
              AllOf(HasSubstr("# TYPE wampd_sessions_opened counter\nwampd_sessions_opened_total "),
                    HasSubstr("ERRORs sent, by URI; \\\"other\\\" are")));
}

TEST_F(Pages, ProceduresThatTheConfigurationNamesAreLabels) {
  WampClient callee = router.join(Format::json), caller = router.join(Format::json);
  callee.says(R"([64,1,{"match":"prefix"},"com"])");
  callee.hears();
  call(caller, callee, 1, "com.counted.add");
  call(caller, callee, 2, "com.other");
  const std::string metrics = get("/metrics").body;
  EXPECT_THAT(metrics,
              HasSubstr("wampd_procedure_calls_total{realm=\"realm1\",procedure=\"com.counted.add\"} 1\n"));
  EXPECT_THAT(metrics, Not(HasSubstr("com.other")));
  const std::string labels = "{realm=\"realm1\",procedure=\"com.counted.add\"}";
  EXPECT_THAT(metrics, AllOf(HasSubstr("wampd_procedure_errors_total" + labels + " 0\n"),
                             HasSubstr("wampd_procedure_seconds_count" + labels + " 1\n")));
  caller.says(R"([48,3,{},"com.counted.add"])");
  const std::string invocation = callee.hears();
  callee.says("[8,68," + invocation.substr(4, invocation.find(',', 4) - 4) + R"(,{},"com.wrong"])");
  caller.hears();
  EXPECT_EQ(metric("wampd_procedure_errors_total" + labels), "1");
  for (int i = 4; i < 7; ++i) call(caller, callee, i, "com.counted.p" + std::to_string(i));
  const std::string more = get("/metrics").body;
  size_t series = 0;
  for (size_t at = 0; (at = more.find("\nwampd_procedure_calls_total{", at)) != more.npos; ++at) ++series;
  EXPECT_EQ(series, 2u) << "max_series";
}

TEST_F(Pages, ACallThatTakesLongIsCounted) {
  WampClient callee = router.join(Format::json), caller = router.join(Format::json);
  callee.says(R"([64,1,{},"com.slow"])");
  callee.hears();
  call(caller, callee, 1, "com.slow");
  EXPECT_EQ(metric("wampd_slow_calls_total{realm=\"realm1\"}"), "1");
}

// A metric that a file in docs names is there, or a series of it.
TEST_F(Pages, TheDashboardAndTheAlertsNameMetricsThatAreThere) {
  std::set<std::string> told;
  std::istringstream lines(get("/metrics").body);
  for (std::string line; std::getline(lines, line);)
    if (!line.starts_with('#')) told.insert(line.substr(0, line.find_first_of(" {")));
  // Without a loss, an error or a denial there is a series of it all the same.
  for (const char* const file : {"grafana/wampd.json", "prometheus/alerts.yml"}) {
    std::ostringstream text;
    text << std::ifstream(std::filesystem::path(WAMPD_SOURCE_DIR) / "docs" / file).rdbuf();
    const std::string content = text.str();
    const std::regex name("\\b(wampd|process)_[a-z0-9_]+");
    size_t names = 0;
    for (auto at = std::sregex_iterator(content.begin(), content.end(), name); at != std::sregex_iterator();
         ++at, ++names)
      EXPECT_TRUE(told.contains(at->str())) << file << ": " << at->str();
    EXPECT_GT(names, 8u) << file;
  }
}

TEST_F(Pages, ATapShowsWhatPassesAndNoSecrets) {
  WampClient ops = router.join(Format::json);
  ops.says(
      R"([48,1,{},"wampd.tap.start",[{"payload":true,"types":["CALL","RESULT","INVOCATION","YIELD"]}]])");
  EXPECT_THAT(ops.hears(), HasSubstr("\"wampd.tap.1\""));
  ops.says(R"([32,2,{},"wampd.tap.1"])");
  ops.hears();
  WampClient callee = router.join(Format::msgpack), caller = router.join(Format::json);
  callee.says(R"([64,1,{},"com.add"])");
  callee.hears();
  call(caller, callee, 1, "com.add");
  std::string all;
  for (int i = 0; i < 4; ++i) all += ops.hears() + "\n";
  EXPECT_THAT(all, AllOf(HasSubstr(R"("type":"CALL")"), HasSubstr(R"("type":"INVOCATION")"),
                         HasSubstr(R"("type":"YIELD")"), HasSubstr(R"("type":"RESULT")"),
                         HasSubstr(R"("args":["argument"])"), HasSubstr(R"("args":["result"])")));
  std::istringstream events(all);
  for (std::string event; std::getline(events, event);) {
    if (event.find("INVOCATION") != event.npos || event.find("YIELD") != event.npos) {
      EXPECT_THAT(event, Not(HasSubstr("args"))) << "these may be the router's own questions";
    }
  }
}

// Nobody reads what the tap shows: it is a slow subscriber like any other, and nobody waits for it.
TEST_F(Pages, ATapThatIsNotReadHoldsUpNobody) {
  WampClient ops = router.join(Format::json);
  ops.says(R"([48,1,{},"wampd.tap.start"])");
  ops.hears();
  ops.says(R"([32,2,{},"wampd.tap.1"])");
  ops.hears();
  WampClient callee = router.join(Format::json), caller = router.join(Format::json);
  callee.says(R"([64,1,{},"com.add"])");
  callee.hears();
  for (int i = 1; i <= 20; ++i) call(caller, callee, i, "com.add");
}

// Some call and publish, join and leave, while others look at everything: for the sanitizer of threads.
TEST_F(Pages, ManyWorkAndManyLook) {
  constexpr int rounds = 20;
  std::vector<std::thread> threads;
  for (int number = 0; number < 2; ++number)
    threads.emplace_back([this, number] {
      for (int round = 0; round < rounds; ++round) {
        WampClient client = router.join(Format::json);
        const std::string uri = "com.counted.p" + std::to_string(number) + "x" + std::to_string(round);
        client.says("[64,1,{},\"" + uri + "\"]");
        client.hears();
        client.says("[48,2,{},\"" + uri + "\"]");
        const std::string invocation = client.hears();
        client.says("[70," + invocation.substr(4, invocation.find(',', 4) - 4) + ",{}]");
        client.hears();
        client.says("[16,3,{\"acknowledge\":true},\"" + uri + "\"]");
        client.hears();
      }
    });
  threads.emplace_back([this] {
    for (int round = 0; round < rounds; ++round)
      for (const char* const path :
           {"/connz?subs=1", "/procz?subs=1", "/topicz", "/varz", "/deniedz", "/metrics"})
        EXPECT_EQ(get(path).status, 200) << path;
  });
  threads.emplace_back([this] {
    WampClient ops = router.join(Format::json);
    for (int round = 1; round <= rounds; ++round) {
      ops.says("[48," + std::to_string(2 * round) + ",{},\"wampd.tap.start\",[{\"payload\":true}]]");
      ops.hears();
      ops.says("[48," + std::to_string(2 * round + 1) + ",{},\"wampd.tap.stop\",[" + std::to_string(round) +
               "]]");
      ops.hears();
    }
  });
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace router
