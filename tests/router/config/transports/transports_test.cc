#include "tests/router/config/config_text.h"

namespace router::config::test {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

// "/: static /srv/web, /ws: websocket"
std::string paths_of(const std::string& text) {
  std::string result;
  for (const auto& [path, served] : transport_of(text).paths) {
    result += (result.empty() ? "" : ", ") + path + ": ";
    if (std::holds_alternative<WebSocketPath>(served)) result += "websocket";
    if (std::holds_alternative<HealthPath>(served)) result += "health";
    if (std::holds_alternative<ReadyPath>(served)) result += "ready";
    if (std::holds_alternative<MetricsPath>(served)) result += "metrics";
    if (std::holds_alternative<LongPollPath>(served)) result += "longpoll";
    if (std::holds_alternative<NothingPath>(served)) result += "nothing";
    if (const auto* files = std::get_if<StaticPath>(&served)) result += "static " + files->files.directory;
  }
  return result;
}

TEST(Transports, ServesWebSocketOnAnyPathForTypeWebsocket) {
  const std::string text = with_transports(some_transports);
  EXPECT_EQ(paths_of(text), "/: websocket");
  EXPECT_EQ(transport_of(text).type, Transport::Type::websocket);
}

TEST(Transports, ServesTheWebSocketAndWebPathsOfAUniversalTransport) {
  const std::string text = with_transports(
      R"([{"type": "universal", "endpoint": {"type": "tcp", "port": 1},
           "websocket": {"ws": {"type": "websocket"}, "/api/v1/ws": {"type": "websocket"}},
           "web": {"paths": {"/": {"type": "static", "directory": "web"}, "health": {"type": "health"}}}}])");
  EXPECT_EQ(paths_of(text),
            "/: static /etc/wampd/web, /api/v1/ws: websocket, /health: health, /ws: websocket");
  EXPECT_EQ(transport_of(text).type, Transport::Type::universal);
}

TEST(Transports, ServesThoseWhoWatch) {
  EXPECT_EQ(paths_of(with_paths(R"({"m": {"type": "metrics"}, "r": {"type": "ready", "id": "x"}})")),
            "/m: metrics, /r: ready");
  EXPECT_THAT(error_of(with_paths(R"({"m": {"type": "metrics", "realm": "x"}})")),
              EndsWith("unknown key \"realm\""));
}

TEST(Transports, TakesTypeWebForUniversal) {
  const std::string text = with_paths(R"({"/": {"type": "static"}, "ws": {"type": "websocket"}})");
  EXPECT_EQ(paths_of(text), "/: static , /ws: websocket");
  EXPECT_EQ(transport_of(text).type, Transport::Type::universal);
}

TEST(Transports, TellsBrowsersWhatFilesAreAndHowLongToKeepThem) {
  const auto files = [](const std::string& options) {
    const std::string text =
        with_paths(R"({"/": {"type": "static", "directory": "web", "options": )" + options + "}}");
    return std::get<StaticPath>(transport_of(text).paths.at("/")).files;
  };
  EXPECT_EQ(files("{}").cache_timeout_s, 0u);
  EXPECT_EQ(files(R"({"cache_timeout": 3600})").cache_timeout_s, 3600u);
  EXPECT_FALSE(files("{}").lists_directories);
  EXPECT_TRUE(files(R"({"enable_directory_listing": true})").lists_directories);
  EXPECT_EQ(files(R"({"default_file": "index.html"})").default_file, "index.html");
  EXPECT_EQ(files(R"({"mime_types": {".md": "text/markdown", "Log": "text/plain"}})").types,
            (transport::MediaTypes{{"log", "text/plain"}, {"md", "text/markdown"}}));
  const auto error = [](const std::string& options) {
    return error_of(with_paths(R"({"/": {"type": "static", "options": )" + options + "}}"));
  };
  EXPECT_THAT(error(R"({"cache_timeout": -1})"), HasSubstr("cache_timeout"));
  EXPECT_THAT(error(R"({"enable_directory_listing": "yes"})"), HasSubstr("enable_directory_listing"));
  EXPECT_THAT(error(R"({"default_file": ""})"), HasSubstr("default_file"));
  EXPECT_THAT(error(R"({"mime_types": {".md": "markdown"}})"),
              EndsWith("expected a media type such as \"text/markdown\", found \"markdown\""));
  EXPECT_THAT(error(R"({"mime_types": {".md": "text/x\r\nSet-Cookie: a"}})"),
              HasSubstr("expected a media type"));
}

TEST(Transports, SaysThatOptionsOfFilesHaveNoEffectWithoutADirectory) {
  const auto notices = [](const std::string& members) {
    return notices_of(with_paths(R"({"/": {"type": "static", )" + members + "}}"));
  };
  const std::string options = R"("options": {"cache_timeout": 3600, "mime_types": {".md": "text/markdown"},
      "enable_directory_listing": true, "default_file": "a.html"})";
  const auto of = [](const std::string& key) {
    return EndsWith("options." + key +
                    ": has no effect without a \"directory\": the page that is built in is served");
  };
  EXPECT_THAT(notices(options),
              ElementsAre(of("mime_types"), of("enable_directory_listing"), of("default_file")));
  EXPECT_THAT(notices(options + R"(, "directory": "web")"), IsEmpty());
}

TEST(Transports, TakesDirectoriesRelativeToTheFile) {
  const auto directory = [](const std::string& text) {
    return paths_of(with_paths(R"({"/": {"type": "static", "directory": ")" + text + "\"}}"));
  };
  EXPECT_EQ(directory("web"), "/: static /etc/wampd/web");
  EXPECT_EQ(directory("../web/"), "/: static /etc/web");
  EXPECT_EQ(directory("."), "/: static /etc/wampd");
  EXPECT_EQ(directory("/srv/web"), "/: static /srv/web");
  EXPECT_EQ(directory("/"), "/: static /");
}

TEST(Transports, ServesNothingWhereAPathIsOfTypeNone) {
  EXPECT_EQ(paths_of(with_paths(R"({"/": {"type": "static"}, "x": {"type": "none"}})")),
            "/: static , /x: nothing");
}

TEST(Transports, ServesLongPollOnAPathOfTheWeb) {
  EXPECT_EQ(paths_of(with_paths(R"({"lp": {"type": "longpoll"}, "ws": {"type": "websocket"}})")),
            "/lp: longpoll, /ws: websocket");
  EXPECT_THAT(error_of(with_paths(R"({"lp": {"type": "longpoll", "serializers": ["json"]}})")),
              HasSubstr("unknown key \"serializers\""));
}

TEST(Transports, RefusesPathsThatAreNone) {
  for (const std::string key : {"", "//", "ws/", "a//b", "a/../b", "..", "a?b", "a b", "a%20b", "#"})
    EXPECT_THAT(error_of(with_paths(R"({")" + key + R"(": {"type": "health"}})")),
                HasSubstr("expected a path"))
        << key;
  EXPECT_THAT(error_of(with_paths(R"({"a b": {"type": "health"}})")),
              HasSubstr("at $.transports[0].paths[\"a b\"]: "));
}

TEST(Transports, RefusesAPathGivenTwice) {
  EXPECT_THAT(
      error_of(with_paths(R"({"ws": {"type": "websocket"}, "/ws": {"type": "health"}})")),
      EndsWith("at $.transports[0].paths[\"/ws\"]: the path \"/ws\" is given twice in this transport"));
  EXPECT_THAT(error_of(with_transports(R"([{"type": "universal", "endpoint": {"type": "tcp", "port": 1},
                                            "websocket": {"/": {"type": "websocket"}},
                                            "web": {"paths": {"/": {"type": "static"}}}}])")),
              EndsWith("web.paths[\"/\"]: the path \"/\" is given twice in this transport"));
}

TEST(Transports, RefusesServicesItDoesNotHaveByName) {
  for (const std::string type : {"wsgi", "upload", "reverseproxy", "wap"})
    EXPECT_THAT(error_of(with_paths(R"({"x": {"type": ")" + type + "\"}}")),
                EndsWith("at $.transports[0].paths.x.type: \"" + type + "\" is not supported yet"));
  EXPECT_THAT(
      error_of(with_paths(R"({"x": {"type": "websoket"}})")),
      EndsWith("expected \"websocket\", \"static\", \"health\", \"ready\", \"metrics\", "
               "\"monitor\", \"longpoll\", \"none\", \"caller\", \"publisher\", \"webhook\", \"http\", "
               "\"json\", \"redirect\" or \"nodeinfo\", found \"websoket\"; did you mean \"websocket\"?"));
  EXPECT_THAT(error_of(with_paths(R"({"x": {"type": "static", "package": "p"}})")),
              EndsWith("\"package\" is not supported yet"));
  EXPECT_THAT(error_of(with_paths(R"({"x": {"type": "health", "directory": "d"}})")),
              EndsWith("unknown key \"directory\""));
  EXPECT_THAT(error_of(with_transports(R"([{"type": "universal", "endpoint": {"type": "tcp", "port": 1},
                                            "websocket": {"ws": {"type": "static"}}}])")),
              EndsWith("expected \"websocket\", found \"static\""));
}

TEST(Transports, RefusesTransportsItDoesNotHaveByName) {
  for (const std::string type : {"mqtt", "flashpolicy", "websocket.testee", "stream.testee"})
    EXPECT_THAT(error_of(with_transports(R"([{"type": ")" + type + "\"}]")),
                EndsWith("at $.transports[0].type: \"" + type + "\" is not supported yet"));
  EXPECT_EQ(error_of("{\"realms\": " + some_realms +
                     ",\n \"transports\": [{\"type\": \"universal\",\n  \"mqtt\": {}, \"endpoint\": "
                     "{\"type\": \"tcp\", \"port\": 1}}]}"),
            "wampd.jsonc:3:3: at $.transports[0]: \"mqtt\" is not supported yet");
}

TEST(Transports, ServesRawSocketAlone) {
  const auto transport = [](const std::string& members) {
    return with_transports(R"([{"type": "rawsocket", "endpoint": {"type": "tcp", "port": 1})" + members +
                           "}]");
  };
  const Transport plain = transport_of(transport(""));
  EXPECT_EQ(plain.type, Transport::Type::rawsocket);
  EXPECT_TRUE(plain.paths.empty());
  EXPECT_THAT(plain.rawsocket_serializers, ElementsAre("msgpack", "json", "cbor"));
  EXPECT_THAT(transport_of(transport(R"(, "serializers": ["cbor"])")).rawsocket_serializers,
              ElementsAre("cbor"));
  EXPECT_EQ(transport_of(transport(R"(, "options": {"max_message_size": 5000})")).limits.max_message_size,
            5000u);
  EXPECT_THAT(error_of(transport(R"(, "paths": {})")), HasSubstr("unknown key \"paths\""));
  EXPECT_THAT(error_of(transport(R"(, "serializers": ["ubjson"])")),
              EndsWith("\"ubjson\" is not supported yet"));
}

TEST(Transports, ServesRawSocketBesidesOthersIfAUniversalTransportSaysSo) {
  const auto transport = [](const std::string& members) {
    return with_transports(R"([{"type": "universal", "endpoint": {"type": "tcp", "port": 1})" + members +
                           "}]");
  };
  const std::string websocket = R"(, "websocket": {"ws": {"type": "websocket"}})";
  EXPECT_TRUE(transport_of(transport(websocket)).rawsocket_serializers.empty());
  EXPECT_THAT(transport_of(transport(websocket + R"(, "rawsocket": {})")).rawsocket_serializers,
              ElementsAre("msgpack", "json", "cbor"));
  const Transport one = transport_of(transport(
      websocket + R"(, "serializers": ["json"], "rawsocket": {"serializers": ["cbor", "msgpack"]})"));
  EXPECT_THAT(one.serializers, ElementsAre("json"));
  EXPECT_THAT(one.rawsocket_serializers, ElementsAre("cbor", "msgpack"));
  EXPECT_THAT(transport_of(transport(R"(, "serializers": ["json"], "rawsocket": {})")).rawsocket_serializers,
              ElementsAre("json"));
  EXPECT_THAT(error_of(transport("")), EndsWith("serves nothing: no path is given"));
  EXPECT_THAT(error_of(transport(R"(, "rawsocket": {"serializers": []})")), EndsWith("must not be empty"));
  EXPECT_THAT(error_of(transport(R"(, "rawsocket": {"auth": {}})")),
              EndsWith("\"auth\" is not supported yet"));
  EXPECT_THAT(error_of(transport(R"(, "rawsocket": {"serialisers": []})")),
              HasSubstr("did you mean \"serializers\"?"));
}

TEST(Transports, RefusesWhatIsMissingOrEmpty) {
  EXPECT_THAT(error_of(with_transports("[]")), EndsWith("at $.transports: must not be empty"));
  EXPECT_THAT(error_of(with_transports("[{}]")), EndsWith("at $.transports[0]: the key \"type\" is missing"));
  EXPECT_THAT(error_of(with_transports(R"([{"type": "websocket"}])")),
              EndsWith("the key \"endpoint\" is missing"));
  EXPECT_THAT(error_of(with_transports(R"([{"type": "web"}])")), HasSubstr("the key \"paths\" is missing"));
  EXPECT_THAT(error_of(with_transports(R"([{"type": "universal", "web": {}}])")),
              EndsWith("at $.transports[0].web: the key \"paths\" is missing"));
  EXPECT_THAT(error_of(with_paths("{}")), EndsWith("at $.transports[0]: serves nothing: no path is given"));
  EXPECT_THAT(error_of(with_paths(R"({"x": {}})")), EndsWith("paths.x: the key \"type\" is missing"));
  EXPECT_THAT(error_of(with_paths(R"({"x": {"type": "static", "directory": ""}})")),
              EndsWith("directory: must not be empty"));
}

TEST(Transports, RefusesTwoOnOneAddress) {
  const auto two = [](const std::string& first, const std::string& second) {
    return error_of(with_transports(R"([{"type": "websocket", "endpoint": {"type": "tcp", )" + first +
                                    R"(}}, {"type": "websocket", "endpoint": {"type": "tcp", )" + second +
                                    "}}]"));
  };
  EXPECT_THAT(two(R"("port": 80)", R"("interface": "127.0.0.1", "port": 80)"),
              EndsWith("at $.transports[1].endpoint: a second transport on 127.0.0.1:80"));
  EXPECT_THAT(two(R"("interface": "::1", "port": 80)", R"("interface": "0:0::0:1", "port": 80)"),
              EndsWith("a second transport on [::1]:80"));
  EXPECT_EQ(two(R"("port": 80)", R"("port": 81)"), "accepted");
  EXPECT_EQ(two(R"("port": 80)", R"("interface": "127.0.0.2", "port": 80)"), "accepted");
  EXPECT_EQ(two(R"("port": 0)", R"("port": 0)"), "accepted");
}

TEST(ServerNames, AreNamesWithoutSchemePortOrPath) {
  const auto with_names = [](const std::string& names) {
    return with_websocket("\"server_names\": " + names);
  };
  EXPECT_THAT(transport_of(with_websocket("\"limits\": {}")).server_names, IsEmpty());
  EXPECT_THAT(transport_of(with_names(R"(["Wampd.Example.com", "*.lan", "192.0.2.1", "[2001:DB8::1]"])"))
                  .server_names,
              ElementsAre("wampd.example.com", "*.lan", "192.0.2.1", "[2001:db8::1]"));
  for (const std::string name : {"https://example.com", "example.com:8080", "example.com/ws", "::1", ""})
    EXPECT_THAT(error_of(with_names("[\"" + name + "\"]")), HasSubstr("at $.transports[0].server_names[0]: "))
        << name;
}

}  // namespace
}  // namespace router::config::test
