// What a session may send: by the rate of its role, with how much in its options, and while memory is short.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/router/support/session_wires.h"

namespace router {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

config::Config with_rate(uint64_t messages_per_second) {
  config::Config config = SessionHarness::two_realms();
  config.realms.front().roles.front().limits["messages_per_second"] = messages_per_second;
  return config;
}

TEST(TheRateOfARole, HoldsForItsSessions) {
  SessionHarness router(with_rate(7));
  Wire& before = router.connect();
  EXPECT_TRUE(before.rate().unlimited());
  EXPECT_EQ(router.join().rate(), (transport::Rate{.messages_per_second = 7}));
}

// Or GOODBYE and HELLO would fill the bucket.
TEST(TheRateOfARole, StaysWithTheConnectionUntilAnotherSessionJoins) {
  SessionHarness router(with_rate(7));
  Wire& wire = router.join();
  EXPECT_THAT(says(wire, R"([6,{},"wamp.close.normal"])"), StartsWith("[6,"));
  EXPECT_EQ(wire.rate().messages_per_second, 7u);
}

struct OptionsWithTooMuch : testing::Test {
  static config::Config narrow() {
    config::Config config = SessionHarness::two_realms();
    config.realms.front().roles.front().limits = {
        {"options_bytes", 200}, {"options_entries", 3}, {"options_list_items", 5}};
    return config;
  }
  static std::string error(int type, int request, const std::string& what) {
    return "[8," + std::to_string(type) + "," + std::to_string(request) +
           R"(,{},"wamp.error.invalid_argument",[")" + what + "\"]]";
  }

  SessionHarness router{narrow()};
  Wire& wire = router.join();
};

TEST_F(OptionsWithTooMuch, AreRefusedAndTheSessionLives) {
  EXPECT_EQ(says(wire, R"([32,1,{"a":1,"b":2,"c":3,"d":4},"com.topic"])"),
            error(32, 1, "SUBSCRIBE.Options: more than 3 entries in dictionaries (options_entries)"));
  EXPECT_EQ(says(wire, R"([48,2,{"a":[1,2,3,4,5,6]},"com.add"])"),
            error(48, 2, "CALL.Options: more than 5 items in lists (options_list_items)"));
  EXPECT_EQ(says(wire, R"([64,3,{"a":")" + std::string(200, 'x') + R"("},"com.add"])"),
            error(64, 3, "REGISTER.Options: more than 200 bytes (options_bytes)"));
  EXPECT_THAT(says(wire, R"([32,4,{"a":1,"b":2,"c":[1,2,3,4,5]},"com.topic"])"), StartsWith("[33,4,"));
}

TEST_F(OptionsWithTooMuch, AreRefusedToAPublisherThatWantsToKnow) {
  EXPECT_EQ(says(wire, R"([16,1,{"a":1,"b":2,"c":3,"acknowledge":true},"com.topic"])"),
            error(16, 1, "PUBLISH.Options: more than 3 entries in dictionaries (options_entries)"));
  EXPECT_EQ(says(wire, R"([16,2,{"a":1,"b":2,"c":{"acknowledge":true}},"com.topic"])"), "");
  EXPECT_THAT(says(wire, R"([16,3,{"acknowledge":true},"com.topic"])"), StartsWith("[17,3,"));
}

// As of 9,000 authids that are UUIDs.
const std::string very_long(350'000, 'x');

TEST(VeryLongOptions, AreRefusedWithoutAWordToAPublisherThatWantsNone) {
  const std::string list = R"("eligible_authid":[")" + very_long + R"("])";
  SessionHarness router;
  Wire& wire = router.join();
  EXPECT_EQ(says(wire, "[16,1,{" + list + R"(},"com.topic"])"), "");
  EXPECT_EQ(says(wire, "[16,2,{" + list + R"(,"acknowledge":false},"com.topic"])"), "");
  EXPECT_THAT(says(wire, R"([16,3,{"acknowledge":true,)" + list + R"(},"com.topic"])"),
              AllOf(StartsWith(R"([8,16,3,{},"wamp.error.invalid_argument",)"),
                    HasSubstr("PUBLISH.Options: more than 262144 bytes (options_bytes)")));
  EXPECT_FALSE(wire.closed());
}

TEST(VeryLongOptions, OfAFirstChunkRefuseItAndTheOthersBelongToThat) {
  SessionHarness router;
  constexpr auto features = R"({"caller":{"features":{"progressive_call_invocations":true}},
      "callee":{"features":{"progressive_call_invocations":true,"call_canceling":true}}})";
  Wire& callee = router.join(serializers::Format::json, features);
  Wire& caller = router.join(serializers::Format::json, features);
  EXPECT_THAT(says(callee, R"([64,1,{},"com.upload"])"), StartsWith("[65,1,"));
  EXPECT_THAT(says(caller, R"([48,5,{"progress":true,"x":")" + very_long + R"("},"com.upload"])"),
              StartsWith("[8,48,5,{},\"wamp.error.invalid_argument\""));
  EXPECT_EQ(says(caller, R"([48,5,{"progress":true},"com.upload"])"), "");
  EXPECT_EQ(says(caller, R"([48,5,{},"com.upload"])"), "");
  EXPECT_EQ(callee.sent(), "");
  EXPECT_FALSE(caller.closed());
}

TEST_F(OptionsWithTooMuch, EndACallWhenItsCalleeAnswersSo) {
  Wire& callee = router.join();
  EXPECT_THAT(says(callee, R"([64,1,{},"com.add"])"), StartsWith("[65,1,"));
  EXPECT_EQ(says(wire, R"([48,1,{},"com.add"])"), "");
  EXPECT_EQ(callee.sent(), "[68,1,1,{}]");
  EXPECT_EQ(says(callee, R"([70,1,{"a":1,"b":2,"c":3,"d":4}])"), "");
  EXPECT_EQ(wire.sent(),
            error(48, 1, "YIELD.Options: more than 3 entries in dictionaries (options_entries)"));
}

TEST_F(OptionsWithTooMuch, HaveTheSameBoundsAsArgumentsForTheRouter) {
  EXPECT_EQ(
      says(wire, R"([48,1,{},"wamp.session.count",[["a","b","c","d","e"]]])"),
      error(48, 1, "the arguments of wamp.session.count: more than 5 items in lists (options_list_items)"));
  EXPECT_EQ(says(wire, R"([48,2,{},"wamp.session.count",[["a","b","c","d"]]])"), "[50,2,{},[0]]");
}

TEST_F(OptionsWithTooMuch, EndASessionIfNobodyCanBeTold) {
  EXPECT_THAT(says(wire, R"([6,{"a":1,"b":2,"c":3,"d":4},"wamp.close.normal"])"),
              StartsWith("[3,{\"message\":\"GOODBYE.Details: more than 3 entries"));
}

TEST_F(OptionsWithTooMuch, KeepAClientOut) {
  Wire& client = router.connect();
  std::string details = R"({"roles":{"caller":{}},"authextra":{"0":0)";
  for (int i = 1; i < 1000; ++i) details += ",\"" + std::to_string(i) + "\":0";
  const std::string abort = says(client, R"([1,"realm1",)" + details + "}}]");
  EXPECT_THAT(abort, StartsWith(R"([3,{"message":"HELLO.Details: more than 256 entries)"));
  EXPECT_THAT(abort, HasSubstr(R"(,"wamp.error.invalid_argument"])"));
  EXPECT_TRUE(client.closed());
}

struct ASessionWhenMemoryIsShort : testing::Test {
  ASessionWhenMemoryIsShort() { router.worker().set_memory_stage(MemoryStage::frugal); }

  static std::string large(const std::string& beginning) {
    std::string message = beginning + ",[\"";
    return message.append(70'000, 'x').append("\"]]");
  }

  SessionHarness router;
  Wire& wire = router.join();
};

TEST_F(ASessionWhenMemoryIsShort, SubscribesAndRegistersNothing) {
  EXPECT_EQ(says(wire, R"([32,1,{},"com.topic"])"), "[8,32,1,{},\"wamp.error.unavailable\"]");
  EXPECT_EQ(says(wire, R"([64,2,{},"com.add"])"), "[8,64,2,{},\"wamp.error.unavailable\"]");
}

TEST_F(ASessionWhenMemoryIsShort, SaysNothingLarge) {
  EXPECT_EQ(says(wire, large(R"([48,1,{},"com.add")")), "[8,48,1,{},\"wamp.error.unavailable\"]");
  EXPECT_EQ(says(wire, large(R"([16,2,{"acknowledge":true},"com.topic")")),
            "[8,16,2,{},\"wamp.error.unavailable\"]");
  EXPECT_EQ(says(wire, large(R"([16,3,{},"com.topic")")), "");
}

// A caller that sends chunks, and the callee of com.upload.
struct AStreamWhenMemoryIsShort : ASessionWhenMemoryIsShort {
  AStreamWhenMemoryIsShort() {
    router.worker().set_memory_stage(MemoryStage::plenty);
    callee.receives(R"([64,1,{},"com.upload"])");
    callee.sent();
  }
  static constexpr auto features =
      R"({"caller":{"features":{"progressive_call_invocations":true}},
      "callee":{"features":{"progressive_call_invocations":true,"call_canceling":true}}})";
  Wire& callee = router.join(serializers::Format::json, features);
  Wire& caller = router.join(serializers::Format::json, features);
};

TEST_F(AStreamWhenMemoryIsShort, IsRefusedWithItsFirstChunkAndTheOthersBelongToThat) {
  router.worker().set_memory_stage(MemoryStage::frugal);
  EXPECT_EQ(says(caller, large(R"([48,5,{"progress":true},"com.upload")")),
            "[8,48,5,{},\"wamp.error.unavailable\"]");
  EXPECT_EQ(says(caller, R"([48,5,{"progress":true},"com.upload"])"), "");
  EXPECT_EQ(says(caller, R"([48,5,{},"com.upload"])"), "");
  EXPECT_EQ(callee.sent(), "");
  EXPECT_FALSE(caller.closed());
}

TEST_F(AStreamWhenMemoryIsShort, EndsForBothSidesWithALastChunkThatIsNotTaken) {
  caller.receives(R"([48,5,{"progress":true},"com.upload"])");
  EXPECT_EQ(callee.sent(), R"([68,1,1,{"progress":true}])");
  router.worker().set_memory_stage(MemoryStage::frugal);
  EXPECT_THAT(says(caller, large(R"([48,5,{},"com.upload")")),
              StartsWith(R"([8,48,5,{},"wamp.error.canceled")"));
  EXPECT_EQ(callee.sent(), R"([69,1,{"mode":"killnowait"}])");
  EXPECT_EQ(router.realm().counts().calls, 0u);
}

TEST_F(ASessionWhenMemoryIsShort, DoesEverythingElse) {
  EXPECT_THAT(says(wire, R"([48,1,{},"com.add"])"), HasSubstr("wamp.error.no_such_procedure"));
  EXPECT_THAT(says(wire, R"([16,2,{"acknowledge":true},"com.topic",["small"]])"), StartsWith("[17,2,"));
}

TEST_F(ASessionWhenMemoryIsShort, IsAsBeforeWhenThereIsEnough) {
  router.worker().set_memory_stage(MemoryStage::plenty);
  EXPECT_THAT(says(wire, R"([32,1,{},"com.topic"])"), StartsWith("[33,1,"));
}

TEST_F(ASessionWhenMemoryIsShort, SaysWhyItGoes) {
  wire.is_to_give_way(200'000);
  EXPECT_THAT(wire.sent(),
              AllOf(StartsWith(R"([3,{"message":"the router is short of memory, and 200000 bytes)"),
                    HasSubstr("wamp.error.unavailable")));
  EXPECT_TRUE(wire.closed());
}

TEST_F(ASessionWhenMemoryIsShort, GoesWithoutAWordIfItsPeerTakesNone) {
  wire.holds(200'000);
  wire.is_to_give_way(200'000);
  EXPECT_EQ(wire.sent(), "");
  EXPECT_THAT(wire.dropped(), HasSubstr("200000 bytes are held for this connection"));
}

}  // namespace
}  // namespace router
