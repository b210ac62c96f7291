// Taps: messages as they pass, for who may see them (docs/insight.md).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router/session/seen_message.h"
#include "tests/router/meta/insight_fixture.h"

namespace router {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Tapping : public Insight {};

TEST_F(Tapping, ATapShowsMessagesToWhoHasStartedIt) {
  Peer& ops = realm.join();
  EXPECT_EQ(call(ops, "wampd.tap.start", R"([{"uri":"com."}])"),
            R"(,[{"tap":1,"topic":"wampd.tap.1","seconds":600}]])");
  ops.says(R"([32,50,{},"wampd.tap.1"])");
  ops.hears();
  Peer& user = realm.join({}, "user");
  SeenMessage message{.is_from_client = true, .type = wamp::MessageType::call, .uri = "com.add", .bytes = 5};
  message.request = wamp::RequestId(7);
  message.payload = {"[1,2]", 1};
  realm.show(user, message);
  EXPECT_THAT(ops.hears(),
              AllOf(HasSubstr(R"("tap":1)"), HasSubstr(R"("direction":"in","type":"CALL")"),
                    HasSubstr(R"("request":7,"uri":"com.add","bytes":5)"), Not(HasSubstr("args"))));
  message.uri = "org.other";
  realm.show(user, message);
  EXPECT_EQ(ops.hears(), "");
  realm.show(ops, message);
  EXPECT_EQ(ops.hears(), "") << "not its own";
}

TEST_F(Tapping, ATapShowsOnlyWhatItIsToldTo) {
  Peer& ops = realm.join();
  Peer& user = realm.join({}, "user");
  int tap = 0;
  const auto shown = [&](const std::string& filter, const std::vector<std::string>& uris) {
    const std::string number = std::to_string(++tap);
    call(ops, "wampd.tap.start", "[{" + filter + "}]");
    ops.says("[32," + std::to_string(100 + tap) + ",{},\"wampd.tap." + number + "\"]");
    ops.hears();
    for (const std::string& uri : uris)
      realm.show(user, {.is_from_client = true, .type = wamp::MessageType::call, .uri = uri});
    const std::string all = ops.hears();
    call(ops, "wampd.tap.stop", "[" + number + "]");
    return std::count(all.begin(), all.end(), '\n') + !all.empty();
  };
  EXPECT_EQ(shown(R"("uri":"com..add","match":"wildcard")", {"com.a.add", "com.add", "com.a.sub"}), 1);
  EXPECT_EQ(shown(R"("uri":"com.a","match":"exact")", {"com.a", "com.a.b"}), 1);
  EXPECT_EQ(shown(R"("authid":"nobody")", {"com.a"}), 0);
  const auto some = shown(R"("sample":2)", std::vector<std::string>(500, "com.a"));
  EXPECT_GT(some, 0);
  EXPECT_LT(some, 500);
}

TEST_F(Tapping, ArgumentsNeedASecondWord) {
  Peer& ops = realm.join();
  EXPECT_THAT(call(ops, "wampd.tap.start", R"([{"payload":true}])"),
              StartsWith("\"wamp.error.not_authorized\""));
  Peer& watcher = realm.join({}, "watcher");
  EXPECT_THAT(call(watcher, "wampd.tap.start", R"([{"payload":true,"bytes":6}])"), HasSubstr(R"("tap":1)"));
  watcher.says(R"([32,50,{},"wampd.tap.1"])");
  watcher.hears();
  Peer& user = realm.join({}, "user");
  SeenMessage message{.is_from_client = true, .type = wamp::MessageType::call, .uri = "com.add", .bytes = 5};
  message.payload = {"[1,2]", 1};
  realm.show(user, message);
  EXPECT_THAT(watcher.hears(), HasSubstr(R"("args":[1,2])"));
  message.payload = {"[1,2,3]", 1};
  realm.show(user, message);
  EXPECT_THAT(watcher.hears(), AllOf(HasSubstr(R"("cut":true)"), Not(HasSubstr("args"))));
}

TEST_F(Tapping, ATapNeedsAPermissionOfItsOwn) {
  Peer& ops = realm.join();
  EXPECT_EQ(call(ops, "wampd.tap.list"), ",[[]]]");
  config::Realm config = roles();
  config.roles.front().permissions.back().tap = false;
  realm.realm().configure(config);
  for (const std::string procedure : {"wampd.tap.start", "wampd.tap.list"})
    EXPECT_THAT(call(ops, procedure), StartsWith("\"wamp.error.not_authorized\"")) << procedure;
}

TEST_F(Tapping, OnlyWhoHasStartedATapHearsIt) {
  Peer& ops = realm.join();
  call(ops, "wampd.tap.start");
  Peer& other = realm.join();
  other.says(R"([32,1,{},"wampd.tap.1"])");
  EXPECT_THAT(other.hears(), HasSubstr("wamp.error.not_authorized"));
  other.says(R"([32,2,{"match":"prefix"},"wampd."])");
  other.says(R"([32,3,{"match":"prefix"},""])");
  other.hears();
  ops.says(R"([32,50,{},"wampd.tap.1"])");
  ops.hears();
  realm.show(other, {.is_from_client = true, .type = wamp::MessageType::publish, .uri = "com.x"});
  EXPECT_THAT(ops.hears(), HasSubstr("PUBLISH"));
  EXPECT_EQ(other.hears(), "");
}

TEST_F(Tapping, NobodyIsTappedUnseen) {
  Peer& witness = realm.join();
  witness.says(R"([32,1,{},"wampd.tap.on_start"])");
  witness.says(R"([32,2,{},"wampd.tap.on_end"])");
  witness.hears();
  Peer& ops = realm.join();
  call(ops, "wampd.tap.start", R"([{"authid":"user1"}])");
  EXPECT_THAT(witness.hears(), AllOf(HasSubstr(R"("tap":1)"), HasSubstr(R"("filter":{"authid":"user1"})")));
  EXPECT_EQ(call(ops, "wampd.tap.stop", "[1]"), "]");
  EXPECT_THAT(witness.hears(), HasSubstr(R"("reason":"stopped")"));
  EXPECT_THAT(call(ops, "wampd.tap.stop", "[1]"), StartsWith("\"wamp.error.invalid_argument\""));
}

TEST_F(Tapping, ATapEndsWithItsTimeItsSubscriptionAndItsSession) {
  Peer& witness = realm.join();
  witness.says(R"([32,1,{},"wampd.tap.on_end"])");
  witness.hears();
  Peer& ops = realm.join();
  call(ops, "wampd.tap.start", R"([{"seconds":3}])");
  for (int i = 0; i < 3; ++i) passes_a_second();
  EXPECT_THAT(witness.hears(), HasSubstr(R"("reason":"time")"));
  call(ops, "wampd.tap.start");
  passes_a_second();
  EXPECT_EQ(witness.hears(), "") << "it may still subscribe";
  for (int i = 0; i < 10; ++i) passes_a_second();
  EXPECT_THAT(witness.hears(), HasSubstr(R"("reason":"subscription")"));
  call(ops, "wampd.tap.start");
  ops.leaves();
  passes_a_second();
  EXPECT_THAT(witness.hears(), HasSubstr(R"("reason":"session")"));
}

TEST_F(Tapping, ATapEndsWhenItsRightHasGone) {
  Peer& witness = realm.join();
  witness.says(R"([32,1,{},"wampd.tap.on_end"])");
  witness.hears();
  Peer& ops = realm.join();
  Peer& watcher = realm.join({}, "watcher");
  call(ops, "wampd.tap.start");
  call(watcher, "wampd.tap.start", R"([{"payload":true}])");
  config::Realm config = roles();
  realm.realm().configure(config);
  EXPECT_EQ(witness.hears(), "") << "both still may";
  for (config::Role& role : config.roles) role.permissions.back().tap_payload = false;
  realm.realm().configure(config);
  EXPECT_THAT(witness.hears(), AllOf(HasSubstr(R"("tap":2)"), HasSubstr(R"("reason":"permission")")));
  config.roles.front().permissions.back().tap = false;
  realm.realm().configure(config);
  EXPECT_THAT(witness.hears(), AllOf(HasSubstr(R"("tap":1)"), HasSubstr(R"("reason":"permission")")));
}

// Else what a tap shows to one would be shown by the other's, and so on for ever.
TEST_F(Tapping, TapsDoNotShowEachOthersEvents) {
  Peer& one = realm.join();
  Peer& other = realm.join();
  call(one, "wampd.tap.start");
  call(other, "wampd.tap.start");
  one.says(R"([32,50,{},"wampd.tap.1"])");
  other.says(R"([32,50,{},"wampd.tap.2"])");
  one.hears();
  other.hears();
  const SeenMessage event{.type = wamp::MessageType::event, .bytes = 7};
  realm.show(one, event);
  realm.show(other, event);
  EXPECT_EQ(one.hears() + other.hears(), "") << "an EVENT to who taps is shown to nobody";
  Peer& user = realm.join({}, "user");
  realm.show(user, event);
  EXPECT_THAT(one.hears(), HasSubstr("EVENT"));
  EXPECT_THAT(other.hears(), HasSubstr("EVENT"));
  realm.show(one, {.is_from_client = true, .type = wamp::MessageType::call, .uri = "com.add"});
  EXPECT_THAT(other.hears(), HasSubstr("com.add")) << "what else it says is";
  call(other, "wampd.tap.stop", "[2]");
  realm.show(other, event);
  EXPECT_THAT(one.hears(), HasSubstr("EVENT")) << "it taps no longer";
}

TEST_F(Tapping, ThereAreAFewTapsOnly) {
  Peer& ops = realm.join();
  for (size_t i = 0; i < Taps::most; ++i) EXPECT_THAT(call(ops, "wampd.tap.start"), HasSubstr("\"tap\""));
  EXPECT_THAT(call(ops, "wampd.tap.start"), StartsWith("\"wamp.error.too_many_requests\""));
}

TEST_F(Tapping, OfVeryManyMessagesAThousandASecondAreShownAndTheRestIsCounted) {
  Peer& ops = realm.join();
  call(ops, "wampd.tap.start");
  ops.says(R"([32,50,{},"wampd.tap.1"])");
  ops.hears();
  Peer& user = realm.join({}, "user");
  const SeenMessage message{.is_from_client = true, .type = wamp::MessageType::call, .uri = "com.add"};
  const auto shown = [&](int messages) {
    for (int i = 0; i < messages; ++i) realm.show(user, message);
    const std::string all = ops.hears();
    return std::count(all.begin(), all.end(), '\n') + !all.empty();
  };
  EXPECT_EQ(shown(1500), 1000);
  EXPECT_THAT(call(ops, "wampd.tap.list"), HasSubstr(R"("sent":1000,"dropped":500)"));
  realm.passes(std::chrono::seconds(1));
  realm.show(user, message);
  EXPECT_THAT(ops.hears(), HasSubstr(R"("dropped":500)"));
}

TEST_F(Tapping, WrongWishesForATapAreRefused) {
  Peer& ops = realm.join();
  for (const std::string wish :
       {R"({"seconds":0})", R"({"types":["DANCE"]})", R"({"match":"regex"})", R"({"uri":7})",
        R"({"realm":"another"})", R"({"sampel":2})", R"({"bytes":1000000})", R"({"types":[""]})"})
    EXPECT_THAT(call(ops, "wampd.tap.start", "[" + wish + "]"), StartsWith("\"wamp.error.invalid_argument\""))
        << wish;
  const std::string long_uri(5000, '.');
  EXPECT_THAT(call(ops, "wampd.tap.start", R"([{"uri":")" + long_uri + R"(","match":"wildcard"}])"),
              HasSubstr("at most 4096 bytes"));
  EXPECT_EQ(call(ops, "wampd.tap.list"), ",[[]]]");
}

// Somebody calls ever other procedures: the most used one stays in the list.
TEST(SeenMessages, ArgumentsThatMayHoldSecretsOfALoginAreNeverShown) {
  const wamp::Payload payload{R"(["realm1","joe",{"ticket":"secret"}])", 1};
  EXPECT_EQ(seen(wamp::Invocation(), false, serializers::Format::json, payload).payload.count, 0);
  EXPECT_EQ(seen(wamp::Yield(), true, serializers::Format::json, payload).payload.count, 0);
  wamp::Error of_callee;
  of_callee.request_type = wamp::MessageType::invocation;
  EXPECT_EQ(seen(of_callee, true, serializers::Format::json, payload).payload.count, 0);
  EXPECT_EQ(seen(wamp::Call(), true, serializers::Format::json, payload).payload.count, 1);
  EXPECT_EQ(seen(wamp::CallResult(), false, serializers::Format::json, payload).payload.count, 1);
}

}  // namespace
}  // namespace router
