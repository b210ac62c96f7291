#include "router/config/inventory.h"
#include "tests/router/config/config_text.h"

namespace router::config::test {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

Transport transport_of(const std::string& text) {
  return parse(text).transports.at(0);
}

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
  EXPECT_EQ(files(R"({"mime_types": {".md": "text/markdown", "Log": "text/plain"}})").types,
            (transport::MediaTypes{{"log", "text/plain"}, {"md", "text/markdown"}}));
  const auto error = [](const std::string& options) {
    return error_of(with_paths(R"({"/": {"type": "static", "options": )" + options + "}}"));
  };
  EXPECT_THAT(error(R"({"cache_timeout": -1})"), HasSubstr("cache_timeout"));
  EXPECT_THAT(error(R"({"mime_types": {".md": "markdown"}})"),
              EndsWith("expected a media type such as \"text/markdown\", found \"markdown\""));
  EXPECT_THAT(error(R"({"mime_types": {".md": "text/x\r\nSet-Cookie: a"}})"),
              HasSubstr("expected a media type"));
}

TEST(Transports, SaysThatTypesHaveNoEffectWithoutADirectory) {
  const auto notices = [](const std::string& members) {
    return notices_of(with_paths(R"({"/": {"type": "static", )" + members + "}}"));
  };
  const std::string types = R"("options": {"cache_timeout": 3600, "mime_types": {".md": "text/markdown"}})";
  EXPECT_THAT(notices(types),
              ElementsAre(EndsWith("options.mime_types: has no effect without a \"directory\": the page that "
                                   "is built in is served")));
  EXPECT_THAT(notices(types + R"(, "directory": "web")"), IsEmpty());
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
  for (const std::string type : {"json", "nodeinfo", "wsgi", "publisher", "caller", "reverseproxy", "wap"})
    EXPECT_THAT(error_of(with_paths(R"({"x": {"type": ")" + type + "\"}}")),
                EndsWith("at $.transports[0].paths.x.type: \"" + type + "\" is not supported yet"));
  EXPECT_THAT(error_of(with_paths(R"({"x": {"type": "websoket"}})")),
              EndsWith("expected \"websocket\", \"static\", \"health\", \"ready\", \"metrics\", "
                       "\"longpoll\" or \"none\", found \"websoket\"; did you mean \"websocket\"?"));
  EXPECT_THAT(error_of(with_paths(R"({"x": {"type": "static", "package": "p", "resource": "r"}})")),
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
                     ",\n \"transports\": [{\"type\": \"universal\",\n  \"mqtt\": {}}]}"),
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
  EXPECT_THAT(error_of(with_transports(R"([{"type": "web"}])")), EndsWith("the key \"paths\" is missing"));
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

TEST(Endpoints, FillsAddressAndBacklog) {
  const Transport transport =
      transport_of(with_endpoint(R"({"type": "tcp", "interface": "0.0.0.0", "port": 65535, "backlog": 7})"));
  EXPECT_EQ(transport.interface, "0.0.0.0");
  EXPECT_EQ(transport.port, 65535);
  EXPECT_EQ(transport.backlog, 7);
}

TEST(Endpoints, ListensOnLoopbackUnlessToldOtherwise) {
  const auto interface = [](const std::string& members) {
    return transport_of(with_endpoint(R"({"type": "tcp", "port": 1)" + members + "}")).interface;
  };
  EXPECT_EQ(interface(""), "127.0.0.1");
  EXPECT_EQ(interface(R"(, "version": 4)"), "127.0.0.1");
  EXPECT_EQ(interface(R"(, "version": 6)"), "::1");
  EXPECT_EQ(interface(R"(, "interface": "")"), "0.0.0.0");
  EXPECT_EQ(interface(R"(, "interface": "", "version": 6)"), "::");
  EXPECT_EQ(interface(R"(, "interface": "0:0:0:0:0:0:0:1", "version": 6)"), "::1");
  EXPECT_EQ(interface(R"(, "interface": "localhost")"), "127.0.0.1");
  EXPECT_EQ(interface(R"(, "interface": "localhost", "version": 6)"), "::1");
}

TEST(Endpoints, MayBeUnixDomainSockets) {
  const auto endpoint = [](const std::string& members) {
    return with_endpoint(R"({"type": "unix")" + members + "}");
  };
  const Transport plain = transport_of(endpoint(R"(, "path": "/run/wampd.sock")"));
  EXPECT_EQ(plain.socket_path, "/run/wampd.sock");
  EXPECT_EQ(plain.socket_mode, 0600u);
  EXPECT_EQ(transport_of(endpoint(R"(, "path": "../run/x")")).socket_path, "/etc/run/x");
  EXPECT_EQ(transport_of(endpoint(R"(, "path": "x", "mode": "0660")")).socket_mode, 0660u);
  EXPECT_EQ(transport_of(endpoint(R"(, "path": "x", "backlog": 5)")).backlog, 5);
  for (const std::string mode : {"0888", "rw", "07777", "-1", "0660 "})
    EXPECT_THAT(error_of(endpoint(R"(, "path": "x", "mode": ")" + mode + "\"")),
                HasSubstr("expected an octal file mode"));
  EXPECT_THAT(error_of(endpoint("")), EndsWith("the key \"path\" is missing"));
  EXPECT_THAT(error_of(endpoint(R"(, "path": "")")), EndsWith("must not be empty"));
  EXPECT_THAT(error_of(endpoint(R"(, "path": "x", "port": 1)")), HasSubstr("unknown key \"port\""));
  EXPECT_THAT(error_of(endpoint(R"(, "path": "/)" + std::string(107, 'x') + "\"")),
              HasSubstr("at most 107 bytes long"));
}

TEST(Endpoints, MayNotBeTheSameUnixDomainSocketTwice) {
  const std::string one = R"({"type": "websocket", "endpoint": {"type": "unix", "path": "x"}})";
  EXPECT_THAT(error_of(with_transports("[" + one + "," + one + "]")),
              EndsWith("a second transport on unix:/etc/wampd/x"));
}

TEST(Endpoints, RefusesWhatItCannotListenOn) {
  const auto endpoint = [](const std::string& members) {
    return error_of(with_endpoint("{" + members + "}"));
  };
  EXPECT_THAT(endpoint(R"("type": "tls", "port": 1)"),
              EndsWith("endpoint.type: \"tls\" is not supported yet"));
  EXPECT_THAT(endpoint(R"("type": "tcp", "portrange": [1, 2])"),
              EndsWith("\"portrange\" is not supported yet"));
  EXPECT_THAT(endpoint(R"("type": "tcp")"), EndsWith("the key \"port\" is missing"));
  EXPECT_THAT(endpoint(R"("type": "tcp", "port": "8080")"), EndsWith("expected a number, found a string"));
  EXPECT_THAT(endpoint(R"("type": "tcp", "port": 65536)"),
              EndsWith("expected a whole number from 0 to 65535"));
  EXPECT_THAT(endpoint(R"("type": "tcp", "port": 1, "backlog": 0)"), EndsWith("from 1 to 65535"));
  EXPECT_THAT(endpoint(R"("type": "tcp", "port": 1, "version": 5)"), EndsWith("expected 4 or 6"));
  EXPECT_THAT(endpoint(R"("type": "tcp", "port": 1, "version": 4, "interface": "::1")"),
              EndsWith("is not an address of IP version 4"));
  EXPECT_THAT(endpoint(R"("type": "tcp", "port": 1, "version": 6, "interface": "10.0.0.1")"),
              EndsWith("is not an address of IP version 6"));
  EXPECT_THAT(endpoint(R"("type": "tcp", "port": 1, "interface": "example.com")"),
              HasSubstr("endpoint.interface: expected \"localhost\" or an IP address"));
  EXPECT_THAT(endpoint(R"("type": "tcp", "prot": 1)"),
              EndsWith("unknown key \"prot\"; did you mean \"port\"?"));
}

TEST(SessionSettings, LetsEverybodyInAsTheRoleGiven) {
  const std::string realms =
      R"([{"name": "r", "roles": [{"name": "guest", "permissions": []}]},
          {"name": "s", "roles": [{"name": "anonymous", "permissions": []}]}])";
  const auto role = [&](const std::string& auth) {
    const AuthMethods methods =
        transport_of(R"({"realms": )" + realms +
                     R"(, "transports": [{"type": "websocket", "endpoint": {"type": "tcp", "port": 1})" +
                     auth + "}]}")
            .auth;
    return methods.empty() ? "" : methods.at("anonymous").principals.at("").role;
  };
  EXPECT_EQ(role(R"(, "auth": {"anonymous": {"type": "static", "role": "guest"}})"), "guest");
  EXPECT_EQ(role(R"(, "auth": {"anonymous": {"type": "static"}})"), "anonymous");
  EXPECT_EQ(role(""), "anonymous");
  EXPECT_EQ(role(R"(, "auth": {})"), "");
}

TEST(SessionSettings, WarnsWhenNobodyGetsIn) {
  EXPECT_THAT(
      notices_of(with_websocket(R"("auth": {})")),
      ElementsAre(EndsWith("at $.transports[0].auth: nobody gets in: no way to authenticate is given")));
  const std::string guests = R"({"realms": [{"name": "r", "roles": [{"name": "guest", "permissions": []}]}],
                                 "transports": [{"endpoint": {"type": "tcp", "port": 1}, )";
  const Config config = parse(guests + R"("type": "websocket"}]})");
  EXPECT_TRUE(config.transports.at(0).auth.empty());
  EXPECT_THAT(notices_of(config), ElementsAre(HasSubstr("at $.transports[0]: nobody gets in")));
  EXPECT_THAT(notices_of(guests + R"("type": "web", "paths": {"/": {"type": "static"}}}]})"), IsEmpty());
}

TEST(SessionSettings, RefusesRolesAndMethodsThatDoNotExist) {
  const auto auth = [](const std::string& text) { return error_of(with_websocket(R"("auth": )" + text)); };
  EXPECT_THAT(
      auth(R"({"anonymous": {"type": "static", "role": "anonymos"}})"),
      EndsWith("at $.transports[0].auth.anonymous.role: no realm has a role \"anonymos\"; did you mean "
               "\"anonymous\"?"));
  for (const std::string method : {"ticket", "wampcra", "scram", "cryptosign", "tls", "jwt"})
    EXPECT_THAT(auth("{\"" + method + "\": {}}"),
                EndsWith("at $.transports[0].auth." + method + ": the key \"type\" is missing"));
  EXPECT_THAT(auth(R"({"ticket": {"type": "function"}})"), EndsWith("\"function\" is not supported yet"));
  EXPECT_THAT(auth(R"({"anonymos": {}})"), EndsWith("did you mean \"anonymous\"?"));
}

TEST(SessionSettings, TakesSerializersInTheirOrder) {
  EXPECT_THAT(transport_of(with_transports(some_transports)).serializers,
              ElementsAre("msgpack", "json", "cbor"));
  EXPECT_THAT(transport_of(with_websocket(R"("serializers": ["json"])")).serializers, ElementsAre("json"));
  EXPECT_THAT(transport_of(with_websocket(R"("serializers": ["json", "cbor", "msgpack"])")).serializers,
              ElementsAre("json", "cbor", "msgpack"));
  EXPECT_THAT(error_of(with_websocket(R"("serializers": [])")), EndsWith("serializers: must not be empty"));
  EXPECT_THAT(error_of(with_websocket(R"("serializers": ["json", "ubjson"])")),
              EndsWith("at $.transports[0].serializers[1]: \"ubjson\" is not supported yet"));
  EXPECT_THAT(error_of(with_websocket(R"("serializers": ["ubjson"])")),
              EndsWith("\"ubjson\" is not supported yet"));
  EXPECT_THAT(error_of(with_websocket(R"("serializers": ["json", "json"])")),
              EndsWith("\"json\" is given twice"));
  EXPECT_THAT(error_of(with_websocket(R"("serializers": ["bson"])")), HasSubstr("did you mean \"json\"?"));
}

TEST(SessionSettings, TakesThemFromTheWebSocketPathsToo) {
  const Transport transport = transport_of(with_paths(
      R"({"/": {"type": "static"},
          "ws": {"type": "websocket", "serializers": ["json"], "options": {"max_message_size": 5},
                 "auth": {"anonymous": {"type": "static"}}, "limits": {"max_depth": 9}}})"));
  EXPECT_THAT(transport.serializers, ElementsAre("json"));
  EXPECT_EQ(transport.limits.max_message_size, 5u);
  EXPECT_EQ(transport.limits.max_depth, 9u);
}

TEST(SessionSettings, RefusesDifferentOnesInOneTransport) {
  const auto paths = [](const std::string& first, const std::string& second) {
    return error_of(with_paths(R"({"a": {"type": "websocket")" + first + R"(}, "b": {"type": "websocket")" +
                               second + "}}"));
  };
  EXPECT_EQ(paths(R"(, "serializers": ["json"])", R"(, "serializers": ["json"])"), "accepted");
  EXPECT_THAT(paths(R"(, "serializers": ["json"])", R"(, "serializers": ["msgpack"])"),
              EndsWith("at $.transports[0].paths.b: WebSocket paths of one transport with different "
                       "\"serializers\": this is not supported yet"));
  EXPECT_THAT(paths(R"(, "auth": {})", ""),
              HasSubstr("paths.b: WebSocket paths of one transport with different"));
  EXPECT_THAT(paths("", R"(, "auth": {})"),
              HasSubstr("paths.b: WebSocket paths of one transport with different"));
  EXPECT_THAT(error_of(with_transports(R"([{"type": "web", "endpoint": {"type": "tcp", "port": 1},
                                            "auth": {}, "paths": {"ws": {"type": "websocket", "auth": {}}}}])")),
              EndsWith("paths.ws.auth: \"auth\" is already given for the whole transport"));
}

TEST(Options, FillsEveryLimitFromLimits) {
  const TransportLimits limits =
      transport_of(with_websocket(R"("limits": {"max_message_size": 1, "max_queued_bytes": 2, "max_depth": 3,
          "max_connections": 4, "handshake_timeout_ms": 5, "ping_interval_ms": 6, "ping_timeout_ms": 7,
          "close_timeout_ms": 8})"))
          .limits;
  EXPECT_EQ(limits.max_message_size, 1u);
  EXPECT_EQ(limits.max_queued_bytes, 2u);
  EXPECT_EQ(limits.max_depth, 3u);
  EXPECT_EQ(limits.max_connections, 4u);
  EXPECT_EQ(limits.handshake_timeout_ms, 5u);
  EXPECT_EQ(limits.ping_interval_ms, 6u);
  EXPECT_EQ(limits.ping_timeout_ms, 7u);
  EXPECT_EQ(limits.close_timeout_ms, 8u);
}

TEST(Options, FillsLimitsFromCrossbarsOptions) {
  const Config config = parse(with_websocket(
      R"("options": {"max_message_size": 1, "open_handshake_timeout": 2, "auto_ping_interval": 3,
                     "auto_ping_timeout": 4, "close_handshake_timeout": 5})"));
  const TransportLimits limits = config.transports.at(0).limits;
  EXPECT_EQ(limits.max_message_size, 1u);
  EXPECT_EQ(limits.handshake_timeout_ms, 2u);
  EXPECT_EQ(limits.ping_interval_ms, 3u);
  EXPECT_EQ(limits.ping_timeout_ms, 4u);
  EXPECT_EQ(limits.close_timeout_ms, 5u);
  EXPECT_THAT(notices_of(config), IsEmpty());
}

TEST(Options, KeepsTheDefaultWhereCrossbarWouldHaveNoLimit) {
  const Config config = parse(with_websocket(R"("options": {"auto_ping_interval": 0})"));
  EXPECT_EQ(config.transports.at(0).limits.ping_interval_ms, TransportLimits().ping_interval_ms);
  EXPECT_THAT(notices_of(config), ElementsAre(HasSubstr("options.auto_ping_interval: 0 has no effect")));
}

TEST(Options, RefusesLimitsOutOfRangeUnknownOrGivenTwice) {
  EXPECT_THAT(error_of(with_websocket(R"("limits": {"max_depth": 0})")),
              EndsWith("a whole number from 1 to 1000"));
  EXPECT_THAT(error_of(with_websocket(R"("limits": {"max_message_size": 1073741825})")),
              HasSubstr("to 1073741824"));
  EXPECT_THAT(error_of(with_websocket(R"("limits": {"ping_timeout_ms": 86400001})")),
              HasSubstr("to 86400000"));
  EXPECT_THAT(error_of(with_websocket(R"("limits": {"ping_timeout": 5})")),
              EndsWith("limits: unknown key \"ping_timeout\"; did you mean \"ping_timeout_ms\"?"));
  EXPECT_THAT(
      error_of(with_websocket(R"("options": {"auto_ping_interval": 5}, "limits": {"ping_interval_ms": 5})")),
      EndsWith("limits.ping_interval_ms: is already given in \"options\" as \"auto_ping_interval\""));
}

TEST(Options, KeepsTheQueueAsLargeAsTheLargestMessage) {
  const auto queue = [](const std::string& members) {
    return transport_of(with_websocket(members)).limits.max_queued_bytes;
  };
  EXPECT_EQ(queue(R"("options": {"max_message_size": 67108864})"), 67108864u);
  EXPECT_EQ(queue(R"("options": {"max_message_size": 1000})"), TransportLimits().max_queued_bytes);
  EXPECT_THAT(error_of(with_websocket(R"("limits": {"max_message_size": 10, "max_queued_bytes": 9})")),
              EndsWith("limits.max_queued_bytes: is less than the maximum message size, 10"));
}

// ---- compression

using transport::CompressionOptions;

std::string with_deflate(const std::string& members) {
  return with_websocket(R"("options": {"compression": {"deflate": {)" + members + "}}}");
}

TEST(CompressionOfWebSocketMessages, IsOffByDefault) {
  EXPECT_FALSE(transport_of(with_transports(some_transports)).compression);
  EXPECT_FALSE(transport_of(with_websocket(R"("options": {"compression": {}})")).compression);
}

TEST(CompressionOfWebSocketMessages, IsConfiguredByCrossbarsKeys) {
  EXPECT_EQ(transport_of(with_deflate("")).compression, CompressionOptions());
  const Config config =
      parse(with_deflate(R"("request_no_context_takeover": true, "request_max_window_bits": 12,
                      "no_context_takeover": true, "max_window_bits": 11, "memory_level": 5)"));
  EXPECT_EQ(config.transports.at(0).compression,
            (CompressionOptions{.window_bits = 11, .memory_level = 5, .client_window_bits = 12}));
  EXPECT_THAT(notices_of(config), IsEmpty());
}

TEST(CompressionOfWebSocketMessages, MayBeOfAPathAsOfTheWholeTransport) {
  const std::string path =
      R"({"type": "websocket", "options": {"compression": {"deflate": {"memory_level": 3}}}})";
  EXPECT_EQ(transport_of(with_paths(R"({"ws": )" + path + "}")).compression,
            CompressionOptions{.memory_level = 3});
  EXPECT_THAT(error_of(with_paths(R"({"a": )" + path + R"(, "b": {"type": "websocket"}})")),
              HasSubstr("WebSocket paths of one transport with different \"options\""));
}

TEST(CompressionOfWebSocketMessages, TakesNoWindowAndNoMemoryThatZlibDoesNotHave) {
  for (const std::string key : {"max_window_bits", "request_max_window_bits"}) {
    for (const std::string bits : {"8", "16", "0", "-1"})
      EXPECT_THAT(error_of(with_deflate("\"" + key + "\": " + bits)),
                  EndsWith("options.compression.deflate." + key + ": expected a whole number from 9 to 15"));
    for (const std::string bits : {"9", "15"})
      EXPECT_EQ(error_of(with_deflate("\"" + key + "\": " + bits)), "accepted");
  }
  for (const std::string level : {"0", "10"})
    EXPECT_THAT(error_of(with_deflate("\"memory_level\": " + level)),
                EndsWith("memory_level: expected a whole number from 1 to 9"));
  for (const std::string level : {"1", "9"})
    EXPECT_EQ(error_of(with_deflate("\"memory_level\": " + level)), "accepted");
}

TEST(CompressionOfWebSocketMessages, TakesNoKeysThatNobodyKnows) {
  EXPECT_THAT(error_of(with_websocket(R"("options": {"compression": {"bzip2": {}}})")),
              EndsWith("compression: unknown key \"bzip2\""));
  EXPECT_THAT(error_of(with_deflate("\"max_window_bit\": 9")),
              EndsWith("unknown key \"max_window_bit\"; did you mean \"max_window_bits\"?"));
  EXPECT_THAT(error_of(with_deflate("\"no_context_takeover\": 1")),
              EndsWith("expected true or false, found a number"));
  EXPECT_THAT(error_of(with_websocket(R"("options": {"compression": {"deflate": true}})")),
              EndsWith("deflate: expected an object, found true or false"));
}

TEST(CompressionOfWebSocketMessages, SaysThatNoContextIsTakenOver) {
  EXPECT_THAT(
      notices_of(
          parse(with_deflate(R"("no_context_takeover": false, "request_no_context_takeover": false)"))),
      ElementsAre(EndsWith("deflate.no_context_takeover: false has no effect: the router's messages are "
                           "compressed each by itself"),
                  EndsWith("deflate.request_no_context_takeover: false has no effect: clients' messages are "
                           "compressed each by itself")));
}

TEST(CompressionOfWebSocketMessages, HasNoEffectWhereNoWebSocketIsServed) {
  const std::string compressed =
      R"("endpoint": {"type": "tcp", "port": 1}, "options": {"compression": {"deflate": {}}})";
  const auto transport = [&](const std::string& members) {
    return with_transports("[{" + compressed + ", " + members + "}]");
  };
  const auto notice =
      EndsWith("at $.transports[0].options.compression: has no effect: no WebSocket is served here");
  for (const std::string members :
       {R"("type": "rawsocket")", R"("type": "universal", "rawsocket": {})",
        R"("type": "web", "paths": {"/": {"type": "static"}, "lp": {"type": "longpoll"}})"})
    EXPECT_THAT(notices_of(transport(members)), ElementsAre(notice)) << members;
  for (const std::string members :
       {R"("type": "websocket")",
        R"("type": "universal", "rawsocket": {}, "websocket": {"ws": {"type": "websocket"}})"})
    EXPECT_THAT(notices_of(transport(members)), IsEmpty()) << members;

  const Config crossbars = parse(crossbar("[{\"type\": \"rawsocket\", " + compressed + "}]"));
  EXPECT_FALSE(crossbars.transports.at(0).compression);
  EXPECT_THAT(left_out_table(crossbars.notices),
              HasSubstr("$.workers[0].transports[0].options.compression  has no effect: no WebSocket"));
}

// ----

TEST(Options, TakesOriginsAndPatterns) {
  EXPECT_THAT(transport_of(with_transports(some_transports)).allowed_origins, IsEmpty());
  EXPECT_THAT(transport_of(
                  with_websocket(
                      R"("options": {"allowed_origins": ["*", "https://*.a.com", "http://b:8080", "null"]})"))
                  .allowed_origins,
              ElementsAre("*", "https://*.a.com", "http://b:8080", "null"));
}

TEST(Options, RefusesOriginsThatNoBrowserSends) {
  for (const std::string origin : {"", "example.com", "https://example.com/", "https://example.com/app"})
    EXPECT_THAT(error_of(with_websocket(R"("options": {"allowed_origins": [")" + origin + "\"]}")),
                HasSubstr("at $.transports[0].options.allowed_origins[0]: "))
        << origin;
  EXPECT_THAT(error_of(with_websocket(R"("options": {"allowed_origins": "*"})")),
              EndsWith("expected a list, found a string"));
}

TEST(Options, DoesNotIgnoreAForbiddenNullOrigin) {
  EXPECT_THAT(
      error_of(with_websocket(R"("options": {"allowed_origins": ["*"], "allow_null_origin": false})")),
      EndsWith("allow_null_origin: false is not supported yet beside the allowed origin \"*\""));
  EXPECT_EQ(error_of(with_websocket(R"("options": {"allowed_origins": ["*"], "allow_null_origin": true})")),
            "accepted");
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
