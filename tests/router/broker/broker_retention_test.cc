// Event retention, through the realm.
#include <gtest/gtest.h>

#include "tests/router/support/realm_harness.h"

namespace router {
namespace {

using std::chrono::milliseconds;
using testing::StartsWith;

class Retention : public testing::Test {
 protected:
  Retention() : Retention(RealmHarness::open_realm()) {}
  explicit Retention(const config::Realm& config) : realm(config) {}

  void publish(const std::string& topic, const std::string& text, const std::string& options = "") {
    publisher.says("[16," + std::to_string(++request) + R"(,{"retain":true)" + options + "},\"" + topic +
                   "\",[\"" + text + "\"]]");
    ASSERT_FALSE(publisher.violation()) << *publisher.violation();
  }
  // What a new peer hears that subscribes.
  std::string heard(const std::string& topic, const std::string& options = R"({"get_retained":true})",
                    const std::string& authrole = "anonymous") {
    Peer& peer = realm.join({}, authrole);
    peer.says("[32,1," + options + ",\"" + topic + "\"]");
    const std::string all = peer.hears();
    peer.leaves();
    return all.substr(all.find('\n') == std::string::npos ? all.size() : all.find('\n') + 1);
  }

  RealmHarness realm;
  Peer& publisher = realm.join();  // user1
  int request = 0;
};

TEST_F(Retention, ALaterSubscriberThatAsksGetsTheLastRetainedEventAfterSUBSCRIBED) {
  publish("com.t", "first");
  publish("com.t", "second");
  Peer& peer = realm.join();
  peer.says(R"([32,1,{"get_retained":true},"com.t"])");
  EXPECT_EQ(peer.hears(), "[33,1,1]\n[36,1,1,{\"retained\":true},[\"second\"]]");
}

TEST_F(Retention, WhoDoesNotAskGetsNothing) {
  publish("com.t", "first");
  EXPECT_EQ(heard("com.t", "{}"), "");
  EXPECT_EQ(heard("com.t", R"({"get_retained":false})"), "");
  EXPECT_EQ(heard("com.other"), "");
}

TEST_F(Retention, OnlyEventsPublishedWithRetainAreKept) {
  publish("com.t", "kept");
  publisher.says("[16," + std::to_string(++request) + R"(,{},"com.t",["passing"]])");
  publisher.says("[16," + std::to_string(++request) + R"(,{"retain":false},"com.t",["passing"]])");
  EXPECT_EQ(heard("com.t"), R"([36,1,1,{"retained":true},["kept"]])");
}

TEST_F(Retention, AnEventWithoutPayloadIsRetainedToo) {
  publish("com.t", "first");
  publisher.says(R"([16,2,{"retain":true},"com.t"])");
  EXPECT_EQ(heard("com.t"), R"([36,1,1,{"retained":true}])");
}

TEST_F(Retention, ItIsTheSamePublicationAndLiveSubscribersAreNotToldRetained) {
  Peer& live = realm.join();
  live.says(R"([32,1,{"get_retained":true},"com.t"])");
  publish("com.t", "x");
  EXPECT_EQ(live.hears(), "[33,1,1]\n[36,1,1,{},[\"x\"]]");
  EXPECT_EQ(heard("com.t"), R"([36,1,1,{"retained":true},["x"]])");
}

TEST_F(Retention, AfterTheRetainedEventComeTheLiveOnesWithoutAGapOrADuplicate) {
  publish("com.t", "old");
  Peer& peer = realm.join();
  peer.says(R"([32,1,{"get_retained":true},"com.t"])");
  publish("com.t", "new");
  EXPECT_EQ(peer.hears(), "[33,1,1]\n[36,1,1,{\"retained\":true},[\"old\"]]\n[36,1,2,{},[\"new\"]]");
}

TEST_F(Retention, SubscribingAgainBringsItAgain) {
  publish("com.t", "x");
  Peer& peer = realm.join();
  peer.says(R"([32,1,{},"com.t"])");
  peer.says(R"([32,2,{"get_retained":true},"com.t"])");
  EXPECT_EQ(peer.hears(), "[33,1,1]\n[33,2,1]\n[36,1,1,{\"retained\":true},[\"x\"]]");
}

TEST_F(Retention, APrefixBringsEveryTopicThatBeginsSo) {
  for (const char* topic : {"com.a", "com.ab", "com.b", "com.a.x", "org.a"}) publish(topic, topic);
  EXPECT_EQ(heard("com.a", R"({"match":"prefix","get_retained":true})"),
            R"([36,1,1,{"topic":"com.a","retained":true},["com.a"]])"
            "\n"
            R"([36,1,2,{"topic":"com.a.x","retained":true},["com.a.x"]])"
            "\n"
            R"([36,1,3,{"topic":"com.ab","retained":true},["com.ab"]])");
}

TEST_F(Retention, ASubscribeDoesNotLookAtEventsForOthersWithoutEnd) {
  RealmHarness strict([] {
    config::Realm config = RealmHarness::open_realm();
    config.limits.replay_events = 5;
    return config;
  }());
  Peer& peer = strict.join();
  for (int i = 1; i <= 1001; ++i)
    peer.says("[16," + std::to_string(i) + R"(,{"retain":true,"eligible":[]},"com.t)" + std::to_string(i) +
              R"("])");
  peer.says(R"([32,1002,{"match":"prefix","get_retained":true},"com."])");
  EXPECT_THAT(peer.hears(), testing::HasSubstr("more retained events match than one SUBSCRIBE may bring"));
}

TEST_F(Retention, ManyThatExpireTogetherAreGoneAtOnceThoughTheyAreRemovedByAndBy) {
  publish("com.t0", "stays");
  for (int i = 1; i <= 600; ++i) publish("com.t" + std::to_string(i), "x", R"(,"_retain_ttl_ms":1000)");
  realm.passes(milliseconds(1000));
  EXPECT_EQ(heard("com.t", R"({"match":"prefix","get_retained":true})"),
            R"([36,1,1,{"topic":"com.t0","retained":true},["stays"]])");
  for (int i = 0; i < 3; ++i) heard("com.t0");
  EXPECT_EQ(realm.realm().counts().retained_events, 1u);
}

TEST_F(Retention, AWildcardBringsEveryTopicItMatchesOnce) {
  // '-' and '!' sort before the dot, '_' behind it.
  for (const char* topic :
       {"a.b.c", "a.b", "a.b-x.c", "a.b!.c", "a.b_.c", "a.b.c.d", "a.bb.c", "a.b.cc", "x.b.c", "a"})
    publish(topic, topic);
  const auto topics = [this](const std::string& pattern) {
    const std::string all = heard(pattern, R"({"match":"wildcard","get_retained":true})");
    std::vector<std::string> found;
    const std::string key = R"("topic":")";
    for (size_t at = all.find(key); at != std::string::npos; at = all.find(key, at + 1))
      found.push_back(all.substr(at + key.size(), all.find('"', at + key.size()) - at - key.size()));
    return found;
  };
  using testing::UnorderedElementsAre;
  EXPECT_THAT(topics("a..c"), UnorderedElementsAre("a.b.c", "a.b-x.c", "a.b!.c", "a.b_.c", "a.bb.c"));
  EXPECT_THAT(topics(".b."), UnorderedElementsAre("a.b.c", "a.b.cc", "x.b.c"));
  EXPECT_THAT(topics("a."), UnorderedElementsAre("a.b"));
  EXPECT_THAT(topics("..."), UnorderedElementsAre("a.b.c.d"));
  EXPECT_THAT(topics("..c"), UnorderedElementsAre("a.b.c", "a.b-x.c", "a.b!.c", "a.b_.c", "a.bb.c", "x.b.c"));
  EXPECT_THAT(topics("x..d"), UnorderedElementsAre());
}

TEST_F(Retention, ListsAreJudgedWhenSomebodyComesLater) {
  publish("com.t", "for all");
  publish("com.t", "for user3", R"(,"eligible_authid":["user3"])");
  EXPECT_THAT(heard("com.t"), testing::HasSubstr("for all"));    // user2
  EXPECT_THAT(heard("com.t"), testing::HasSubstr("for user3"));  // user3
  EXPECT_THAT(heard("com.t"), testing::HasSubstr("for all"));    // user4
  publish("com.t", "not for user5", R"(,"exclude_authid":["user5"])");
  EXPECT_THAT(heard("com.t"), testing::HasSubstr("\"for all\""));  // user5
  EXPECT_THAT(heard("com.t"), testing::HasSubstr("not for user5"));
  publish("com.t", "for session 1007", R"(,"eligible":[1007])");
  EXPECT_THAT(heard("com.t"), testing::HasSubstr("for session 1007"));
  EXPECT_THAT(heard("com.t"), testing::HasSubstr("not for user5"));
  publish("com.t", "for anonymous", R"(,"eligible_authrole":["anonymous"])");
  EXPECT_THAT(heard("com.t"), testing::HasSubstr("for anonymous"));
  publish("com.t", "for all again");
  EXPECT_THAT(heard("com.t"), testing::HasSubstr("for all again"));
  EXPECT_EQ(realm.realm().counts().retained_events, 1u);
}

TEST_F(Retention, ThePublisherGetsItOnlyIfItWantsItsOwnEvents) {
  publish("com.t", "x");
  publisher.says(R"([32,2,{"get_retained":true},"com.t"])");
  EXPECT_EQ(publisher.hears(), "[33,2,1]");
  request = 2;
  publish("com.u", "x", R"(,"exclude_me":false)");
  publisher.says(R"([32,4,{"get_retained":true},"com.u"])");
  EXPECT_EQ(publisher.hears(), "[33,4,2]\n[36,2,1,{\"retained\":true},[\"x\"]]");
}

TEST_F(Retention, ThePublisherStaysDisclosedWhenItHasGone) {
  publish("com.t", "x", R"(,"disclose_me":true)");
  publisher.leaves();
  EXPECT_EQ(
      heard("com.t"),
      R"([36,1,1,{"publisher":1001,"publisher_authid":"user1","publisher_authrole":"anonymous","retained":true},["x"]])");
}

TEST_F(Retention, EndsWhenItsTimeIsOver) {
  publish("com.t", "short", R"(,"_retain_ttl_ms":1000)");
  publish("com.u", "long", R"(,"_retain_ttl_ms":2000)");
  publish("com.v", "for ever");
  realm.clock().advance(milliseconds(999));
  EXPECT_THAT(heard("com.t"), testing::HasSubstr("short"));
  realm.clock().advance(milliseconds(1));
  EXPECT_EQ(heard("com.t"), "");
  EXPECT_EQ(realm.realm().counts().retained_events, 2u);
  realm.clock().advance(std::chrono::hours(24 * 365));
  EXPECT_EQ(heard("com.u"), "");
  EXPECT_THAT(heard("com.v"), testing::HasSubstr("for ever"));
}

TEST_F(Retention, ATimeOfZeroForgetsWhatTheTopicHad) {
  publish("com.t", "x");
  publish("com.t", "", R"(,"_retain_ttl_ms":0)");
  EXPECT_EQ(heard("com.t"), "");
  EXPECT_EQ(realm.realm().counts().retained_events, 0u);
}

TEST_F(Retention, ARestrictedEventThatExpiresLeavesTheOneForAll) {
  publish("com.t", "for all");
  publish("com.t", "short", R"(,"eligible_authrole":["anonymous"],"_retain_ttl_ms":10)");
  EXPECT_THAT(heard("com.t"), testing::HasSubstr("short"));
  realm.clock().advance(milliseconds(10));
  EXPECT_THAT(heard("com.t"), testing::HasSubstr("for all"));
}

TEST_F(Retention, RestrictedEventsOfOneTopicAreBounded) {
  publish("com.t", "for all");
  for (int i = 0; i < 100; ++i) publish("com.t", "restricted", R"(,"exclude_authid":["nobody"])");
  EXPECT_EQ(realm.realm().counts().retained_events, 17u);
  EXPECT_THAT(heard("com.t"), testing::HasSubstr("restricted"));
}

TEST_F(Retention, SubscriptionsThatAreGoneLeaveNothing) {
  publish("com.t", "x");
  heard("com.t");
  heard("com", R"({"match":"prefix","get_retained":true})");
  EXPECT_EQ(realm.realm().counts().subscriptions, 0u);
  EXPECT_EQ(realm.realm().counts().retained_events, 1u);
}

TEST_F(Retention, WrongTypesAreViolations) {
  for (const char* options : {R"({"retain":1})", R"({"_retain_ttl_ms":"1"})"}) {
    publisher.says(std::string("[16,1,") + options + R"(,"com.t"])");
    EXPECT_TRUE(publisher.violation()) << options;
  }
  publisher.says(R"([32,1,{"get_retained":"yes"},"com.t"])");
  EXPECT_TRUE(publisher.violation());
}

config::Realm small_realm() {
  config::Realm realm = RealmHarness::open_realm();
  realm.limits.retained_events = 2;
  realm.limits.retained_ttl_ms = 60000;
  realm.limits.replay_events = 2;
  return realm;
}

class RetentionLimits : public Retention {
 protected:
  RetentionLimits() : Retention(small_realm()) {}
};

TEST_F(RetentionLimits, APublicationThatWantsAnAnswerIsRefusedWhole) {
  Peer& live = realm.join();
  live.says(R"([32,1,{"match":"prefix"},"com"])");
  publish("com.a", "1");
  publish("com.b", "2");
  live.hears();
  publish("com.c", "3", R"(,"acknowledge":true)");
  EXPECT_THAT(publisher.hears(), StartsWith(R"([8,16,3,{},"wamp.error.too_many_requests",)"));
  EXPECT_EQ(live.hears(), "");
  publish("com.b", "4", R"(,"acknowledge":true)");
  EXPECT_EQ(publisher.hears(), "[17,4,3]");
}

TEST_F(RetentionLimits, OneThatWantsNoneIsDeliveredAndNothingOldPassesForTheLatest) {
  Peer& live = realm.join();
  live.says(R"([32,1,{},"com.b"])");
  publish("com.a", "1");
  publish("com.b", "2");
  live.hears();
  publish("com.b", "restricted: one more", R"(,"exclude_authid":["nobody"])");
  EXPECT_THAT(live.hears(), testing::HasSubstr("one more"));
  EXPECT_EQ(heard("com.b"), "");
}

TEST_F(RetentionLimits, TheRealmHasATimeForThoseThatGiveNone) {
  publish("com.a", "1");
  publish("com.b", "2", R"(,"_retain_ttl_ms":120000)");
  realm.clock().advance(milliseconds(60000));
  EXPECT_EQ(heard("com.a"), "");
  EXPECT_THAT(heard("com.b"), testing::HasSubstr("2"));
}

TEST_F(RetentionLimits, WhatHasExpiredMakesRoom) {
  publish("com.a", "1");
  publish("com.b", "2");
  realm.clock().advance(milliseconds(60000));
  publish("com.c", "3", R"(,"acknowledge":true)");
  EXPECT_EQ(publisher.hears(), "[17,3,1]");
}

TEST(RetentionBytes, AreCappedAndCountedDown) {
  config::Realm config = RealmHarness::open_realm();
  config.limits.retained_bytes = 4000;
  RealmHarness realm(config);
  Peer& peer = realm.join();
  const std::string kilobyte(1000, 'x');
  int request = 0;
  const auto publish = [&](const std::string& topic) {
    peer.says("[16," + std::to_string(++request) + R"(,{"retain":true,"acknowledge":true},")" + topic +
              "\",[\"" + kilobyte + "\"]]");
    return peer.hears();
  };
  EXPECT_THAT(publish("com.a"), StartsWith("[17,"));
  EXPECT_THAT(publish("com.b"), StartsWith("[17,"));
  EXPECT_THAT(publish("com.c"), StartsWith("[8,16,"));
  for (int i = 0; i < 10; ++i) EXPECT_THAT(publish("com.a"), StartsWith("[17,"));
  peer.says("[16,99,{\"retain\":true,\"acknowledge\":true,\"exclude_authid\":[\"" + kilobyte + kilobyte +
            "\"]},\"com.a\"]");
  EXPECT_THAT(peer.hears(), StartsWith("[8,16,")) << "lists count too";
}

TEST(RetentionBytes, ArePaidForDetailsAndTopicsToo) {
  config::Realm config = RealmHarness::open_realm();
  config.limits.retained_bytes = 100'000;
  RealmHarness realm(config);
  Peer& publisher = realm.join({"payload_passthru_mode"});
  publisher.says(R"([16,1,{"retain":true,"acknowledge":true,"ppt_scheme":"x_own","ppt_keyid":")" +
                 std::string(200'000, 'k') + R"("},"com.topic",["x"]])");
  EXPECT_THAT(publisher.hears(), StartsWith("[8,16,1,"));
  const std::string long_topic = "com." + std::string(4000, 'a');
  int kept = 0;
  for (int i = 2; i < 100; ++i) {
    publisher.says("[16," + std::to_string(i) + R"(,{"retain":true,"acknowledge":true},")" + long_topic +
                   std::to_string(i) + "\"]");
    kept += publisher.hears().starts_with("[17,") ? 1 : 0;
  }
  EXPECT_LE(kept, 100'000 / 8000) << "each topic is there twice";
  EXPECT_GE(kept, 5);
}

TEST(RetentionBytes, OfAllRealmsTogetherHaveABound) {
  const auto kept = std::make_shared<const broker::KeptBytes>(3000);
  RealmHarness one(RealmHarness::open_realm(), {}, kept), two(RealmHarness::open_realm(), {}, kept);
  const auto publish = [](Peer& peer) {
    peer.says(R"([16,1,{"retain":true,"acknowledge":true},"com.topic",[")" + std::string(1000, 'x') + "\"]]");
    return peer.hears();
  };
  EXPECT_THAT(publish(one.join()), StartsWith("[17,"));
  EXPECT_THAT(publish(two.join()), StartsWith("[8,16,"));
  EXPECT_GE(kept->of(holding::retained_events), 1000u);
}

TEST(RetentionReplies, ASUBSCRIBEThatWouldBringTooManyIsRefused) {
  config::Realm config = RealmHarness::open_realm();
  config.limits.replay_events = 2;
  RealmHarness realm(config);
  Peer& publisher = realm.join();
  for (const char* topic : {"com.a", "com.b", "com.c"})
    publisher.says(std::string(R"([16,1,{"retain":true},")") + topic + "\"]");
  Peer& peer = realm.join();
  peer.says(R"([32,1,{"match":"prefix","get_retained":true},"com"])");
  EXPECT_THAT(peer.hears(), StartsWith(R"([8,32,1,{},"wamp.error.too_many_requests",)"));
  EXPECT_EQ(realm.realm().counts().subscriptions, 0u);
  peer.says(R"([32,2,{"match":"prefix","get_retained":true},"com.a"])");
  EXPECT_EQ(peer.hears(), "[33,2,1]\n[36,1,1,{\"topic\":\"com.a\",\"retained\":true}]");
}

}  // namespace
}  // namespace router
