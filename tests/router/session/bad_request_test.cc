// What cannot be carried: it costs no more than the request that it is in.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/router/support/session_wires.h"

namespace router {
namespace {

using serializers::Format;
using testing::HasSubstr;
using testing::StartsWith;

TEST(HalfACharacter, ReachesSubscribersOfEverySerializerAsAReplacementCharacter) {
  SessionHarness router;
  Wire& publisher = router.join(Format::json);
  for (const Format format : serializers::all_formats) {
    Wire& subscriber = router.join(format);
    EXPECT_THAT(says(subscriber, R"([32,1,{},"com.topic"])"), StartsWith("[33,1,"));
    publisher.receives_bytes(R"([16,1,{},"com.topic",["cut \ud83d"],{"\ude00":1}])");
    EXPECT_THAT(subscriber.sent(),
                testing::AnyOf(testing::EndsWith(R"(,["cut \ufffd"],{"\ufffd":1}])"),
                               testing::EndsWith(",[\"cut \xEF\xBF\xBD\"],{\"\xEF\xBF\xBD\":1}]")));
    subscriber.breaks();
  }
  EXPECT_EQ(publisher.sent(), "");
  EXPECT_FALSE(publisher.closed());
}

TEST(HalfACharacter, MayStandInALongAnswer) {
  SessionHarness router;
  Wire& callee = router.join(Format::json);
  Wire& caller = router.join(Format::msgpack);
  EXPECT_THAT(says(callee, R"([64,1,{},"com.text"])"), StartsWith("[65,1,"));
  EXPECT_EQ(says(caller, R"([48,1,{},"com.text"])"), "");
  EXPECT_EQ(callee.sent(), "[68,1,1,{}]");
  const std::string text(100'000, 'x');
  callee.receives_bytes("[70,1,{},[\"" + text + "\\ud83d\"]]");
  EXPECT_EQ(caller.sent(), "[50,1,{},[\"" + text + "\xEF\xBF\xBD\"]]");
}

TEST(HalfACharacter, IsPartOfAUriAsAReplacementCharacter) {
  SessionHarness router;
  Wire& wire = router.join(Format::json);
  wire.receives_bytes(R"([48,1,{},"com.\ud83d"])");
  EXPECT_THAT(wire.sent(), AllOf(StartsWith("[8,48,1,{},\"wamp.error.no_such_procedure\""),
                                 HasSubstr("com.\xEF\xBF\xBD")));
}

// Lists in lists, which only bytes can say: what is decoded is never so deep.
std::string nested(Format format, int depth) {
  const auto times = static_cast<size_t>(depth - 1);
  if (format == Format::json) return std::string(times + 1, '[') + std::string(times + 1, ']');
  if (format == Format::msgpack) return std::string(times, '\x91') + '\x90';
  return std::string(times, '\x81') + '\x80';
}

wamp::Dict with_nested(wamp::Dict options, int depth) {
  wamp::Value value = wamp::List();
  for (int i = 1; i < depth; ++i) {
    wamp::List around;
    around.push_back(std::move(value));
    value = wamp::Value(std::move(around));
  }
  options.append("nested", std::move(value));
  return options;
}

class WhatIsNestedTooDeeply : public testing::TestWithParam<Format> {
 protected:
  static constexpr int too_deep = 128;  // beside the message's own list

  template <class M>
  void says_with_payload(Wire& wire, M message) {
    const std::string payload = nested(GetParam(), too_deep);
    message.payload = {payload, 1};
    wire.receives_bytes(serializers::encode(GetParam(), message));
  }
  std::string error_of(Wire& wire, int type, int request, const std::string& place) {
    const std::string error = wire.sent();
    EXPECT_THAT(error, StartsWith("[8," + std::to_string(type) + "," + std::to_string(request) +
                                  ",{},\"wamp.error.invalid_argument\",[\"" + place + ": invalid "));
    EXPECT_THAT(error, testing::EndsWith(": nested too deeply (max_depth)\"]]"));
    return error;
  }
  void expect_alive(Wire& wire) {
    EXPECT_THAT(says(wire, R"([32,999,{},"com.alive"])"), StartsWith("[33,999,"));
  }

  SessionHarness router;
  Wire& wire = router.join(GetParam(), R"({"publisher":{},"subscriber":{},
      "caller":{"features":{"progressive_call_invocations":true}},
      "callee":{"features":{"progressive_call_invocations":true,"call_canceling":true}}})");
};

INSTANTIATE_TEST_SUITE_P(Serializers, WhatIsNestedTooDeeply, testing::ValuesIn(serializers::all_formats),
                         [](const auto& info) { return std::string(name(info.param)); });

TEST_P(WhatIsNestedTooDeeply, AsAPayloadIsRefused) {
  says_with_payload(wire, wamp::Call{wamp::RequestId(1), {}, "com.add", {}});
  error_of(wire, 48, 1, "CALL.Arguments");
  says_with_payload(wire, wamp::Publish{wamp::RequestId(2), {{"acknowledge", true}}, "com.topic", {}});
  error_of(wire, 16, 2, "PUBLISH.Arguments");
  says_with_payload(wire, wamp::Publish{wamp::RequestId(3), {}, "com.topic", {}});
  EXPECT_EQ(wire.sent(), "") << "nobody waits for an answer";
  expect_alive(wire);
}

// 2,000 levels are more than any limit may allow, so it is not known whether an answer is wanted: there is
// one.
TEST_P(WhatIsNestedTooDeeply, AsAnOptionIsRefused) {
  for (const int depth : {128, 1000, 2000}) {
    const auto says_with_options = [&](auto message) {
      message.options = with_nested(std::move(message.options), depth);
      wire.receives_bytes(serializers::encode(GetParam(), std::move(message)));
    };
    says_with_options(wamp::Subscribe{wamp::RequestId(1), {}, "com.topic"});
    error_of(wire, 32, 1, "SUBSCRIBE.Options");
    says_with_options(wamp::Register{wamp::RequestId(2), {}, "com.add"});
    error_of(wire, 64, 2, "REGISTER.Options");
    says_with_options(wamp::Call{wamp::RequestId(3), {}, "com.add", {}});
    error_of(wire, 48, 3, "CALL.Options");
    says_with_options(wamp::Publish{wamp::RequestId(4), {{"acknowledge", true}}, "com.topic", {}});
    error_of(wire, 16, 4, "PUBLISH.Options");
  }
  expect_alive(wire);
}

TEST_P(WhatIsNestedTooDeeply, AsAnAnswerEndsTheCallForBothSides) {
  Wire& caller = router.join(Format::json);
  EXPECT_THAT(says(wire, R"([64,1,{},"com.add"])"), StartsWith("[65,1,"));
  for (const int call : {1, 2}) {
    EXPECT_EQ(says(caller, "[48," + std::to_string(call) + R"(,{},"com.add"])"), "");
    EXPECT_EQ(wire.sent(), "[68," + std::to_string(call) + ",1,{}]");
    const wamp::RequestId invocation(static_cast<uint64_t>(call));
    if (call == 1)
      says_with_payload(wire, wamp::Yield{invocation, {}, {}});
    else
      says_with_payload(wire, wamp::Error{wamp::MessageType::invocation, invocation, {}, "com.error", {}});
    error_of(caller, 48, call, call == 1 ? "YIELD.Arguments" : "ERROR.Arguments");
    EXPECT_EQ(router.realm().counts().calls, 0u);
    EXPECT_EQ(says(wire, "[70," + std::to_string(call) + ",{},[5]]"), "");
  }
  EXPECT_EQ(caller.sent(), "");
  expect_alive(wire);
}

TEST_P(WhatIsNestedTooDeeply, AsAChunkEndsItsCallForBothSides) {
  EXPECT_THAT(says(wire, R"([64,1,{},"com.upload"])"), StartsWith("[65,1,"));
  wire.receives(R"([48,2,{"progress":true},"com.upload"])");
  EXPECT_EQ(wire.sent(), R"([68,1,1,{"progress":true}])");
  says_with_payload(wire, wamp::Call{wamp::RequestId(2), {{"progress", true}}, "com.upload", {}});
  EXPECT_THAT(wire.sent(), AllOf(HasSubstr(R"([69,1,{"mode":"killnowait"}])"),
                                 HasSubstr(R"([8,48,2,{},"wamp.error.canceled")")));
  EXPECT_EQ(router.realm().counts().calls, 0u);
  expect_alive(wire);
}

TEST_P(WhatIsNestedTooDeeply, InCancelEndsTheCall) {
  EXPECT_THAT(says(wire, R"([64,1,{},"com.add"])"), StartsWith("[65,1,"));
  wire.receives(R"([48,2,{},"com.add"])");
  EXPECT_EQ(wire.sent(), "[68,1,1,{}]");
  wire.receives_bytes(
      serializers::encode(GetParam(), wamp::Cancel{wamp::RequestId(2), with_nested({}, too_deep)}));
  EXPECT_THAT(wire.sent(), HasSubstr(R"([8,48,2,{},"wamp.error.canceled")"));
  expect_alive(wire);
}

TEST_P(WhatIsNestedTooDeeply, InHelloKeepsAClientOut) {
  Wire& client = router.connect(GetParam());
  wamp::Hello hello{"realm1", with_nested({{"roles", wamp::Dict{{"caller", wamp::Dict()}}}}, too_deep)};
  client.receives_bytes(serializers::encode(GetParam(), hello));
  EXPECT_THAT(client.sent(), AllOf(StartsWith("[3,"), HasSubstr("nested too deeply (max_depth)"),
                                   HasSubstr("wamp.error.invalid_argument")));
}

TEST_P(WhatIsNestedTooDeeply, EndsTheSessionIfItAnswersNothing) {
  says_with_payload(wire, wamp::Yield{wamp::RequestId(7), {}, {}});
  EXPECT_THAT(wire.sent(), AllOf(StartsWith("[3,"), HasSubstr("wamp.error.protocol_violation")));
}

TEST(NumbersThatJsonDoesNotHave, CostNoMoreThanTheirRequest) {
  SessionHarness router;
  Wire& wire = router.join();
  const auto refused = [](int type, const std::string& problem) {
    return "[8," + std::to_string(type) + ",1,{},\"wamp.error.invalid_argument\",[\"" + problem + "\"]]";
  };
  wire.receives_bytes(R"([48,1,{},"com.add",[1,NaN]])");
  EXPECT_EQ(wire.sent(), refused(48, "CALL.Arguments: invalid JSON at byte 22: NaN is no JSON"));
  wire.receives_bytes(R"([48, 1, {}, "com.add", [], {"x": Infinity}])");
  EXPECT_EQ(wire.sent(), refused(48, "CALL.ArgumentsKw: invalid JSON at byte 33: Infinity is no JSON"));
  wire.receives_bytes(R"([16,1,{"acknowledge":true},"com.topic",[-Infinity]])");
  EXPECT_EQ(wire.sent(), refused(16, "PUBLISH.Arguments: invalid JSON at byte 40: -Infinity is no JSON"));
  wire.receives_bytes(R"([32,1,{"x":NaN},"com.topic"])");
  EXPECT_EQ(wire.sent(), refused(32, "SUBSCRIBE.Options: invalid JSON at byte 11: NaN is no JSON"));
  wire.receives_bytes(R"([16,1,{},"com.topic",[NaN]])");
  EXPECT_EQ(wire.sent(), "");
  // Grammatical, but nothing of 64 bits.
  wire.receives_bytes(R"([48,1,{},"com.add",[1e999]])");
  EXPECT_EQ(wire.sent(), refused(48, "CALL.Arguments: invalid JSON at byte 20: number out of range"));
  EXPECT_FALSE(wire.closed());
}

TEST(NumbersThatJsonDoesNotHave, EndTheCallThatTheyAnswer) {
  SessionHarness router;
  Wire& callee = router.join();
  Wire& caller = router.join(Format::msgpack);
  EXPECT_THAT(says(callee, R"([64,1,{},"com.mean"])"), StartsWith("[65,1,"));
  EXPECT_EQ(says(caller, R"([48,1,{},"com.mean"])"), "");
  EXPECT_EQ(callee.sent(), "[68,1,1,{}]");
  callee.receives_bytes("[70,1,{},[NaN]]");
  EXPECT_THAT(caller.sent(),
              AllOf(StartsWith(R"([8,48,1,{},"wamp.error.invalid_argument")"), HasSubstr("NaN is no JSON")));
  EXPECT_FALSE(callee.closed());
}

// Some encoders in JavaScript write half a character like that.
TEST(TextThatIsNotUtf8, CostsNoMoreThanItsRequest) {
  SessionHarness router;
  for (const Format format : {Format::msgpack, Format::cbor}) {
    Wire& wire = router.join(format);
    const std::string list =
        (format == Format::msgpack ? "\x91\xA3" : "\x81\x63") + std::string("\xED\xA0\xBD");
    wire.receives_bytes(
        serializers::encode(format, wamp::Call{wamp::RequestId(1), {}, "com.add", {list, 1}}));
    EXPECT_THAT(wire.sent(),
                AllOf(StartsWith(R"([8,48,1,{},"wamp.error.invalid_argument",["CALL.Arguments: )"),
                      HasSubstr(": invalid UTF-8")));
    wire.receives_bytes(serializers::encode(format, wamp::Call{wamp::RequestId(2), {}, "com.\xC0\x80", {}}));
    EXPECT_THAT(wire.sent(),
                AllOf(StartsWith(R"([8,48,2,{},"wamp.error.invalid_argument",["CALL.Procedure: )"),
                      HasSubstr(": invalid UTF-8")));
    EXPECT_FALSE(wire.closed());
  }
}

TEST(WhatIsNoJson, EndsItsSession) {
  SessionHarness router;
  for (const char* message : {R"([48,1,{},"com.add",[nan]])", R"([48,1,{},"com.add",[Inf]])",
                              R"([48,1,{},"com.add",[1,]])", R"([48,1,{},"com.add",['a']])"}) {
    Wire& wire = router.join();
    wire.receives_bytes(message);
    EXPECT_THAT(wire.sent(), AllOf(StartsWith("[3,"), HasSubstr("wamp.error.protocol_violation"))) << message;
  }
}

}  // namespace
}  // namespace router
