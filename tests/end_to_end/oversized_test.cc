// Messages that are too long: whoever waits for them gets an ERROR, and the session lives.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/end_to_end/server_fixture.h"

namespace router {
namespace {

using serializers::Format;
using testing::HasSubstr;
using testing::StartsWith;

config::Config small() {
  config::Config config = test_config();
  config.transports.front().limits.max_message_size = 1000;
  config.transports.front().compression.emplace();
  return config;
}

std::string with_long_payload(std::string beginning) {
  return beginning.append(",[\"").append(5000, 'x').append("\"]]");
}

class WhoSendsTooMuch : public testing::TestWithParam<Speech> {
 protected:
  // The session goes on with its next request.
  void expect_alive(WampClient& client, int next_request) {
    const std::string request = std::to_string(next_request);
    client.says("[32," + request + ",{},\"com.topic\"]");
    EXPECT_THAT(client.hears(), StartsWith("[33," + request + ","));
  }

  RunningServer router{small()};
};

INSTANTIATE_TEST_SUITE_P(Serializers, WhoSendsTooMuch,
                         testing::Values(Speech(Format::json), Speech(Format::msgpack, Carrier::rawsocket),
                                         Speech(Format::cbor),
                                         Speech(Format::json, Carrier::compressed_websocket),
                                         Speech(Format::msgpack, Carrier::compressed_websocket)),
                         [](const auto& tested) { return tested.param.name(); });

TEST_P(WhoSendsTooMuch, IsToldSoForEachRequest) {
  WampClient client = router.join(GetParam());
  client.says(with_long_payload(R"([48,1,{},"com.add")"));
  EXPECT_EQ(client.hears(), R"([8,48,1,{},"wamp.error.payload_size_exceeded"])");
  client.says(with_long_payload(R"([16,2,{"acknowledge":true},"com.topic")"));
  EXPECT_EQ(client.hears(), R"([8,16,2,{},"wamp.error.payload_size_exceeded"])");
  client.says("[32,3,{},\"com." + std::string(5000, 'x') + "\"]");
  EXPECT_EQ(client.hears(), R"([8,32,3,{},"wamp.error.payload_size_exceeded"])");
  client.says("[64,4,{},\"com." + std::string(5000, 'x') + "\"]");
  EXPECT_EQ(client.hears(), R"([8,64,4,{},"wamp.error.payload_size_exceeded"])");
  client.says(with_long_payload(R"([16,5,{},"com.topic")"));
  expect_alive(client, 6);
}

TEST_P(WhoSendsTooMuch, AnswersItsCallerWithAnError) {
  WampClient callee = router.join(GetParam()), caller = router.join(Format::json);
  callee.says(R"([64,1,{},"com.add"])");
  callee.hears();
  for (const std::string request : {"1", "2"}) {
    caller.says("[48," + request + ",{},\"com.add\"]");
    EXPECT_THAT(callee.hears(), StartsWith("[68," + request + ","));
    callee.says(with_long_payload(request == "1" ? "[70,1,{}" : "[8,68,2,{},\"com.error\""));
    EXPECT_EQ(caller.hears(), "[8,48," + request + R"(,{},"wamp.error.payload_size_exceeded"])");
  }
  expect_alive(callee, 2);
}

TEST_P(WhoSendsTooMuch, EndsItsProgressiveCall) {
  WampClient callee = router.join(GetParam()), caller = router.join(GetParam());
  callee.says(R"([64,1,{},"com.add"])");
  callee.hears();
  caller.says(R"([48,1,{"progress":true},"com.add"])");
  EXPECT_THAT(callee.hears(), StartsWith("[68,1,"));
  caller.says(with_long_payload(R"([48,1,{"progress":true},"com.add")"));
  EXPECT_THAT(caller.hears(), StartsWith(R"([8,48,1,{},"wamp.error.canceled")"));
  expect_alive(caller, 2);
}

TEST_P(WhoSendsTooMuch, EndsTheCallThatItCancels) {
  WampClient callee = router.join(GetParam()), caller = router.join(GetParam());
  callee.says(R"([64,1,{},"com.add"])");
  callee.hears();
  caller.says(R"([48,1,{},"com.add"])");
  EXPECT_THAT(callee.hears(), StartsWith("[68,1,"));
  caller.says("[49,1,{\"x\":\"" + std::string(5000, 'x') + "\"}]");
  EXPECT_THAT(caller.hears(), StartsWith(R"([8,48,1,{},"wamp.error.canceled")"));
  expect_alive(caller, 2);
}

TEST(WhoSendsTooMuchInARealmWithSequentialRequestIds, MustCountItsRequestsAllTheSame) {
  config::Config config = small();
  config.realms.front().sequential_request_ids = true;
  RunningServer router{std::move(config)};
  WampClient client = router.join(Format::json);
  client.says(with_long_payload(R"([48,7,{},"com.add")"));
  EXPECT_THAT(client.hears(), HasSubstr("wamp.error.protocol_violation"));
}

TEST_P(WhoSendsTooMuch, HasNoAnswerForAnInvocationThatWasNeverSent) {
  WampClient client = router.join(GetParam());
  client.says(with_long_payload("[70,7,{}"));
  EXPECT_THAT(client.hears(), HasSubstr("wamp.error.protocol_violation"));
}

// Where nobody knows what it was, or whether an answer is awaited.
TEST(AMessageThatCannotBeRefused, EndsTheConnection) {
  RunningServer router{small()};
  const std::string x(5000, 'x');
  for (const std::string& message : {"[16,1,{\"x\":\"" + x + "\"},\"com.topic\"]", "[\"" + x + "\"]",
                                     "[5,{},[\"" + x + "\"]]", "[8,48,1,{},\"a.b\",[\"" + x + "\"]]"}) {
    WampClient client = router.join(Format::json);
    client.raw().send_text(message);
    EXPECT_EQ(client.raw().read_frame().close_code(), 1009) << message.substr(0, 20);
  }
}

TEST(AMessageThatCannotBeRefused, IsOneBeforeTheSession) {
  RunningServer router{small()};
  WampClient client = router.connect(Format::json);
  client.raw().send_text("[1,\"realm1\",{\"x\":\"" + std::string(5000, 'x') + "\"}]");
  EXPECT_EQ(client.raw().read_frame().close_code(), 1009);
}

TEST(AMessageThatCannotBeRefused, IsABatch) {
  RunningServer router{small()};
  WampClient client = router.join({Format::json, Carrier::batched_websocket});
  client.raw().send_text(with_long_payload(R"([48,1,{},"com.add")"));
  EXPECT_EQ(client.raw().read_frame().close_code(), 1009);
}

// ---- between two sessions

class AHandlerThatOutlivesItsSession : public testing::TestWithParam<Speech> {
 protected:
  static config::Config with_compression() {
    config::Config config = test_config();
    config.transports.front().compression.emplace();
    return config;
  }

  RunningServer router{with_compression()};
};

INSTANTIATE_TEST_SUITE_P(Serializers, AHandlerThatOutlivesItsSession,
                         testing::Values(Speech(Format::json), Speech(Format::msgpack, Carrier::rawsocket),
                                         Speech(Format::cbor, Carrier::batched_websocket),
                                         Speech(Format::json, Carrier::compressed_websocket)),
                         [](const auto& tested) { return tested.param.name(); });

TEST_P(AHandlerThatOutlivesItsSession, MayAnswerAtLength) {
  WampClient callee = router.join(GetParam()), caller = router.join(GetParam());
  callee.says(R"([64,1,{},"com.slow"])");
  callee.hears();
  caller.says(R"([48,1,{},"com.slow"])");
  EXPECT_THAT(callee.hears(), StartsWith("[68,1,"));
  callee.says(R"([6,{},"wamp.close.close_realm"])");
  EXPECT_THAT(callee.hears(), StartsWith("[6,"));
  EXPECT_THAT(caller.hears(), StartsWith("[8,48,1,"));
  const std::string answer = "[70,1,{},[\"" + std::string(200'000, 'x') + "\"]]";
  callee.says(answer);
  callee.joins();
  callee.says(answer);
  callee.says(R"([32,1,{},"com.topic"])");
  EXPECT_THAT(callee.hears(), StartsWith("[33,1,"));
}

TEST(AClientThatHasLeft, IsAStrangerIfItWasAskedNothing) {
  RunningServer router;
  WampClient client = router.join(Format::json);
  client.says(R"([6,{},"wamp.close.close_realm"])");
  EXPECT_THAT(client.hears(), StartsWith("[6,"));
  client.raw().send_text("[1,\"realm1\",{\"x\":\"" + std::string(200'000, 'x') + "\"}]");
  EXPECT_EQ(client.raw().read_frame().close_code(), 1009);
}

}  // namespace
}  // namespace router
