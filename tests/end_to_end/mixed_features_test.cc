// What calls and events may ask for, over real sockets, between any two serializers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/end_to_end/server_fixture.h"

namespace router {
namespace {

using serializers::Format;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class MixedFeatures : public testing::TestWithParam<std::tuple<Format, Format>> {
 protected:
  static config::Config config() {
    config::Config config = test_config();
    config.realms.front().roles.front().permissions.front().trustlevel = 3;
    return config;
  }
  // Subscribes; the subscription's id.
  static std::string subscribes(WampClient& client, const std::string& options, const std::string& topic) {
    client.says("[32,1," + options + ",\"" + topic + "\"]");
    const std::string reply = client.hears();
    EXPECT_THAT(reply, StartsWith("[33,1,"));
    return reply.substr(6, reply.size() - 7);
  }
  static void registers(WampClient& client, const std::string& options, const std::string& procedure) {
    client.says("[64,1," + options + ",\"" + procedure + "\"]");
    EXPECT_THAT(client.hears(), StartsWith("[65,1,"));
  }

  RunningServer router{config()};
  WampClient one = router.join(std::get<0>(GetParam()));
  WampClient two = router.join(std::get<1>(GetParam()));
  WampClient three = router.join(std::get<1>(GetParam()));
};

INSTANTIATE_TEST_SUITE_P(Serializers, MixedFeatures,
                         testing::Combine(testing::Values(Format::json, Format::msgpack, Format::cbor),
                                          testing::Values(Format::json, Format::msgpack, Format::cbor)));

TEST_P(MixedFeatures, APatternSubscriberIsToldTopicPublisherAndTrustlevel) {
  subscribes(two, R"({"match":"wildcard"})", "com..created");
  one.says(R"([16,1,{"disclose_me":true},"com.user.created",["\u0000AAE="]])");
  const std::string event = two.hears();
  EXPECT_THAT(event, HasSubstr(R"({"topic":"com.user.created","publisher":)"));
  EXPECT_THAT(event, HasSubstr(R"("publisher_authrole":"anonymous","trustlevel":3})"));
  EXPECT_THAT(event, EndsWith(R"(,["\u0000AAE="]])"));
}

TEST_P(MixedFeatures, ListsAndExclusionRestrictTheReceivers) {
  for (WampClient* client : {&one, &two, &three}) subscribes(*client, "{}", "com.topic");
  one.says(R"([48,2,{},"wamp.session.list"])");
  EXPECT_THAT(one.hears(), StartsWith("[50,2,{},[["));
  one.says(R"([16,3,{"eligible_authrole":["nobody"]},"com.topic",["for nobody"]])");
  one.says(R"([16,4,{"exclude_authrole":["nobody"],"exclude_me":false},"com.topic",["for all"]])");
  for (WampClient* client : {&one, &two, &three}) EXPECT_THAT(client->hears(), EndsWith(R"(["for all"]])"));
}

TEST_P(MixedFeatures, AShardOfASubscriptionGetsTheEventsOfItsKeys) {
  subscribes(two, R"({"nkey":"a"})", "com.topic");
  subscribes(three, R"({"nkey":"b"})", "com.topic");
  one.says(R"([16,1,{"rkey":"some key"},"com.topic",["sharded"]])");
  one.says(R"([16,2,{},"com.topic",["for all"]])");
  const std::string first_of_two = two.hears(), first_of_three = three.hears();
  EXPECT_NE(first_of_two.find("sharded") == std::string::npos,
            first_of_three.find("sharded") == std::string::npos)
      << first_of_two << first_of_three;
}

TEST_P(MixedFeatures, PayloadPassthruLeavesThePayloadAsItIs) {
  subscribes(two, "{}", "com.topic");
  one.says(R"([16,1,{"ppt_scheme":"wamp","ppt_serializer":"cbor"},"com.topic",["\u0000AQID"]])");
  EXPECT_THAT(two.hears(), EndsWith(R"("ppt_scheme":"wamp","ppt_serializer":"cbor"},["\u0000AQID"]])"));
  two.says(R"([64,2,{},"com.secret"])");
  two.hears();
  one.says(R"([48,2,{"ppt_scheme":"mqtt"},"com.secret",["\u0000AQID"]])");
  EXPECT_THAT(two.hears(), EndsWith(R"("ppt_scheme":"mqtt"},["\u0000AQID"]])"));
  two.says(R"([70,1,{"ppt_scheme":"mqtt"},["\u0000AQID"]])");
  EXPECT_EQ(one.hears(), R"([50,2,{"ppt_scheme":"mqtt"},["\u0000AQID"]])");
}

TEST_P(MixedFeatures, ACallFindsTheBestPatternAndTellsCallerAndTrustlevel) {
  registers(two, R"({"match":"prefix"})", "com.");
  registers(three, R"({"match":"prefix"})", "com.myapp.");
  one.says(R"([48,1,{"disclose_me":true},"com.myapp.add",[1,2.0]])");
  const std::string invocation = three.hears();
  EXPECT_THAT(invocation, HasSubstr(R"({"procedure":"com.myapp.add","caller":)"));
  EXPECT_THAT(invocation, EndsWith(R"("trustlevel":3},[1,2.0]])"));
}

TEST_P(MixedFeatures, CallsOfASharedRegistrationTakeTurns) {
  registers(two, R"({"invoke":"roundrobin"})", "com.work");
  registers(three, R"({"invoke":"roundrobin"})", "com.work");
  for (int request = 1; request <= 4; ++request)
    one.says("[48," + std::to_string(request) + R"(,{},"com.work",[)" + std::to_string(request) + "]]");
  EXPECT_THAT(two.hears(), EndsWith("[1]]"));
  EXPECT_THAT(three.hears(), EndsWith("[2]]"));
  EXPECT_THAT(two.hears(), EndsWith("[3]]"));
  EXPECT_THAT(three.hears(), EndsWith("[4]]"));
}

TEST_P(MixedFeatures, AProcedureIsTakenByForceAndItsHolderIsTold) {
  registers(two, "{}", "com.work");
  registers(one, R"({"force_reregister":true})", "com.work");
  EXPECT_THAT(two.hears(), StartsWith(R"([67,0,{"registration":)"));
  three.says(R"([48,1,{},"com.work",[7]])");
  EXPECT_THAT(one.hears(), EndsWith("[7]]"));
}

TEST_P(MixedFeatures, ASubscriptionIsRevokedWithItsReason) {
  const std::string subscription = subscribes(two, "{}", "com.topic");
  one.says("[48,1,{},\"wamp.subscription.list_subscribers\",[" + subscription + "]]");
  const std::string answer = one.hears();
  const std::string session = answer.substr(std::string("[50,1,{},[[").size());
  one.says("[48,2,{},\"wamp.subscription.remove_subscriber\",[" + subscription + "," +
           session.substr(0, session.find(']')) + R"(,"com.enough"]])");
  EXPECT_EQ(one.hears(), "[50,2,{}]");
  EXPECT_THAT(two.hears(), EndsWith(R"("reason":"com.enough"}])"));
}

}  // namespace
}  // namespace router
