// Paths for plain HTTP requests in a configuration, and what is wrong with some.
#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router/config/inventory.h"
#include "tests/router/config/config_text.h"

namespace router::config::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

Path path_of(const std::string& path) {
  return transport_of(with_paths("{\"x\": " + path + "}")).paths.at("/x");
}

std::string wrong(const std::string& path) {
  return error_of(with_paths("{\"x\": " + path + "}"));
}

TEST(HttpPaths, HaveDefaults) {
  const auto caller = std::get<BridgePath>(path_of(R"({"type": "caller", "realm": "realm1"})"));
  EXPECT_EQ(caller.role, "anonymous");
  EXPECT_EQ(caller.timeout_ms, 30000u);
  EXPECT_EQ(caller.timestamp_delta_limit_s, 300u);
  EXPECT_EQ(caller.post_body_limit, 0u);
  const auto webhook = std::get<BridgePath>(
      path_of(R"({"type": "webhook", "realm": "realm1", "options": {"topic": "com.x"}})"));
  EXPECT_EQ(webhook.success_response, "OK");
  EXPECT_EQ(webhook.error_response, "NOT OK");
  const auto api = std::get<ApiPath>(path_of(R"({"type": "http", "realm": "realm1", "role": "anonymous"})"));
  EXPECT_EQ(api.max_identities, 10000u);
  EXPECT_EQ(api.timeout_ms, 30000u);
}

TEST(HttpPaths, SayWhoSomebodyIsOrThatEverybodyIsTheSame) {
  const auto api = std::get<ApiPath>(path_of(R"({"type": "http", "realm": "realm1", "auth": {
      "ticket": {"type": "static", "principals": {"joe": {"ticket": "t", "role": "anonymous"}}}}})"));
  EXPECT_EQ(api.auth.at("ticket").principals.at("joe").secret, "t");
  EXPECT_THAT(wrong(R"({"type": "http", "realm": "realm1"})"), HasSubstr("expected \"role\""));
  EXPECT_THAT(wrong(R"({"type": "http", "realm": "realm1", "role": "anonymous", "auth": {}})"),
              HasSubstr("expected \"role\""));
  EXPECT_THAT(
      wrong(R"({"type": "http", "realm": "realm1", "auth": {"wampcra": {"type": "static", "principals":
                        {"joe": {"secret": "s", "role": "anonymous"}}}}})"),
      EndsWith("a request proves who it is by \"ticket\" or \"jwt\", or is \"anonymous\""));
}

TEST(HttpPaths, AreOfRealmsAndRolesThatThereAre) {
  EXPECT_THAT(wrong(R"({"type": "caller", "realm": "realm2"})"),
              EndsWith("x.realm: there is no realm \"realm2\"; did you mean \"realm1\"?"));
  EXPECT_THAT(wrong(R"({"type": "caller", "realm": "realm1", "role": "web"})"),
              EndsWith("x.role: realm \"realm1\" has no role \"web\""));
  EXPECT_THAT(wrong(R"({"type": "publisher"})"), HasSubstr("\"realm\""));
}

TEST(HttpPaths, TellTheProcessOnlyIfTheyAreToldTo) {
  EXPECT_FALSE(std::get<NodeInfoPath>(path_of(R"({"type": "nodeinfo"})")).process);
  EXPECT_TRUE(
      std::get<NodeInfoPath>(path_of(R"({"type": "nodeinfo", "options": {"process": true}})")).process);
  EXPECT_THAT(wrong(R"({"type": "nodeinfo", "options": {"pid": true}})"), HasSubstr("unknown key \"pid\""));
}

TEST(HttpPaths, HaveOptionsThatAreRight) {
  const auto option = [](const std::string& text) {
    return wrong(R"({"type": "caller", "realm": "realm1", "options": {)" + text + "}}");
  };
  EXPECT_THAT(option(R"("key": "a")"), HasSubstr("belong together"));
  EXPECT_THAT(option(R"("require_ip": ["here"])"), HasSubstr("expected a network"));
  EXPECT_THAT(option(R"("topic": "com.x")"), HasSubstr("unknown key \"topic\""));
  EXPECT_THAT(option(R"("timestamp_delta_limit": 86401)"), HasSubstr("86400"));
  EXPECT_THAT(option(R"("post_body_limit": -1)"), HasSubstr("post_body_limit"));
  EXPECT_THAT(wrong(R"({"type": "webhook", "realm": "realm1", "options": {}})"), HasSubstr("\"topic\""));
  EXPECT_THAT(wrong(R"({"type": "redirect", "url": "http://a\r\nb"})"), HasSubstr("expected a URL"));
  EXPECT_THAT(wrong(R"({"type": "json"})"), HasSubstr("\"value\""));
}

TEST(HttpPaths, AreToldWithoutTheirSecrets) {
  const Config config = parse(with_paths(R"({"x": {"type": "caller", "realm": "realm1",
      "options": {"key": "joe", "secret": "hush", "require_tls": true}}})"));
  const std::string text = to_text(inventory(config));
  EXPECT_THAT(text,
              HasSubstr("path /x: caller: realm \"realm1\", role \"anonymous\", signed with key \"joe\", "
                        "only over TLS, at most 30000 ms"));
  EXPECT_THAT(text, testing::Not(HasSubstr("hush")));
}

TEST(HttpPaths, ServeJsonAsItIsWrittenOrPretty) {
  EXPECT_EQ(std::get<JsonPath>(path_of(R"({"type": "json", "value": [1, {"a": "\u0001\n"}]})")).text,
            R"([1,{"a":"\u0001\u000a"}])");
  EXPECT_EQ(std::get<JsonPath>(
                path_of(R"({"type": "json", "value": {"a": [1], "b": []}, "options": {"prettify": true}})"))
                .text,
            "{\n   \"a\": [\n      1\n   ],\n   \"b\": []\n}");
}

TEST(HttpPaths, ReplaceVariablesInTheStringsOfJson) {
  setenv("WAMPD_TEST_JSON", "a \"value\"", 1);
  EXPECT_EQ(
      std::get<JsonPath>(path_of(R"({"type": "json", "value": {"$WAMPD_TEST_JSON": ["is $WAMPD_TEST_JSON",
                                       "$$5"]}})"))
          .text,
      R"({"$WAMPD_TEST_JSON":["is a \"value\"","$5"]})");
  unsetenv("WAMPD_TEST_JSON");
  EXPECT_THAT(wrong(R"({"type": "json", "value": {"a": ["$WAMPD_TEST_JSON"]}})"),
              HasSubstr("x.value.a[0]: the environment variable \"WAMPD_TEST_JSON\" is not set"));
}

}  // namespace
}  // namespace router::config::test
