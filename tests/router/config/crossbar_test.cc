#include "tests/router/config/config_text.h"

namespace router::config::test {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(CrossbarFile, ReadsTheRouterWorker) {
  const Config config = parse(crossbar());
  EXPECT_EQ(config.realms.at(0).name, "realm1");
  EXPECT_EQ(config.transports.at(0).port, 8080);
  EXPECT_EQ(config.transports.at(0).auth.at("anonymous").principals.at("").role, "anonymous");
  EXPECT_EQ(config.workers, 0);
  EXPECT_THAT(config.notices, IsEmpty());
}

TEST(CrossbarFile, ListensOnAllAddressesAsCrossbarDoes) {
  EXPECT_EQ(parse(crossbar()).transports.at(0).interface, "0.0.0.0");
  EXPECT_EQ(
      parse(crossbar(R"([{"type": "websocket", "endpoint": {"type": "tcp", "port": 1, "version": 6}}])"))
          .transports.at(0)
          .interface,
      "::");
}

// The file that `crossbar init` writes, without what is not supported yet (RawSocket, CBOR, node info).
TEST(CrossbarFile, ReadsAnOrdinaryNodeAndTellsWhatHasNoEffect) {
  const Config config = parse(R"({
  "$schema": "https://example.com/crossbar.json",
  "version": 2,
  "controller": { "id": "node1" },
  "workers": [{
    "type": "router",
    "id": "router1",
    "options": { "title": "Router", "env": {} },
    "components": [], "connections": [],
    "realms": [{ "name": "realm1", "roles": [{ "name": "anonymous", "permissions": [{
      "uri": "", "match": "prefix",
      "allow": { "call": true, "register": true, "publish": true, "subscribe": true },
      "disclose": { "caller": false, "publisher": false }, "cache": true }] }] }],
    "transports": [{
      "type": "web",
      "endpoint": { "type": "tcp", "port": 8080, "backlog": 1024, "shared": true },
      "options": { "access_log": true },
      "paths": {
        "/": { "type": "static", "directory": "../web", "options": { "enable_directory_listing": true } },
        "ws": { "type": "websocket", "url": "ws://localhost:8080/ws", "serializers": ["msgpack", "json"] }
      }
    }]
  }]
})");
  EXPECT_EQ(std::get<StaticPath>(config.transports.at(0).paths.at("/")).directory, "/etc/web");
  EXPECT_THAT(config.notices,
              ElementsAre("wampd.jsonc:4:17: at $.controller: \"controller\" has no effect",
                          "wampd.jsonc:7:5: at $.workers[0]: \"id\" has no effect",
                          "wampd.jsonc:8:18: at $.workers[0].options: \"title\" has no effect",
                          "wampd.jsonc:8:37: at $.workers[0].options: \"env\" has no effect",
                          HasSubstr("paths[\"/\"].options: \"enable_directory_listing\" has no effect"),
                          HasSubstr("paths.ws: \"url\" has no effect"),
                          HasSubstr("endpoint: \"shared\" has no effect"),
                          HasSubstr("transports[0].options: \"access_log\" has no effect")));
}

TEST(CrossbarFile, ReadsProductionOptions) {
  const Config config =
      parse(crossbar(R"([{"type": "web", "endpoint": {"type": "tcp", "port": 8080}, "paths": {
      "ws": {"type": "websocket", "options": {
        "allowed_origins": ["*"], "allow_null_origin": true, "enable_webstatus": false,
        "max_frame_size": 1048576, "max_message_size": 1048576, "auto_fragment_size": 65536, "fail_by_drop": true,
        "open_handshake_timeout": 2500, "close_handshake_timeout": 1000, "auto_ping_interval": 10000,
        "auto_ping_timeout": 5000, "auto_ping_size": 12, "compression": {"deflate": {"memory_level": 5}}}}}}])"));
  const Transport& transport = config.transports.at(0);
  EXPECT_THAT(transport.allowed_origins, ElementsAre("*"));
  EXPECT_EQ(transport.limits.max_message_size, 1048576u);
  EXPECT_EQ(transport.limits.handshake_timeout_ms, 2500u);
  EXPECT_EQ(transport.limits.close_timeout_ms, 1000u);
  EXPECT_EQ(transport.limits.ping_interval_ms, 10000u);
  EXPECT_EQ(transport.limits.ping_timeout_ms, 5000u);
  EXPECT_EQ(config.notices.size(), 7u);
}

TEST(CrossbarFile, ReadsVersionTwoOnly) {
  EXPECT_THAT(error_of(R"({"version": 1, "workers": []})"),
              EndsWith("at $.version: expected 2, the version of Crossbar's format that is read"));
  EXPECT_THAT(error_of(R"({"version": "2", "workers": []})"), EndsWith("expected a number, found a string"));
  EXPECT_THAT(error_of(R"({"workers": [{"type": "router"}]})"),
              EndsWith("at $: the key \"version\" is missing"));
  EXPECT_THAT(error_of(R"({"version": 2, "workers": 4})"),
              EndsWith("at $.workers: expected a list, found a number"));
  EXPECT_THAT(error_of(R"({"version": 2})"), EndsWith("the key \"workers\" is missing"));
  EXPECT_THAT(error_of(R"({"version": 2, "workers": []})"), EndsWith("at $.workers: must not be empty"));
  EXPECT_THAT(error_of(R"({"version": 2, "realms": []})"), EndsWith("at $: unknown key \"realms\""));
}

TEST(CrossbarFile, RefusesOtherWorkersByName) {
  for (const std::string type : {"container", "guest", "proxy", "hostmonitor", "websocket-testee"})
    EXPECT_THAT(error_of(R"({"version": 2, "workers": [{"type": "router"}, {"type": ")" + type + "\"}]}"),
                EndsWith("at $.workers[1].type: \"" + type + "\" is not supported yet"));
  EXPECT_THAT(error_of(R"({"version": 2, "workers": [{"type": "router"}, {"type": "router"}]})"),
              EndsWith("at $.workers[1]: a second router worker is not supported yet"));
}

TEST(CrossbarFile, RefusesWhatARouterWorkerWouldMiss) {
  EXPECT_THAT(error_of(crossbar(some_transports, R"(, "components": [{"type": "class"}])")),
              EndsWith("at $.workers[0].components[0]: \"components\" is not supported yet"));
  EXPECT_THAT(error_of(crossbar(some_transports, R"(, "connections": [{}])")),
              EndsWith("\"connections\" is not supported yet"));
  EXPECT_THAT(error_of(crossbar(some_transports, R"(, "manhole": {})")),
              EndsWith("\"manhole\" is not supported yet"));
  EXPECT_THAT(error_of(crossbar(some_transports, R"(, "options": {"disabled": true})")),
              EndsWith("\"disabled\" is not supported yet"));
  EXPECT_THAT(error_of(crossbar(some_transports, R"(, "components": {})")),
              EndsWith("expected a list, found an object"));
  EXPECT_THAT(error_of(crossbar(R"([{"type": "mqtt"}])")), EndsWith("\"mqtt\" is not supported yet"));
}

}  // namespace
}  // namespace router::config::test
