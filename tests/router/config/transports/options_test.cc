#include "router/config/inventory.h"
#include "tests/router/config/config_text.h"

namespace router::config::test {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

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

}  // namespace
}  // namespace router::config::test
