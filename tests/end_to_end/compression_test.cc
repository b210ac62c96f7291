// permessage-deflate (RFC 7692) between real clients of a whole router.
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/end_to_end/server_fixture.h"
#include "tests/support/deflate.h"

namespace router {
namespace {

using serializers::Format;
using testing::HasSubstr;
using testing::StartsWith;

const Speech compressed_json(Format::json, Carrier::compressed_websocket);

config::Config compressing(const transport::CompressionOptions& options = {}) {
  config::Config config = test_config();
  config.transports.front().compression = options;
  return config;
}

std::string extensions(RunningServer& router, const std::string& offers,
                       const std::string& subprotocol = "wamp.2.json") {
  test_support::RawClient client(router.port());
  const auto reply = client.handshake("/ws", subprotocol, "Sec-WebSocket-Extensions: " + offers + "\r\n");
  EXPECT_EQ(reply.status, 101);
  return reply.header("sec-websocket-extensions");
}

TEST(CompressionOfATransport, IsOffByDefault) {
  RunningServer router;
  EXPECT_EQ(extensions(router, "permessage-deflate"), "");
}

TEST(CompressionOfATransport, IsAgreedOnWithClientsThatOfferIt) {
  RunningServer router{compressing({.window_bits = 12, .client_window_bits = 10})};
  EXPECT_EQ(extensions(router, "permessage-deflate; client_max_window_bits"),
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
            "server_max_window_bits=12; client_max_window_bits=10");
  EXPECT_EQ(extensions(router, "permessage-deflate; unheard_of"), "");
  EXPECT_EQ(
      extensions(router, "permessage-deflate; unheard_of\r\nSec-WebSocket-Extensions: permessage-deflate"),
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
      "server_max_window_bits=12")
      << "in a second header";
  WampClient client = router.connect(Format::json);
  client.says(R"([1,"realm1",{"roles":{"caller":{}}}])");
  EXPECT_FALSE(client.raw().read_frame().compressed) << "to who has not offered it";
}

TEST(CompressionOfATransport, IsNotForBatches) {
  RunningServer router{compressing()};
  EXPECT_EQ(extensions(router, "permessage-deflate", "wamp.2.json.batched"), "");
  WampClient batched = router.join({Format::json, Carrier::batched_websocket});
  WampClient compressed = router.join(compressed_json);
  compressed.says(R"([32,1,{},"com.topic"])");
  compressed.hears();
  batched.says(R"([16,1,{},"com.topic",[1]])");
  EXPECT_THAT(compressed.hears(), StartsWith("[36,"));
}

// Letters without a rule, but that for each window some come again just behind it, where the next larger one
// reaches.
std::string with_repeats_behind_each_window() {
  std::mt19937 random(1);  // a fixed seed: every run does the same
  const auto letters = [&random](size_t count) {
    std::string text;
    while (text.size() < count) text += static_cast<char>('A' + random() % 26);
    return text;
  };
  std::string text;
  for (int bits = 9; bits <= 14; ++bits) {
    const size_t window = size_t{1} << bits;
    const std::string repeated = letters(100);
    text += repeated + letters(window / 4 * 5 - repeated.size()) + repeated;
  }
  return text;
}

TEST(CompressionOfATransport, KeepsToTheWindowThatAClientTakes) {
  RunningServer router{compressing()};
  WampClient publisher = router.join(Format::json);
  const std::string text = with_repeats_behind_each_window();
  EXPECT_EQ(extensions(router, "permessage-deflate; server_max_window_bits=8"), "")
      << "zlib has none so small";
  for (int bits = 9; bits <= 15; ++bits) {
    test_support::RawClient client(router.port());
    client.handshake("/ws", "wamp.2.json",
                     "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=" +
                         std::to_string(bits) + "\r\n");
    client.send_text(R"([1,"realm1",{"roles":{"subscriber":{}}}])");
    EXPECT_THAT(client.read_message(), StartsWith("[2,"));
    client.send_text(R"([32,1,{},"com.topic"])");
    EXPECT_THAT(client.read_message(), StartsWith("[33,1,"));
    publisher.says(R"([16,1,{},"com.topic",[")" + text + "\"]]");
    const auto event = client.read_frame();
    ASSERT_TRUE(event.compressed);
    EXPECT_THAT(test_support::inflated(event.payload, bits), HasSubstr(text));
  }
}

TEST(CompressionOfATransport, IsThatOfTheConfigurationAtTheTimeOfTheConnection) {
  RunningServer router;
  WampClient before = router.join(Format::json);
  config::Config next = compressing();
  next.transports.front().port = 0;
  router.server().reload(next);
  WampClient after = router.join(compressed_json);
  for (WampClient* client : {&before, &after}) {
    client->says(R"([32,1,{},"com.topic"])");
    EXPECT_THAT(client->hears(), StartsWith("[33,1,"));
  }
}

}  // namespace
}  // namespace router
