// RawSocket clients that take short messages only, handshakes that are refused, Unix domain sockets.
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/end_to_end/server_fixture.h"

namespace router {
namespace {

using namespace std::string_literals;
using serializers::Format;
using test_support::RawClient;
using testing::StartsWith;

// Takes 2048 bytes.
Speech modest() {
  Speech speech(Format::json, Carrier::rawsocket);
  speech.max_frame_size = 2048;
  return speech;
}

const std::string big = "\"" + std::string(4000, 'x') + "\"";

class ShortFrames : public testing::Test {
 protected:
  RunningServer router;
};

TEST_F(ShortFrames, AnInvocationThatIsTooLongIsAnErrorForTheCaller) {
  WampClient callee = router.join(modest());
  callee.says(R"([64,1,{},"com.echo"])");
  callee.hears();
  WampClient caller = router.join(Format::msgpack);
  caller.says(R"([48,1,{},"com.echo",[)" + big + "]]");
  EXPECT_EQ(caller.hears(), R"([8,48,1,{},"wamp.error.payload_size_exceeded"])");
  caller.says(R"([48,2,{},"com.echo",["short"]])");
  EXPECT_EQ(callee.hears(), R"([68,2,1,{},["short"]])");
  callee.says(R"([70,2,{},["short"]])");
  EXPECT_EQ(caller.hears(), R"([50,2,{},["short"]])");
}

TEST_F(ShortFrames, AResultOrErrorThatIsTooLongIsAnErrorForTheCaller) {
  WampClient callee = router.join(Format::cbor);
  callee.says(R"([64,1,{},"com.echo"])");
  callee.hears();
  WampClient caller = router.join(modest());
  caller.says(R"([48,1,{},"com.echo"])");
  callee.hears();
  callee.says("[70,1,{},[" + big + "]]");
  EXPECT_EQ(caller.hears(), R"([8,48,1,{},"wamp.error.payload_size_exceeded"])");
  caller.says(R"([48,2,{},"com.echo"])");
  callee.hears();
  callee.says(R"([8,68,2,{},"com.error.odd",[)" + big + "]]");
  EXPECT_EQ(caller.hears(), R"([8,48,2,{},"wamp.error.payload_size_exceeded"])");
}

TEST_F(ShortFrames, AProgressiveResultThatIsTooLongEndsTheCall) {
  WampClient callee = router.join(Format::json);
  callee.says(R"([64,1,{},"com.report"])");
  callee.hears();
  WampClient caller = router.join(modest());
  caller.says(R"([48,1,{"receive_progress":true},"com.report"])");
  callee.hears();
  callee.says(R"([70,1,{"progress":true},[1]])");
  EXPECT_EQ(caller.hears(), R"([50,1,{"progress":true},[1]])");
  callee.says(R"([70,1,{"progress":true},[)" + big + "]]");
  EXPECT_THAT(caller.hears(), StartsWith(R"([8,48,1,{},"wamp.error.canceled")"));
  EXPECT_THAT(callee.hears(), StartsWith("[69,1,"));
  callee.says(R"([70,1,{},["late"]])");
  caller.says(R"([48,2,{},"com.nobody"])");
  EXPECT_THAT(caller.hears(), StartsWith(R"([8,48,2,{},"wamp.error.no_such_procedure")"));
}

TEST_F(ShortFrames, AnEventThatIsTooLongIsLostForThatSubscriberOnly) {
  WampClient subscriber = router.join(modest());
  WampClient other = router.join({Format::json, Carrier::rawsocket});
  for (WampClient* client : {&subscriber, &other}) {
    client->says(R"([32,1,{},"com.news"])");
    client->hears();
  }
  WampClient publisher = router.join(Format::json);
  publisher.says(R"([16,1,{},"com.news",[)" + big + "]]");
  publisher.says(R"([16,2,{},"com.news",["short"]])");
  EXPECT_THAT(subscriber.hears(), testing::EndsWith(R"(["short"]])"));
  EXPECT_THAT(other.hears(), testing::HasSubstr(big));
  EXPECT_THAT(other.hears(), testing::EndsWith(R"(["short"]])"));
}

TEST_F(ShortFrames, TheShortestHasRoomForWelcomeInEverySerializer) {
  for (const Format format : serializers::all_formats) {
    Speech speech(format, Carrier::rawsocket);
    speech.max_frame_size = 2048;
    router.join(speech);
  }
}

class RawSocketHandshake : public testing::Test {
 protected:
  static std::string reply(uint16_t port, const std::string& request) {
    RawClient client(port);
    client.send(request);
    return client.read_to_end();
  }
};

TEST_F(RawSocketHandshake, IsRefusedWithTheReason) {
  RunningServer router;
  const uint16_t port = router.port();
  for (const int serializer : {0, 4, 5, 15})
    EXPECT_EQ(reply(port, {0x7F, static_cast<char>(0xF0 | serializer), 0, 0}), "\x7F\x10\x00\x00"s);
  EXPECT_EQ(reply(port, "\x7F\x01\x00\x00"s), "\x7F\x20\x00\x00"s);
  EXPECT_EQ(reply(port, "\x7F\x11\x00\x00"s), "\x7F\x20\x00\x00"s);
  EXPECT_EQ(reply(port, "\x7F\xF1\x00\x01"s), "\x7F\x30\x00\x00"s);
}

TEST_F(RawSocketHandshake, OffersWhatTheTransportDoes) {
  config::Config config = test_config();
  config.transports.front().rawsocket_serializers = {"cbor"};
  RunningServer router(config);
  EXPECT_EQ(reply(router.port(), "\x7F\xF1\x00\x00"s), "\x7F\x10\x00\x00"s);
  router.join({Format::cbor, Carrier::rawsocket});
  router.join(Format::json);
}

TEST_F(RawSocketHandshake, IsAnsweredInHttpIfRawSocketIsNotServed) {
  config::Config config = test_config();
  config.transports.front().rawsocket_serializers = {};
  RunningServer router(config);
  EXPECT_THAT(reply(router.port(), "\x7F\xF1\x00\x00"s), StartsWith("HTTP/1.1 400 "));
}

TEST_F(RawSocketHandshake, TellsOfTooManyConnections) {
  config::Config config = test_config();
  config.transports.front().type = config::Transport::Type::rawsocket;
  config.transports.front().paths.clear();
  config.transports.front().limits.max_connections = 1;
  RunningServer router(config);
  const WampClient first = router.join({Format::json, Carrier::rawsocket});
  EXPECT_EQ(RawClient(router.port()).read_to_end(), "\x7F\x40\x00\x00"s);
}

TEST(RawSocketOnly, RefusesHttp) {
  config::Config config = test_config();
  config.transports.front().paths.clear();
  RunningServer router(config);
  router.join({Format::msgpack, Carrier::rawsocket});
  EXPECT_EQ(RawClient(router.port()).handshake("/ws", "wamp.2.json").status, 404);
}

TEST(UnixDomainSocket, CarriesRawSocketAndWebSocket) {
  std::string pattern = std::filesystem::temp_directory_path() / "wampd-test-XXXXXX";
  const std::filesystem::path folder = ::mkdtemp(pattern.data());
  config::Config config = test_config();
  config.transports.front().socket_path = folder / "wampd.sock";
  {
    RunningServer router(config);
    EXPECT_EQ(router.server().address(0), "unix:" + (folder / "wampd.sock").string());
    WampClient callee(RawClient::over_unix(folder / "wampd.sock"), {Format::json, Carrier::rawsocket});
    callee.joins();
    callee.says(R"([64,1,{},"com.echo"])");
    callee.hears();
    WampClient caller(RawClient::over_unix(folder / "wampd.sock"), Format::cbor);
    caller.joins();
    caller.says(R"([48,1,{},"com.echo",[1]])");
    EXPECT_EQ(callee.hears(), "[68,1,1,{},[1]]");
  }
  EXPECT_FALSE(std::filesystem::exists(folder / "wampd.sock"));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace router
