#include "router/config/inventory.h"

#include "router/config/file/default_config.h"
#include "tests/router/config/config_text.h"

namespace router::config::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string told(const std::string& text) {
  return to_text(inventory(parse(text)));
}

TEST(Inventory, TellsWhatTheDefaultConfigurationServes) {
  EXPECT_EQ(to_text(inventory(default_config())), R"(transport 127.0.0.1:8080
  path /: the built-in page
  path /connz: monitor
  path /deniedz: monitor
  path /health: health
  path /healthz: monitor
  path /livez: monitor
  path /metrics: metrics
  path /procz: monitor
  path /ready: ready
  path /readyz: monitor
  path /topicz: monitor
  path /varz: monitor
  path /ws: WebSocket: msgpack, json, cbor
  RawSocket: msgpack, json, cbor
  authentication anonymous: role "anonymous"
  web pages of: the same host
realm "realm1"
  role "anonymous"
    rule prefix "": call, register, force_reregister, publish, subscribe
    rule prefix "wampd.": call, subscribe
)");
}

TEST(Inventory, TellsHowItShutsDownIfNotAsUsual) {
  EXPECT_THAT(told(R"({"drain": {"window_ms": 5}, "realms": )" + some_realms + R"(, "transports": )" +
                   some_transports + "}"),
              HasSubstr("drain window_ms: 5 (default 1000)\n"));
}

TEST(Inventory, TellsRulesWithTheirPlaces) {
  EXPECT_THAT(
      told(with_permission("\n"
                           R"({"uri": "com..x", "match": "wildcard", "allow": {"call": true},
                                     "disclose": {"caller": true}, "trustlevel": 3})")),
      HasSubstr("\n    rule wildcard \"com..x\": call, disclose caller, trustlevel 3 (wampd.jsonc:2:1, "
                "$.realms[0].roles[0].permissions[0])\n"));
  EXPECT_THAT(told(with_permission(R"({"uri": "a"})")), HasSubstr("rule exact \"a\": nothing allowed ("));
}

TEST(Inventory, TellsLimitsThatAreNotTheDefaults) {
  const std::string text = told(with_websocket(R"("limits": {"max_depth": 7, "ping_timeout_ms": 20000})"));
  EXPECT_THAT(text, HasSubstr("\n  limit max_depth: 7 (default 128)\n"));
  EXPECT_THAT(text, Not(HasSubstr("ping_timeout_ms")));
  EXPECT_THAT(told(with_realms(R"([{"name": "r", "limits": {"sessions": 5}, "uri_check": "strict",
                                    "roles": [{"name": "a", "permissions": []}]}])")),
              HasSubstr("\nrealm \"r\"\n  uri_check: strict\n  role \"a\": no rules, so it may do nothing\n"
                        "  limit sessions: 5 (default 100000)\n"));
}

TEST(Inventory, TellsAuthorizers) {
  EXPECT_THAT(
      told(with_realms(R"([{"name": "r", "roles": [{"name": "a", "authorizer": "com.auth",
                                    "authorizer_options": {"timeout_ms": 7, "cache_by": "role"}}]}])")),
      HasSubstr("\n  role \"a\": procedure \"com.auth\" decides within 7 ms; answers kept by role for "
                "60000 ms in 16777216 bytes; held 1000 requests, 1048576 bytes\n"));
}

TEST(Inventory, TellsStores) {
  EXPECT_THAT(told(with_realms(R"([{"name": "r", "roles": [{"name": "a", "permissions": []}],
      "store": {"type": "sqlite", "path": "r.db", "event-history": [{"uri": "com.x"}]}}])")),
              HasSubstr("  store: SQLite file \"/etc/wampd/r.db\", at most 67108864 bytes waiting\n"
                        "  event history exact \"com.x\": 100 events\n"));
}

TEST(Inventory, TellsEachTransportAsItIs) {
  const std::string text = told(with_transports(
      R"([{"type": "rawsocket", "endpoint": {"type": "unix", "path": "w.sock", "mode": "0660", "backlog": 9},
           "serializers": ["cbor"], "auth": {}},
          {"type": "websocket", "endpoint": {"type": "tcp", "port": 0}, "options": {"allowed_origins": ["*"]}},
          {"type": "web", "endpoint": {"type": "tcp", "port": 0, "interface": "::1"},
           "paths": {"a": {"type": "static", "directory": "web"}, "b": {"type": "longpoll"}}},
          {"type": "websocket", "endpoint": {"type": "tcp", "port": 0}}])"));
  EXPECT_THAT(text, HasSubstr("transport unix:/etc/wampd/w.sock\n  RawSocket: cbor\n"
                              "  authentication: none, so nobody gets in\n"));
  EXPECT_THAT(text, HasSubstr("  backlog: 9\n  mode: 0660\n"));
  EXPECT_THAT(text, HasSubstr("transport 127.0.0.1:0\n  path /: WebSocket: msgpack, json, cbor\n"));
  EXPECT_THAT(text, HasSubstr("  web pages of: *\n"));
  EXPECT_THAT(text,
              HasSubstr("transport [::1]:0\n  path /a: files of \"/etc/wampd/web\"\n  path /b: long-poll: "));
  EXPECT_THAT(text, HasSubstr("transport 127.0.0.1:0 no. 2\n"));
}

TEST(Inventory, TellsTheCompression) {
  EXPECT_THAT(
      told(with_websocket(R"("options": {"compression": {"deflate": {"max_window_bits": 11}}})")),
      HasSubstr("\n  compression: deflate, window bits 11, memory level 8, clients' window bits 15\n"));
  EXPECT_THAT(told(with_transports(some_transports)), Not(HasSubstr("compression")));
}

std::vector<std::string> changes(const std::string& before, const std::string& after) {
  return differences(inventory(parse(before)), inventory(parse(after)));
}

TEST(Differences, AreNoneBetweenEqualConfigurations) {
  const std::string text = with_permission(R"({"uri": "a"})");
  EXPECT_THAT(changes(text, text), IsEmpty());
  EXPECT_THAT(changes(text, "\n\n" + text), IsEmpty());  // another place is no other rule
}

TEST(Differences, TellWhatIsAddedRemovedAndChanged) {
  const std::string before = with_permission(R"({"uri": "a"}, {"uri": "b", "allow": {"call": true}})");
  const std::string after =
      with_permission(R"({"uri": "b", "allow": {"publish": true}}, {"uri": "c", "match": "prefix"})");
  const std::string role = "realm \"realm1\", role \"anonymous\", ";
  EXPECT_THAT(changes(before, after), ElementsAre("removed: " + role + "rule exact \"a\": nothing allowed",
                                                  "changed: " + role + "rule exact \"b\": call, now publish",
                                                  "added: " + role + "rule prefix \"c\": nothing allowed"));
}

TEST(Differences, TellOfAWholeThatComesOrGoesNoParts) {
  const auto realm = [](const std::string& name) {
    return R"({"name": ")" + name + R"(", "roles": [{"name": "anonymous", "permissions": [{"uri": "a"}]}]})";
  };
  EXPECT_THAT(changes(with_realms("[" + realm("r1") + "," + realm("r2") + "]"),
                      with_realms("[" + realm("r1") + "," + realm("r3") + "]")),
              ElementsAre("removed: realm \"r2\"", "added: realm \"r3\""));
}

std::string with_ticket(const std::string& ticket) {
  return with_websocket(
      R"("auth": {"ticket": {"type": "static", "principals": {"joe": {"role": "anonymous", "ticket": ")" +
      ticket + R"("}}}})");
}

TEST(Differences, TellThatASecretHasChangedAndNotWhatItIs) {
  EXPECT_THAT(told(with_ticket("hidden")),
              AllOf(HasSubstr("  authentication ticket\n    principal \"joe\": role \"anonymous\"\n"),
                    Not(HasSubstr("hidden"))));
  EXPECT_THAT(
      changes(with_ticket("hidden"), with_ticket("other")),
      ElementsAre("changed: transport 127.0.0.1:8080, authentication ticket, principal \"joe\", in secret"));
}

TEST(Inventory, TellsWhoDecidesOnWhoComesIn) {
  EXPECT_THAT(told(with_websocket(R"("auth": {"wampcra": {"type": "dynamic", "authenticator": "com.auth",
                                     "authenticator-realm": "realm1"}})")),
              HasSubstr("  authentication wampcra: procedure \"com.auth\" in realm \"realm1\" decides\n"));
}

}  // namespace
}  // namespace router::config::test
