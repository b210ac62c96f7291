#include "tests/router/config/config_text.h"

namespace router::config::test {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

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

}  // namespace
}  // namespace router::config::test
