// Real sockets, all mixes of serializers.
#include <thread>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/end_to_end/server_fixture.h"
#include "tests/support/json_wire.h"

namespace router {
namespace {

using serializers::all_formats;
using serializers::Format;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

// The first three are met by all.
const Speech speeches[] = {Format::json,
                           {Format::msgpack, Carrier::rawsocket},
                           {Format::cbor, Carrier::batched_websocket},
                           Format::msgpack,
                           Format::cbor,
                           {Format::json, Carrier::rawsocket},
                           {Format::json, Carrier::batched_websocket},
                           {Format::json, Carrier::compressed_websocket},
                           {Format::cbor, Carrier::compressed_websocket}};

config::Config with_compression() {
  config::Config config = test_config();
  config.transports.front().compression.emplace();
  return config;
}

// The first talks to the second.
class TwoClients : public testing::TestWithParam<std::tuple<Speech, Speech>> {
 protected:
  const Speech& first() const { return std::get<0>(GetParam()); }
  const Speech& second() const { return std::get<1>(GetParam()); }

  RunningServer router{with_compression()};
};

INSTANTIATE_TEST_SUITE_P(Serializers, TwoClients,
                         testing::Combine(testing::ValuesIn(speeches),
                                          testing::ValuesIn(speeches, speeches + 3)),
                         [](const auto& info) {
                           return std::get<0>(info.param).name() + "_to_" + std::get<1>(info.param).name();
                         });

TEST_P(TwoClients, CallAndAreAnswered) {
  WampClient callee = router.join(second());
  callee.says(R"([64,1,{},"com.add"])");
  EXPECT_EQ(callee.hears(), "[65,1,1]");
  WampClient caller = router.join(first());
  caller.says(R"([48,1,{},"com.add",[1,2.5,"x"],{"k":[null]}])");
  EXPECT_EQ(callee.hears(), R"([68,1,1,{},[1,2.5,"x"],{"k":[null]}])");
  callee.says("[70,1,{},[],{\"sum\":3}]");
  EXPECT_EQ(caller.hears(), R"([50,1,{},[],{"sum":3}])");
  caller.says(R"([48,2,{},"com.add"])");
  EXPECT_EQ(callee.hears(), "[68,2,1,{}]");
  callee.says(R"([8,68,2,{},"com.error.odd",["why"],{"n":1}])");
  EXPECT_EQ(caller.hears(), R"([8,48,2,{},"com.error.odd",["why"],{"n":1}])");
}

TEST_P(TwoClients, PublishAndReceive) {
  WampClient subscriber = router.join(second());
  subscriber.says(R"([32,1,{},"com.news"])");
  EXPECT_EQ(subscriber.hears(), "[33,1,1]");
  WampClient publisher = router.join(first());
  publisher.says(R"([16,1,{"acknowledge":true},"com.news",["caf\u00e9"]])");
  const std::string published = publisher.hears();
  EXPECT_THAT(published, MatchesRegex(R"(\[17,1,[0-9]+\])"));
  const std::string event = subscriber.hears();
  EXPECT_THAT(event, MatchesRegex(R"(\[36,1,[0-9]+,\{\},\[.*\]\])"));
  EXPECT_EQ(event.substr(6, event.find(',', 6) - 6), published.substr(6, published.size() - 7));
  subscriber.says("[34,2,1]");
  EXPECT_EQ(subscriber.hears(), "[35,2]");
}

TEST_P(TwoClients, ExchangeAPayloadOfManyMegabytes) {
  WampClient callee = router.join(second());
  callee.says(R"([64,1,{},"com.echo"])");
  callee.hears();
  WampClient caller = router.join(first());
  const std::string big(5'000'000, 'x');
  caller.says(R"([48,1,{},"com.echo",[")" + big + "\"]]");
  EXPECT_EQ(callee.hears(), "[68,1,1,{},[\"" + big + "\"]]");
  callee.says("[70,1,{},[\"" + big + "\"]]");
  EXPECT_EQ(caller.hears(), "[50,1,{},[\"" + big + "\"]]");
}

TEST_P(TwoClients, KeepTheOrderOfManyEventsInOneBurst) {
  WampClient subscriber = router.join(second());
  subscriber.says(R"([32,1,{},"com.news"])");
  subscriber.hears();
  WampClient publisher = router.join(first());
  constexpr int count = 2000;
  for (int i = 1; i <= count; ++i)
    publisher.says("[16," + std::to_string(i) + R"(,{},"com.news",[)" + std::to_string(i) + "]]");
  for (int i = 1; i <= count; ++i)
    ASSERT_THAT(subscriber.hears(), testing::EndsWith(",{},[" + std::to_string(i) + "]]"));
}

TEST_P(TwoClients, EndOneWhileTheOtherWaits) {
  WampClient caller = router.join(first());
  {
    WampClient callee = router.join(second());
    callee.says(R"([64,1,{},"com.slow"])");
    callee.hears();
    caller.says(R"([48,1,{},"com.slow"])");
    callee.hears();
  }
  EXPECT_THAT(caller.hears(), StartsWith(R"([8,48,1,{},"wamp.error.canceled")"));
  WampClient callee = router.join(second());
  callee.says(R"([64,1,{},"com.slow"])");
  EXPECT_THAT(callee.hears(), StartsWith("[65,1,"));
  {
    WampClient leaving = router.join(first());
    leaving.says(R"([48,1,{},"com.slow"])");
    EXPECT_THAT(callee.hears(), StartsWith("[68,1,"));
  }
  EXPECT_EQ(callee.hears(), R"([69,1,{"mode":"killnowait"}])");
}

class OneClient : public testing::TestWithParam<Format> {
 protected:
  RunningServer router;
};

INSTANTIATE_TEST_SUITE_P(Serializers, OneClient, testing::ValuesIn(all_formats),
                         [](const auto& info) { return std::string(name(info.param)); });

TEST_P(OneClient, IsAbortedForGarbageAndNobodyElseNotices) {
  WampClient bystander = router.join(GetParam());
  bystander.says(R"([32,1,{},"com.news"])");
  bystander.hears();
  const std::string deep(100'000, "[\x91\x81"[static_cast<size_t>(GetParam())]);
  for (const std::string& garbage :
       {std::string("garbage"), deep, std::string("[48,1,{},\"com.add\",[1,]]"),
        std::string("\xdd\xff\xff\xff\xff"), std::string("\x94\x30\x01\x80\xdb\xff\xff\xff\xff"),
        std::string("[1e400,{}]")}) {
    WampClient bad = router.join(GetParam());
    bad.raw().send_frame(
        serializers::names(GetParam()).is_text ? test_support::opcode::text : test_support::opcode::binary,
        garbage);
    const auto frame = bad.raw().read_frame();
    if (frame.opcode == test_support::opcode::close) {
      EXPECT_EQ(frame.close_code(), 1007);  // not UTF-8 in a text frame
    } else {
      EXPECT_THAT(test_support::converted(GetParam(), Format::json, frame.payload),
                  HasSubstr("wamp.error.protocol_violation"));
      EXPECT_EQ(bad.raw().read_frame().close_code(), 1000);
    }
  }
  bystander.says(R"([16,2,{"exclude_me":false},"com.news"])");
  EXPECT_THAT(bystander.hears(), StartsWith("[36,1,"));
}

TEST_P(OneClient, MayLeaveAndJoinAgainOnTheSameConnection) {
  WampClient client = router.join(GetParam());
  client.says(R"([6,{},"wamp.close.close_realm"])");
  EXPECT_EQ(client.hears(), R"([6,{},"wamp.close.goodbye_and_out"])");
  client.joins();
  client.says(R"([32,1,{},"com.news"])");
  EXPECT_THAT(client.hears(), StartsWith("[33,1,"));
}

TEST_P(OneClient, IsToldWhenTheRouterShutsDown) {
  WampClient client = router.join(GetParam());
  std::thread shutdown(
      [this] { router.server().shut_down({.retry_after_ms = 0}, std::chrono::seconds(10)); });
  EXPECT_EQ(client.hears(),
            R"([6,{"message":"the router shuts down","retry_after":0},"wamp.close.system_shutdown"])");
  client.says(R"([6,{},"wamp.close.goodbye_and_out"])");
  EXPECT_EQ(client.raw().read_frame().close_code(), 1001);
  client.raw().send_close(1001);
  shutdown.join();
}

}  // namespace
}  // namespace router
