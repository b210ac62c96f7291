#include <gtest/gtest.h>

#include "tests/router/support/realm_harness.h"

namespace router {
namespace {

class Publishing : public testing::Test {
 protected:
  Peer& subscriber_of(const std::string& topic, uint32_t worker = 0) {
    Peer& peer = realm.join({}, "anonymous", worker);
    peer.says(R"([32,1,{},")" + topic + R"("])");
    peer.hears();
    return peer;
  }

  RealmHarness realm;
};

TEST_F(Publishing, AnEventReachesAllSubscribersOfItsTopic) {
  Peer& first = realm.join();
  first.says(R"([32,1,{},"com.news"])");
  EXPECT_EQ(first.hears(), "[33,1,1]");
  Peer& second = subscriber_of("com.news", 1);
  Peer& other = subscriber_of("com.weather");
  Peer& publisher = realm.join();
  publisher.says(R"([16,1,{},"com.news",["Hello"],{"a":1}])");
  EXPECT_EQ(first.hears(), R"([36,1,1,{},["Hello"],{"a":1}])");
  EXPECT_EQ(second.hears(), R"([36,1,1,{},["Hello"],{"a":1}])");
  EXPECT_EQ(other.hears(), "");
  EXPECT_EQ(publisher.hears(), "");
}

TEST_F(Publishing, AcknowledgedOnlyIfAskedFor) {
  Peer& subscriber = subscriber_of("com.news");
  Peer& publisher = realm.join();
  publisher.says(R"([16,1,{"acknowledge":false},"com.news"])");
  publisher.says(R"([16,2,{"acknowledge":true},"com.news"])");
  EXPECT_EQ(subscriber.hears(), "[36,1,1,{}]\n[36,1,2,{}]");
  EXPECT_EQ(publisher.hears(), "[17,2,2]");
}

TEST_F(Publishing, ThePublisherGetsItsOwnEventOnlyIfItWants) {
  Peer& both = subscriber_of("com.news");
  both.says(R"([16,2,{},"com.news"])");
  EXPECT_EQ(both.hears(), "");
  both.says(R"([16,3,{"exclude_me":true},"com.news"])");
  EXPECT_EQ(both.hears(), "");
  both.says(R"([16,4,{"exclude_me":false},"com.news"])");
  EXPECT_EQ(both.hears(), "[36,1,1,{}]");
}

TEST_F(Publishing, SubscribingAgainGivesTheSameSubscription) {
  Peer& peer = subscriber_of("com.news");
  peer.says(R"([32,2,{},"com.news"])");
  EXPECT_EQ(peer.hears(), "[33,2,1]");
  Peer& publisher = realm.join();
  publisher.says(R"([16,1,{},"com.news"])");
  EXPECT_EQ(peer.hears(), "[36,1,1,{}]");
}

TEST_F(Publishing, AfterUnsubscribeNothingComes) {
  Peer& peer = subscriber_of("com.news");
  peer.says("[34,2,1]");
  EXPECT_EQ(peer.hears(), "[35,2]");
  realm.join().says(R"([16,1,{},"com.news"])");
  EXPECT_EQ(peer.hears(), "");
  peer.says("[34,3,1]");
  EXPECT_THAT(peer.hears(), testing::StartsWith(R"([8,34,3,{},"wamp.error.no_such_subscription")"));
}

TEST_F(Publishing, NobodyUnsubscribesAnother) {
  Peer& peer = subscriber_of("com.news");
  Peer& stranger = realm.join();
  stranger.says("[34,1,1]");
  EXPECT_THAT(stranger.hears(), testing::StartsWith(R"([8,34,1,{},"wamp.error.no_such_subscription")"));
  stranger.says(R"([16,2,{},"com.news"])");
  EXPECT_EQ(peer.hears(), "[36,1,1,{}]");
}

TEST_F(Publishing, LeavingTakesTheSubscriptionsAlong) {
  Peer& first = subscriber_of("com.news");
  Peer& second = subscriber_of("com.news");
  Peer& third = subscriber_of("com.news");
  first.leaves();
  Peer& publisher = realm.join();
  publisher.says(R"([16,1,{},"com.news"])");
  EXPECT_EQ(second.hears(), "[36,1,1,{}]");
  EXPECT_EQ(third.hears(), "[36,1,1,{}]");
  third.leaves();
  second.leaves();
  EXPECT_EQ(realm.realm().counts().subscriptions, 0u);
}

TEST_F(Publishing, APatternSubscriptionIsToldTheTopic) {
  Peer& peer = realm.join();
  peer.says(R"([32,1,{"match":"prefix"},"com.news"])");
  peer.says(R"([32,2,{"match":"wildcard"},"com..sports"])");
  peer.says(R"([32,3,{},"com.news.sports"])");
  EXPECT_EQ(peer.hears(), "[33,1,1]\n[33,2,2]\n[33,3,3]");
  realm.join().says(R"([16,1,{},"com.news.sports"])");
  EXPECT_EQ(peer.hears(),
            "[36,3,1,{}]\n"
            R"([36,1,1,{"topic":"com.news.sports"}])"
            "\n"
            R"([36,2,1,{"topic":"com.news.sports"}])");
}

TEST_F(Publishing, TheSameTopicWithAnotherMatchPolicyIsAnotherSubscription) {
  Peer& peer = realm.join();
  peer.says(R"([32,1,{},"com.news"])");
  peer.says(R"([32,2,{"match":"prefix"},"com.news"])");
  EXPECT_EQ(peer.hears(), "[33,1,1]\n[33,2,2]");
}

TEST_F(Publishing, ListsRestrictTheReceivers) {
  Peer& a = subscriber_of("com.news");  // session 1001, authid user1
  Peer& b = subscriber_of("com.news");  // session 1002, authid user2
  Peer& publisher = realm.join();
  struct Case {
    std::string options;
    bool a, b;
  };
  int request = 0;
  for (const Case& c : std::vector<Case>{
           {R"({"exclude":[1001]})", false, true},
           {R"({"exclude_authid":["user2"]})", true, false},
           {R"({"exclude_authrole":["anonymous"]})", false, false},
           {R"({"eligible":[1002]})", false, true},
           {R"({"eligible":[]})", false, false},
           {R"({"eligible_authid":["user1"]})", true, false},
           {R"({"eligible_authrole":["anonymous"]})", true, true},
           {R"({"eligible_authrole":["user1"]})", false, false},
           {R"({"eligible":[1001,1002],"exclude":[1001]})", false, true},
           {R"({"eligible":[1001],"eligible_authid":["user2"]})", false, false},
           {R"({"exclude":[1001.0]})", false, true},
           {R"({"eligible":[1002.0]})", false, true},
           {R"({"exclude":null,"eligible_authid":null})", true, true},
           {R"({"exclude":[],"exclude_authid":[]})", true, true},
           {R"({"eligible_authmethod":["anonymous"]})", true, true},
           {R"({"exclude_authmethod":["anonymous","ticket"]})", false, false},
           {R"({"eligible_authprovider":["dynamic"]})", false, false},
           {R"({"exclude_authprovider":["dynamic"]})", true, true},
           {R"({"eligible_department":["x"]})", false, false},
           {R"({"exclude_department":["x"]})", true, true},
           {R"({"exclude_me":false})", true, true},
       }) {
    publisher.says("[16," + std::to_string(++request) + "," + c.options + R"(,"com.news"])");
    EXPECT_EQ(!a.hears().empty(), c.a) << c.options;
    EXPECT_EQ(!b.hears().empty(), c.b) << c.options;
  }
}

TEST_F(Publishing, WrongTypesInOptionsAreViolations) {
  Peer& peer = realm.join();
  for (const char* options :
       {R"({"acknowledge":1})", R"({"exclude_me":"no"})", R"({"exclude":1})", R"({"exclude":["x"]})",
        R"({"eligible_authid":[1]})", R"({"eligible":[1.5]})", R"({"exclude":[1e300]})",
        R"({"eligible_department":"x"})", R"({"exclude_department":[1]})", R"({"rkey":1})"}) {
    peer.says(std::string("[16,1,") + options + R"(,"com.news"])");
    EXPECT_TRUE(peer.violation()) << options;
  }
}

TEST_F(Publishing, AnEventInDeliveryKeepsItsAudienceWhenASubscriberJoinsAfterIt) {
  Peer& early = subscriber_of("com.news");
  Peer& publisher = realm.join();
  Peer& late = realm.join();
  publisher.says(R"([16,1,{},"com.news"])");
  late.says(R"([32,1,{},"com.news"])");
  EXPECT_EQ(late.hears(), "[33,1,1]");
  EXPECT_EQ(early.hears(), "[36,1,1,{}]");
}

TEST(BrokerLimits, SubscriptionsAreCapped) {
  config::Realm config = RealmHarness::open_realm();
  config.limits.subscriptions_per_session = 1;
  RealmHarness realm(config);
  Peer& peer = realm.join();
  peer.says(R"([32,1,{},"com.a"])");
  peer.says(R"([32,2,{},"com.b"])");
  peer.says(R"([32,3,{},"com.a"])");
  EXPECT_THAT(peer.hears(),
              testing::MatchesRegex(
                  "\\[33,1,1\\]\n\\[8,32,2,\\{\\},\"wamp.error.too_many_requests\".*\\]\n\\[33,3,1\\]"));
  EXPECT_EQ(realm.realm().counts().subscriptions, 1u);
}

}  // namespace
}  // namespace router
