// What is told to those who watch the router.
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router/config/file/config_file.h"
#include "tests/end_to_end/server_fixture.h"

namespace router {
namespace {

using serializers::Format;
using test_support::HttpReply;
using test_support::RawClient;
using testing::ElementsAreArray;
using testing::HasSubstr;

class Watching : public testing::Test {
 protected:
  HttpReply get(const std::string& path) {
    RawClient client(router.port());
    client.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return client.read_http_reply();
  }
  // Of the metric with exactly these labels, as text; "" if there is none.
  std::string value(const std::string& metric) {
    std::istringstream lines(get("/metrics").body);
    for (std::string line; std::getline(lines, line);)
      if (line.starts_with(metric + " ")) return line.substr(metric.size() + 1);
    return "";
  }

  RunningServer router;
};

TEST_F(Watching, ItIsReadyAndAlive) {
  EXPECT_EQ(get("/ready").status, 200);
  EXPECT_EQ(get("/health").status, 200);
  EXPECT_EQ(value("wampd_ready"), "1");
}

TEST_F(Watching, MetricsAreInPrometheusFormat) {
  const HttpReply reply = get("/metrics");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(reply.body, HasSubstr("# TYPE wampd_sessions gauge\n"));
  EXPECT_THAT(reply.body, HasSubstr("\nwampd_build_info{version=\""));
}

TEST_F(Watching, LimitsAreToldAndFollowAReload) {
  const std::string limit = "wampd_limit{of=\"realm realm1\",name=\"uri_length\"}";
  EXPECT_EQ(value(limit), "4096");
  config::Config config = test_config();
  config.realms.front().limits.uri_length = 99;
  router.server().reload(config);
  EXPECT_EQ(value(limit), "99");
}

TEST_F(Watching, WorkersAreAddedUpAndRealmsAreNamed) {
  std::vector<WampClient> clients;
  for (int i = 0; i < 4; ++i) clients.push_back(router.join(Format::json));
  EXPECT_EQ(value("wampd_sessions_opened_total"), "4");
  EXPECT_EQ(value("wampd_sessions{realm=\"realm1\"}"), "4");
  EXPECT_EQ(value("wampd_messages_received_total{type=\"HELLO\"}"), "4");
  EXPECT_EQ(value("wampd_workers"), "2");
  clients.front().says(R"([64,1,{},"com.p"])");
  clients.front().hears();
  clients.back().says(R"([48,1,{},"com.p"])");
  clients.front().hears();
  EXPECT_EQ(value("wampd_calls_in_flight{realm=\"realm1\"}"), "1");
  clients.front().says("[70,1,{}]");
  clients.back().hears();
  EXPECT_EQ(value("wampd_call_seconds_count{realm=\"realm1\"}"), "1");
  EXPECT_EQ(value("wampd_calls_in_flight{realm=\"realm1\"}"), "0");
}

TEST_F(Watching, WhatIsHeldForClientsIsToldByKind) {
  constexpr size_t much = 100'000;
  const auto held = [this](const std::string& kind) {
    return std::stoul(value("wampd_held_bytes{kind=\"" + kind + "\"}"));
  };
  EXPECT_EQ(held("testaments"), 0u);
  WampClient client = router.join(Format::json);
  client.says(R"([48,1,{},"wamp.session.add_testament",["com.gone",[")" + std::string(much, 'x') +
              R"("],{}]])");
  client.hears();
  EXPECT_GE(held("testaments"), much);
  EXPECT_LT(held("testaments"), 2 * much);
  client.says(R"([16,2,{"retain":true,"acknowledge":true},"com.kept",[")" + std::string(much, 'x') +
              R"("]])");
  client.hears();
  EXPECT_GE(held("retained_events"), much);
  EXPECT_GT(held("connection"), 0u);
}

std::string operations_page() {
  std::ostringstream text;
  text << std::ifstream(std::filesystem::path(WAMPD_SOURCE_DIR) / "docs" / "operations.md").rdbuf();
  return text.str();
}

TEST(OperationsPage, ItsConfigurationAnswersAsThePageSays) {
  const std::string page = operations_page(), opening = "\n```jsonc\n";
  const size_t begin = page.find(opening) + opening.size();
  config::Config config =
      config::parse_config(page.substr(begin, page.find("\n```", begin) - begin), "page", "/");
  for (config::Transport& transport : config.transports) transport.port = 0;
  config.workers = 1;
  RunningServer router(config);
  const std::string prompt = "\n$ curl -s http://127.0.0.1:9090/ready\n";
  ASSERT_NE(page.find(prompt), std::string::npos);
  const std::string answer = page.substr(page.find(prompt) + prompt.size());
  RawClient client(router.server().port(1));
  client.send("GET /ready HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(client.read_http_reply().body, answer.substr(0, answer.find("```")));
}

// What `name` is in each line, and the metric it is of.
std::set<std::pair<std::string, std::string>> labels(const std::string& metrics, const std::string& name) {
  std::set<std::pair<std::string, std::string>> found;
  std::istringstream lines(metrics);
  const std::string label = name + "=\"";
  for (std::string line; std::getline(lines, line);) {
    const size_t at = line.find(label);
    if (line.starts_with('#') || at == line.npos) continue;
    const size_t begin = at + label.size();
    found.emplace(line.substr(0, line.find('{')), line.substr(begin, line.find('"', begin) - begin));
  }
  return found;
}

TEST_F(Watching, EveryReasonAndKindIsInTheRowOfItsMetric) {
  const std::string page = operations_page(), metrics = get("/metrics").body;
  for (const std::string name : {"reason", "kind"})
    for (const auto& [metric, label] : labels(metrics, name)) {
      const size_t row = page.find("| `" + metric + "` |");
      ASSERT_NE(row, page.npos) << metric;
      EXPECT_THAT(page.substr(row, page.find('\n', row) - row), HasSubstr("`" + label + "`")) << metric;
    }
}

TEST_F(Watching, EveryMetricIsInTheTableOfTheOperationsPage) {
  std::set<std::string> told, documented;
  std::istringstream lines(get("/metrics").body);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("# TYPE ")) told.insert(line.substr(7, line.find(' ', 7) - 7));
  std::istringstream page(operations_page());
  for (std::string line; std::getline(page, line);)
    if (line.starts_with("| `wampd_") || line.starts_with("| `process_"))
      documented.insert(line.substr(3, line.find('`', 3) - 3));
  EXPECT_THAT(documented, ElementsAreArray(told));
}

}  // namespace
}  // namespace router
