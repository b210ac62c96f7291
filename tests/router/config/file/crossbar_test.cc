#include "router/config/inventory.h"
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
  EXPECT_THAT(notices_of(config), IsEmpty());
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
        "/": { "type": "static", "directory": "../web", "options": { "enable_directory_listing": true, "allow_cross_origin": true } },
        "ws": { "type": "websocket", "url": "ws://localhost:8080/ws", "serializers": ["msgpack", "json"] }
      }
    }]
  }]
})");
  EXPECT_EQ(std::get<StaticPath>(config.transports.at(0).paths.at("/")).files.directory, "/etc/web");
  EXPECT_THAT(notices_of(config),
              ElementsAre("wampd.jsonc:4:17: at $.controller: \"controller\" has no effect",
                          "wampd.jsonc:7:5: at $.workers[0]: \"id\" has no effect",
                          "wampd.jsonc:8:18: at $.workers[0].options: \"title\" has no effect",
                          "wampd.jsonc:8:37: at $.workers[0].options: \"env\" has no effect",
                          HasSubstr("paths[\"/\"].options: \"allow_cross_origin\" has no effect"),
                          HasSubstr("paths.ws: \"url\" has no effect"),
                          HasSubstr("endpoint: \"shared\" has no effect"),
                          HasSubstr("transports[0].options: \"access_log\" has no effect")));
}

// The shape of its examples of HTTP bridges.
TEST(CrossbarFile, ReadsHttpBridgesThatAreToLogMoreWithoutAWarning) {
  const Config config =
      parse(crossbar(R"([{"type": "web", "endpoint": {"type": "tcp", "port": 8080}, "paths": {
      "/": {"type": "static", "directory": ".."},
      "ws": {"type": "websocket"},
      "call": {"type": "caller", "realm": "realm1", "role": "anonymous", "options": {"debug": true}},
      "publish": {"type": "publisher", "realm": "realm1", "role": "anonymous", "options": {"debug": true}},
      "webhook": {"type": "webhook", "realm": "realm1", "role": "anonymous",
                  "options": {"topic": "com.example.webhook", "debug": true,
                              "success_response": "OK", "error_response": "NOT OK"}}}}])"));
  EXPECT_THAT(notices_of(config), IsEmpty());
  EXPECT_EQ(std::get<BridgePath>(config.transports.at(0).paths.at("/webhook")).topic, "com.example.webhook");
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
  EXPECT_EQ(transport.compression, transport::CompressionOptions{.memory_level = 5});
  EXPECT_EQ(notices_of(config).size(), 6u);
}

// The settings that Crossbar's page on compression recommends.
TEST(CrossbarFile, TellsInTheTableThatNoContextIsTakenOver) {
  const Config config =
      parse(crossbar(R"([{"type": "websocket", "endpoint": {"type": "tcp", "port": 8080}, "options": {
      "compression": {"deflate": {
        "request_no_context_takeover": false, "request_max_window_bits": 11,
        "no_context_takeover": false, "max_window_bits": 11, "memory_level": 4}}}}])"));
  EXPECT_EQ(config.transports.at(0).compression,
            (transport::CompressionOptions{.window_bits = 11, .memory_level = 4, .client_window_bits = 11}));
  EXPECT_THAT(
      left_out_table(config.notices),
      AllOf(HasSubstr("deflate.no_context_takeover "), HasSubstr("deflate.request_no_context_takeover "),
            HasSubstr("clients' messages are compressed each by itself")));
}

TEST(CrossbarFile, ReadsVersionsOneAndTwoOnly) {
  EXPECT_THAT(error_of(R"({"version": 3, "workers": []})"),
              EndsWith("at $.version: expected 1 or 2, the versions of Crossbar's format that are read"));
  EXPECT_THAT(error_of(R"({"version": "2", "workers": []})"), EndsWith("expected a number, found a string"));
  EXPECT_THAT(error_of(R"({"version": 2, "workers": 4})"),
              EndsWith("at $.workers: expected a list, found a number"));
  EXPECT_THAT(error_of(R"({"version": 2})"), EndsWith("the key \"workers\" is missing"));
  EXPECT_THAT(error_of(R"({"version": 2, "workers": []})"), EndsWith("at $.workers: must not be empty"));
  EXPECT_THAT(error_of(R"({"version": 2, "realms": []})"), EndsWith("at $: unknown key \"realms\""));
}

std::string router(const std::string& realm, int port, const std::string& more = "") {
  return R"({"type": "router", "realms": [{"name": ")" + realm +
         R"(", "roles": [{"name": "anonymous", "permissions": []}]}],
            "transports": [{"type": "websocket", "endpoint": {"type": "tcp", "port": )" +
         std::to_string(port) + "}}]" + more + "}";
}
std::string with_workers(const std::string& workers) {
  return R"({"version": 2, "workers": [)" + workers + "]}";
}

TEST(CrossbarFile, TellsWhichWorkersAreNotStarted) {
  for (const std::string type : {"container", "guest", "proxy", "hostmonitor", "websocket-testee"})
    EXPECT_THAT(notices_of(with_workers(router("r", 1) + R"(, {"type": ")" + type + R"(", "any": [1]})")),
                ElementsAre(EndsWith("at $.workers[1]: a worker of type \"" + type + "\" is not started")));
  EXPECT_THAT(error_of(with_workers(R"({"type": "rooter"})")), EndsWith("did you mean \"router\"?"));
}

TEST(CrossbarFile, TellsWhatElseIsNotStarted) {
  const Config config = parse(
      crossbar(some_transports,
               R"(, "components": [{"type": "class"}], "connections": [{}], "manhole": {"endpoint": {}})"));
  EXPECT_THAT(notices_of(config),
              ElementsAre(EndsWith("at $.workers[0]: \"manhole\" has no counterpart and is left out"),
                          EndsWith("at $.workers[0].components[0]: this component is not started"),
                          EndsWith("at $.workers[0].connections[0]: this connection is not opened")));
  EXPECT_THAT(error_of(crossbar(some_transports, R"(, "components": {})")),
              EndsWith("expected a list, found an object"));
}

TEST(CrossbarFile, ServesSeveralRoutersApartFromEachOther) {
  const Config config = parse(with_workers(router("r1", 1) + "," + router("r2", 2)));
  ASSERT_EQ(config.realms.size(), 2u);
  EXPECT_THAT(config.transports.at(0).realms, testing::Optional(ElementsAre("r1")));
  EXPECT_THAT(config.transports.at(1).realms, testing::Optional(ElementsAre("r2")));
  EXPECT_FALSE(parse(with_workers(router("r1", 1))).transports.at(0).realms);
}

// As "crossbar upgrade" reads it: rules had no "allow".
TEST(CrossbarFile, ReadsAFileWithoutVersionAsVersionOne) {
  const auto file = [](const std::string& version, const std::string& rule) {
    return "{" + version + R"("workers": [{"type": "router", "realms": [{"name": "r", "roles": [
      {"name": "anonymous", "permissions": [)" +
           rule + R"(]}]}], "transports": )" + some_transports + "}]}";
  };
  const std::string old_rule = R"({"uri": "com.x.*", "call": true, "register": true, "publish": false})";
  for (const std::string version : {"", R"("version": 1, )"}) {
    const Permission rule = parse(file(version, old_rule)).realms.at(0).roles.at(0).permissions.at(0);
    EXPECT_EQ(rule.uri, "com.x.");
    EXPECT_EQ(rule.match, wamp::MatchPolicy::prefix);
    EXPECT_TRUE(rule.call && rule.register_ && rule.force_reregister);
    EXPECT_FALSE(rule.publish || rule.subscribe);
  }
  EXPECT_TRUE(parse(file("", R"({"uri": "*", "allow": {"subscribe": true}})"))
                  .realms.at(0)
                  .roles.at(0)
                  .permissions.at(0)
                  .subscribe);
  EXPECT_THAT(error_of(file(R"("version": 2, )", old_rule)), HasSubstr("unknown key \"call\""));
}

// Nobody may come in where the worker has no realm.
TEST(CrossbarFile, GivesARouterWithoutRealmsThoseOfNoOther) {
  const Config config = parse(with_workers(
      router("r1", 1) +
      R"(, {"type": "router", "transports": [{"type": "websocket", "endpoint": {"type": "tcp", "port": 2}}]})"));
  EXPECT_FALSE(config.transports.at(0).realms);
  EXPECT_THAT(config.transports.at(1).realms, testing::Optional(IsEmpty()));
  EXPECT_TRUE(config.transports.at(1).auth.empty());
}

// As the files of several cores have it: the same realm behind the same port, in each worker.
TEST(CrossbarFile, ServesRoutersWithOneRealmAndOnePortAsOne) {
  const Config config = parse(with_workers(router("r", 1) + ",\n" + router("r", 1)));
  EXPECT_EQ(config.realms.size(), 1u);
  EXPECT_EQ(config.realms.at(0).roles.size(), 1u);
  ASSERT_EQ(config.transports.size(), 1u);
  EXPECT_FALSE(config.transports.at(0).realms);
  EXPECT_THAT(notices_of(config),
              ElementsAre(EndsWith("at $.workers[1].realms[0]: no realm of its own: it is one with realm "
                                   "\"r\" of line 1"),
                          EndsWith("at $.workers[1].transports[0]: no transport of its own: it is one with "
                                   "that of line 2, whose clients may join the realms of both")));
  EXPECT_TRUE(config.notices.at(0).is_left_out && config.notices.at(1).is_left_out);
}

TEST(CrossbarFile, LetsClientsOfASharedPortJoinTheRealmsOfBothRouters) {
  const Config config = parse(with_workers(router("r1", 1) + "," + router("r2", 1) + "," + router("r3", 3)));
  ASSERT_EQ(config.transports.size(), 2u);
  EXPECT_THAT(config.transports.at(0).realms, testing::Optional(ElementsAre("r1", "r2")));
  EXPECT_THAT(config.transports.at(1).realms, testing::Optional(ElementsAre("r3")));
  // Somebody may come in where one of the workers lets him.
  const std::string closed = R"({"type": "router", "realms": [{"name": "r1", "roles": [{"name": "user"}]}],
      "transports": [{"type": "websocket", "endpoint": {"type": "tcp", "port": 1}}]})";
  EXPECT_TRUE(
      parse(with_workers(closed + "," + router("r2", 1))).transports.at(0).auth.contains("anonymous"));
}

TEST(CrossbarFile, ServesTheFirstOfTwoTransportsOnOnePortThatDiffer) {
  const Config config = parse(with_workers(router("r1", 1) + R"(, {"type": "router",
      "realms": [{"name": "r2", "roles": [{"name": "anonymous"}]}], "transports": [{"type": "websocket",
      "serializers": ["json"], "endpoint": {"type": "tcp", "port": 1}}]})"));
  ASSERT_EQ(config.transports.size(), 1u);
  EXPECT_THAT(config.transports.at(0).realms, testing::Optional(ElementsAre("r1")));
  EXPECT_THAT(notices_of(config),
              ElementsAre(EndsWith("at $.workers[1].transports[0]: this transport is not served: that of "
                                   "line 2 has the same address, 0.0.0.0:1, and other settings")));
}

TEST(CrossbarFile, GivesOneRealmTheRolesOfBothRouters) {
  const auto two = [](const std::string& first, const std::string& second) {
    const auto worker = [](const std::string& members, int port) {
      return R"({"type": "router", "realms": [{"name": "r", )" + members +
             R"(}], "transports": [{"type": "websocket", "endpoint": {"type": "tcp", "port": )" +
             std::to_string(port) + "}}]}";
    };
    return with_workers(worker(first, 1) + ",\n" + worker(second, 2));
  };
  const std::string user = R"({"name": "user", "permissions": [{"uri": "a", "allow": {"call": true}}]})";
  const Config config =
      parse(two("\"roles\": [" + user + "]", R"("roles": [{"name": "admin"}, )" + user + "]"));
  ASSERT_EQ(config.realms.size(), 1u);
  ASSERT_EQ(config.realms.at(0).roles.size(), 2u);
  EXPECT_EQ(config.realms.at(0).roles.at(1).name, "admin");
  // Nobody knows which of two is meant, so nobody may do more than one of them says.
  EXPECT_THAT(error_of(two("\"roles\": [" + user + "]", R"("roles": [{"name": "user"}])")),
              EndsWith("at $.workers[1].realms[0].roles[0]: role \"user\" of realm \"r\" is another one in "
                       "line 1; the workers are served as one router, so it must be the same in both"));
  EXPECT_THAT(error_of(two(R"("options": {"uri_check": "strict"})", R"("options": {"uri_check": "loose"})")),
              HasSubstr("at $.workers[1].realms[0]: realm \"r\" has another \"options\" in line 1"));
}

TEST(CrossbarFile, RefusesAFileWithNothingToServe) {
  EXPECT_THAT(error_of(with_workers(R"({"type": "container"})")), HasSubstr("there is nothing to serve"));
}

TEST(CrossbarFile, DoesNotServeADisabledWorker) {
  const auto two = [](const std::string& disabled) {
    return parse(with_workers(router("r1", 1) + "," +
                              router("r2", 2, R"(, "options": {"disabled": )" + disabled + "}")));
  };
  EXPECT_EQ(two("true").realms.size(), 1u);
  EXPECT_THAT(notices_of(two("true")),
              ElementsAre(EndsWith("at $.workers[1]: this worker is disabled, so it is not served")));
  EXPECT_EQ(two("false").realms.size(), 2u);
  EXPECT_EQ(two("\"$WAMPD_TEST_NONE\"").realms.size(), 2u);
  EXPECT_EQ(two("\"$PATH\"").realms.size(), 1u);
}

TEST(CrossbarFile, LeavesOutTransportsThatItHasNot) {
  const auto transport = [](const std::string& text) {
    const Config config =
        parse(crossbar(R"([{"type": "websocket", "endpoint": {"type": "tcp", "port": 1}}, )" + text + "]"));
    EXPECT_EQ(config.transports.size(), 1u);
    return notices_of(config).empty() ? "" : notices_of(config).front();
  };
  const std::string start = "at $.workers[0].transports[1]: this transport is not served: ";
  EXPECT_THAT(transport(R"({"type": "mqtt", "endpoint": {}, "any": 1})"),
              EndsWith(start + "its type is \"mqtt\""));
  EXPECT_THAT(transport(R"({"type": "web", "endpoint": {"type": "onion"}})"),
              EndsWith(start + "its endpoint is of type \"onion\""));
  EXPECT_THAT(transport(R"({"type": "web", "endpoint": {"type": "tcp", "portrange": [1, 9]}})"),
              EndsWith(start + "its endpoint has a \"portrange\""));
  EXPECT_THAT(transport(R"({"type": "universal", "endpoint": {"type": "tcp", "port": 2}, "websocket": {}})"),
              EndsWith(start + "no path is given"));
}

// "/" would serve what lies in its folder under the name of the service.
TEST(CrossbarFile, AnswersNothingWhereItHasNoSuchService) {
  const Config config = parse(crossbar(R"([{"type": "web", "endpoint": {"type": "tcp", "port": 1}, "paths": {
      "/": {"type": "static", "directory": "web"}, "ws": {"type": "websocket"},
      "in": {"type": "upload"}, "behind": {"type": "reverseproxy", "host": "localhost", "port": 8},
      "app": {"type": "wap", "templates": "../templates", "routes": {}}, "private": {"type": "none"},
      "lib": {"type": "static", "package": "p", "resource": "r"}}}])"));
  for (const std::string path : {"/in", "/behind", "/app", "/private", "/lib"})
    EXPECT_TRUE(std::holds_alternative<NothingPath>(config.transports.at(0).paths.at(path))) << path;
  EXPECT_THAT(
      notices_of(config),
      testing::IsSupersetOf(
          {EndsWith("paths.in: there is no web service of type \"upload\": /in answers 404"),
           EndsWith("paths.behind: there is no web service of type \"reverseproxy\": /behind answers 404"),
           EndsWith("paths.app: there is no web service of type \"wap\": /app answers 404"),
           EndsWith("paths.lib: \"package\" has no counterpart and is left out")}));
}

// As Crossbar's documentation has them.
TEST(CrossbarFile, ServesTheHttpBridgeWithoutANotice) {
  const Config config = parse(crossbar(R"([{"type": "web", "endpoint": {"type": "tcp", "port": 1}, "paths": {
      "/": {"type": "nodeinfo"}, "ws": {"type": "websocket"},
      "call": {"type": "caller", "realm": "realm1", "role": "anonymous"},
      "publish": {"type": "publisher", "realm": "realm1", "role": "anonymous",
                  "options": {"key": "foobar", "secret": "secret", "post_body_limit": 8192,
                              "timestamp_delta_limit": 10, "require_ip": ["192.168.1.1/255.255.255.0", "127.0.0.1"],
                              "require_tls": false}},
      "hook": {"type": "webhook", "realm": "realm1", "role": "anonymous",
               "options": {"topic": "com.example.webhook", "success_response": "thanks!",
                           "error_response": "oh no!", "github_secret": "secret"}},
      "out": {"type": "redirect", "url": "http://crossbar.io"},
      "value": {"type": "json", "value": {"a": [1, 2.50, "\"", null, true], "b": {}}}}}])"));
  EXPECT_THAT(notices_of(config), testing::IsEmpty());
  const auto& paths = config.transports.at(0).paths;
  const auto& publisher = std::get<BridgePath>(paths.at("/publish"));
  EXPECT_EQ(publisher.kind, BridgePath::Kind::publisher);
  EXPECT_EQ(publisher.role, "anonymous");
  EXPECT_EQ(publisher.secret, "secret");
  EXPECT_EQ(publisher.post_body_limit, 8192u);
  EXPECT_EQ(publisher.timestamp_delta_limit_s, 10u);
  EXPECT_THAT(publisher.require_ip.texts(), ElementsAre("192.168.1.1/24", "127.0.0.1"));
  EXPECT_EQ(std::get<BridgePath>(paths.at("/hook")).success_response, "thanks!");
  EXPECT_EQ(std::get<RedirectPath>(paths.at("/out")).url, "http://crossbar.io");
  EXPECT_EQ(std::get<JsonPath>(paths.at("/value")).text, R"({"a":[1,2.50,"\"",null,true],"b":{}})");
}

TEST(CrossbarFile, LeavesOutSerializersThatItHasNot) {
  const auto websocket = [](const std::string& list) {
    return crossbar(R"([{"type": "websocket", "endpoint": {"type": "tcp", "port": 1}, "serializers": )" +
                    list + "}]");
  };
  const Config config = parse(websocket(R"(["ubjson", "json", "flatbuffers"])"));
  EXPECT_THAT(config.transports.at(0).serializers, ElementsAre("json"));
  EXPECT_THAT(notices_of(config).front(),
              EndsWith("serializers[0]: serializer \"ubjson\" has no counterpart and is left out"));
  EXPECT_THAT(error_of(websocket(R"(["ubjson"])")), EndsWith("serializers: none of them is served"));
}

TEST(CrossbarFile, TakesTheSerializersOfAllPathsOfATransport) {
  const Config config = parse(crossbar(R"([{"type": "web", "endpoint": {"type": "tcp", "port": 1}, "paths": {
      "a": {"type": "websocket", "serializers": ["json"]},
      "b": {"type": "websocket", "serializers": ["cbor", "json"]}}}])"));
  EXPECT_THAT(config.transports.at(0).serializers, ElementsAre("json", "cbor"));
  EXPECT_THAT(notices_of(config), ElementsAre(HasSubstr("takes the serializers of all of them")));
}

TEST(CrossbarFile, KeepsEventsInMemoryWhereCrossbarHasADatabase) {
  const Config config = parse(with_workers(R"({"type": "router", "realms": [{"name": "r", "rlinks": [],
      "roles": [{"name": "anonymous"}], "store": {"type": "cfxdb", "path": "../.db", "maxsize": 1,
      "event-history": [{"uri": "com.x"}]}}], "transports": )" +
                                           some_transports + "}"));
  EXPECT_EQ(config.realms.at(0).store.type, Store::Type::memory);
  EXPECT_EQ(config.realms.at(0).store.event_history.size(), 1u);
  EXPECT_THAT(notices_of(config),
              testing::Contains(HasSubstr("events are kept in memory and lost at the end")));
}

TEST(CrossbarFile, LeavesOutStatisticsAndTheBuffersOfAStore) {
  const Config config = parse(with_workers(R"({"type": "router", "realms": [{"name": "r",
      "stats": {"rated_message_size": 512, "trigger_on_join": true},
      "roles": [{"name": "anonymous"}], "store": {"type": "cfxdb", "maxbuffer": 100, "max-buffer": 10000,
      "buffertime": 200, "buffer-flush": 200, "event-history": [{"uri": "com.x"}]}}], "transports": )" +
                                           some_transports + "}"));
  EXPECT_EQ(config.realms.at(0).store.event_history.size(), 1u);
  const std::vector<std::string> keys = {"stats", "maxbuffer", "max-buffer", "buffertime", "buffer-flush"};
  for (const std::string& key : keys)
    EXPECT_THAT(notices_of(config),
                testing::Contains(EndsWith("\"" + key + "\" has no counterpart and is left out")));
}

TEST(CrossbarFile, TellsApartWhatIsNotServedAndWhatIsServedAsItSays) {
  const Config config = parse(with_workers(router("r1", 1, R"(, "id": "main", "manhole": {})") + "," +
                                           router("r2", 2, R"(, "options": {"disabled": true})") +
                                           R"(, {"type": "guest", "executable": "x"},
      {"type": "router", "realms": [{"name": "r3", "roles": [], "options": {"bridge_meta_api": true}}]})"));
  std::vector<std::string> left_out, others;
  for (const Notice& notice : config.notices)
    (notice.is_left_out ? left_out : others).push_back(notice.path + ": " + notice.what);
  EXPECT_THAT(left_out, ElementsAre("$.workers[0]: \"id\" has no effect",
                                    "$.workers[0]: \"manhole\" has no counterpart and is left out",
                                    "$.workers[2]: a worker of type \"guest\" is not started",
                                    "$.workers[3].realms[0].options: \"bridge_meta_api\" has no effect"));
  EXPECT_THAT(others, ElementsAre("$.workers[1]: this worker is disabled, so it is not served"));
}

TEST(CrossbarFile, HasATableOfWhatIsNotServed) {
  EXPECT_EQ(left_out_table(parse(crossbar()).notices), "");
  EXPECT_EQ(left_out_table(parse(crossbar(some_transports, R"(, "components": [{}],
  "manhole": {})"))
                               .notices),
            "not served of this Crossbar file:\n"
            "  line  where                       what becomes of it\n"
            "  1     $.workers[0].components[0]  this component is not started\n"
            "  2     $.workers[0]                \"manhole\" has no counterpart and is left out\n");
  // In a file of our own these are warnings.
  const Config own = parse(with_websocket(R"("options": {"tcp_nodelay": true})"));
  EXPECT_EQ(own.notices.size(), 1u);
  EXPECT_EQ(left_out_table(own.notices), "");
}

TEST(CrossbarFile, RefusesWhatRestrictsAndCannotBeHonoured) {
  EXPECT_THAT(error_of(crossbar(R"([{"type": "universal", "endpoint": {"type": "tcp", "port": 1},
                                     "rawsocket": {"auth": {"anonymous": {"type": "static"}}}}])")),
              EndsWith("rawsocket: \"auth\" is not supported yet"));
  EXPECT_THAT(error_of(crossbar(R"([{"type": "web", "endpoint": {"type": "tcp", "port": 1}, "paths": {
                  "a": {"type": "websocket", "options": {"allowed_origins": ["*"]}},
                  "b": {"type": "websocket"}}}])")),
              HasSubstr("WebSocket paths of one transport with different \"options\""));
  EXPECT_THAT(error_of(with_workers(R"({"type": "router", "realms": [{"name": "r", "roles": [
                  {"name": "a", "permissions": [{"uri": "x", "validate": {"call": "t"}}]}]}]})")),
              EndsWith("\"validate\" is not supported yet"));
}

TEST(CrossbarFile, TellsOptionsOfHttpFromThoseOfWebSocketPaths) {
  const Config config = parse(crossbar(R"([{"type": "web", "endpoint": {"type": "tcp", "port": 1},
      "options": {"access_log": true}, "paths": {
      "ws": {"type": "websocket", "options": {"max_message_size": 4711}}}}])"));
  EXPECT_EQ(config.transports.at(0).limits.max_message_size, 4711u);
  EXPECT_THAT(notices_of(config),
              ElementsAre(EndsWith("transports[0].options: \"access_log\" has no effect")));
  EXPECT_THAT(error_of(crossbar(R"([{"type": "web", "endpoint": {"type": "tcp", "port": 1},
                  "options": {"max_message_size": 1}, "paths": {"ws": {"type": "websocket"}}}])")),
              HasSubstr("unknown key \"max_message_size\""));
}

TEST(CrossbarFile, ServesFilesWithoutARealm) {
  const Config config = parse(with_workers(R"({"type": "router", "transports": [{"type": "web",
      "endpoint": {"type": "tcp", "port": 1}, "paths": {"/": {"type": "static", "directory": "web"}}}]})"));
  EXPECT_TRUE(config.realms.empty());
  EXPECT_EQ(config.transports.size(), 1u);
}

// As people write them: several kinds of workers, transports and services.
TEST(CrossbarFile, ServesWhatItCanOfALargeNode) {
  const Config config = parse(R"({
  "version": 2,
  "controller": { "options": { "shutdown": ["shutdown_on_last_worker_exit"] } },
  "workers": [
    { "type": "guest", "executable": "/bin/true", "options": { "workdir": ".." } },
    { "type": "router", "id": "main",
      "realms": [{ "name": "shop", "options": { "enable_meta_api": true },
        "roles": [{ "name": "anonymous", "permissions": [
          { "uri": "*", "allow": { "call": true, "subscribe": true } } ] }] }],
      "transports": [
        { "type": "rawsocket", "endpoint": { "type": "tcp", "port": 9101 }, "serializers": ["cbor", "msgpack"],
          "options": { "max_message_size": 1000000 },
          "auth": { "anonymous": { "type": "static", "role": "anonymous" } } },
        { "type": "universal", "endpoint": { "type": "tcp", "port": 9102, "shared": true }, "rawsocket": {},
          "mqtt": { "options": {} }, "websocket": { "ws": { "type": "websocket" } },
          "web": { "paths": { "/": { "type": "nodeinfo" }, "out": { "type": "redirect", "url": "https://a.b" },
                              "ws2": { "type": "websocket", "serializers": ["json"] } } } } ] },
    { "type": "container", "components": [] },
    { "type": "router", "realms": [{ "name": "office", "roles": [{ "name": "anonymous" }] }],
      "transports": [{ "type": "websocket", "endpoint": { "type": "tcp", "port": 9103 } }] } ] })");
  EXPECT_EQ(config.realms.size(), 2u);
  EXPECT_EQ(config.transports.size(), 3u);
  EXPECT_THAT(config.transports.at(1).rawsocket_serializers, ElementsAre("msgpack", "json", "cbor"));
  EXPECT_THAT(notices_of(config), testing::SizeIs(7)) << testing::PrintToString(notices_of(config));
}

}  // namespace
}  // namespace router::config::test
