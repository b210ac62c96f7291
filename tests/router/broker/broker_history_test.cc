// Event history and replay, through the realm.
#include <gtest/gtest.h>

#include "tests/router/support/realm_harness.h"

namespace router {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

config::Realm realm_with_history() {
  config::Realm realm = RealmHarness::open_realm();
  realm.store.event_history = {{.uri = "com.t", .match = wamp::MatchPolicy::exact, .limit = 5},
                               {.uri = "com.", .match = wamp::MatchPolicy::prefix, .limit = 5},
                               {.uri = "com..x", .match = wamp::MatchPolicy::wildcard, .limit = 5}};
  realm.limits.replay_events = 4;
  return realm;
}

class Replay : public testing::Test {
 protected:
  void publish(const std::string& topic, const std::string& text, const std::string& options = "{}") {
    publisher.says("[16," + std::to_string(++request) + "," + options + ",\"" + topic + "\",[\"" + text +
                   "\"]]");
  }
  // What a new peer hears that subscribes with these options.
  std::string heard(const std::string& topic, const std::string& options) {
    Peer& peer = realm.join();
    peer.says("[32,1," + options + ",\"" + topic + "\"]");
    return peer.hears();
  }

  RealmHarness realm{realm_with_history()};
  Peer& publisher = realm.join();  // user1
  int request = 0;
};

TEST_F(Replay, ConfiguredSubscriptionsAreThereBeforeAnybodySubscribesAndStay) {
  EXPECT_EQ(realm.realm().counts().subscriptions, 3u);
  Peer& peer = realm.join();
  peer.says(R"([32,1,{},"com.t"])");
  peer.says(R"([32,2,{"match":"prefix"},"com."])");
  EXPECT_EQ(peer.hears(), "[33,1,1]\n[33,2,2]");
  peer.says("[34,3,1]");
  peer.leaves();
  EXPECT_EQ(realm.realm().counts().subscriptions, 3u);
}

TEST_F(Replay, BringsWhatWasPublishedBeforeAnybodyListened) {
  publish("com.t", "1");
  publish("com.t", "2");
  EXPECT_EQ(heard("com.t", R"({"_replay":{}})"),
            "[33,1,1]\n[36,1,1,{\"_replayed\":true},[\"1\"]]\n[36,1,2,{\"_replayed\":true},[\"2\"]]");
  EXPECT_EQ(heard("com.t", "{}"), "[33,1,1]");
}

TEST_F(Replay, OfAPatternTellsTheTopic) {
  publish("com.y.x", "1");
  EXPECT_EQ(heard("com.", R"({"match":"prefix","_replay":{}})"),
            R"([33,1,2]
[36,2,1,{"topic":"com.y.x","_replayed":true},["1"]])");
  EXPECT_EQ(heard("com..x", R"({"match":"wildcard","_replay":{}})"),
            R"([33,1,3]
[36,3,1,{"topic":"com.y.x","_replayed":true},["1"]])");
}

TEST_F(Replay, WithALimitBringsTheNewestInTheirOrderAndThenTheLiveOnes) {
  for (const char* text : {"1", "2", "3", "4"}) publish("com.t", text);
  Peer& peer = realm.join();
  peer.says(R"([32,1,{"_replay":{"limit":2}},"com.t"])");
  publish("com.t", "5");
  EXPECT_EQ(peer.hears(),
            "[33,1,1]\n[36,1,1,{\"_replayed\":true},[\"3\"]]\n[36,1,2,{\"_replayed\":true},[\"4\"]]\n[36,1,3,"
            "{},[\"5\"]]");
}

TEST_F(Replay, AfterAPublicationItGoesOnWithTheNextOne) {
  Peer& early = realm.join();
  early.says(R"([32,1,{},"com.t"])");
  publish("com.t", "1", R"({"acknowledge":true})");
  early.leaves();
  publish("com.t", "2");
  publish("com.t", "3");
  const std::string id = realm.real_publication(1);
  EXPECT_EQ(heard("com.t", "{\"_replay\":{\"after_publication\":" + id + "}}"),
            "[33,1,1]\n[36,1,2,{\"_replayed\":true},[\"2\"]]\n[36,1,3,{\"_replayed\":true},[\"3\"]]");
}

TEST_F(Replay, IsRefusedRatherThanHavingAGap) {
  EXPECT_THAT(heard("com.t", R"({"_replay":{"after_publication":12345}})"),
              StartsWith(R"([8,32,1,{},"wamp.error.invalid_argument",)"));
  for (int i = 0; i < 5; ++i) publish("com.t", "x");
  EXPECT_THAT(heard("com.t", R"({"_replay":{}})"),
              StartsWith(R"([8,32,1,{},"wamp.error.too_many_requests",)"));
  EXPECT_THAT(heard("com.other", R"({"_replay":{}})"),
              StartsWith(R"([8,32,1,{},"wamp.error.history_unavailable",)"));
  EXPECT_THAT(heard("com.u", R"({"match":"prefix","_replay":{}})"),
              StartsWith(R"([8,32,1,{},"wamp.error.history_unavailable",)"));
  EXPECT_EQ(realm.realm().counts().subscriptions, 3u);
  EXPECT_THAT(heard("com.t", R"({"_replay":{"limit":100}})"), HasSubstr("[36,"));
}

TEST(ReplayOfALongHistory, LooksAtSoManyEventsAndNoMore) {
  config::Realm config = realm_with_history();
  config.store.event_history = {{.uri = "com.long", .match = wamp::MatchPolicy::exact, .limit = 3000}};
  RealmHarness realm{std::move(config)};
  Peer& publisher = realm.join();
  for (int i = 1; i <= 1001; ++i)
    publisher.says("[16," + std::to_string(i) + R"(,{"eligible_authid":["nobody"]},"com.long"])");
  Peer& peer = realm.join();
  peer.says(R"([32,1,{"_replay":{}},"com.long"])");
  EXPECT_THAT(peer.hears(),
              StartsWith(R"([8,32,1,{},"wamp.error.too_many_requests",["more than 1000 events)"));
  realm.clock().advance(std::chrono::hours(1));
  publisher.says(R"([16,1002,{},"com.long"])");
  const std::string later = iso_8601(realm.clock().wall_time());
  peer.says(R"([32,2,{"_replay":{"from_time":")" + later + R"("}},"com.long"])");
  EXPECT_EQ(peer.hears(), "[33,2,1]\n[36,1,1,{\"_replayed\":true}]");
}

TEST_F(Replay, HoldsBlackAndWhitelists) {
  publish("com.t", "for user3", R"({"eligible_authid":["user3"]})");
  EXPECT_EQ(heard("com.t", R"({"_replay":{}})"), "[33,1,1]");  // user2
  EXPECT_THAT(heard("com.t", R"({"_replay":{}})"), HasSubstr("for user3"));
  publisher.says(R"([32,2,{"_replay":{}},"com.t"])");
  EXPECT_EQ(publisher.hears(), "[33,2,1]");
}

TEST_F(Replay, EventsForSessionsOrPassingAttributesAreNotKept) {
  publish("com.t", "1", R"({"eligible":[1002,1003]})");
  publish("com.t", "2", R"({"exclude":[5]})");
  publish("com.t", "3", R"({"exclude_authmethod":["x"]})");
  publish("com.t", "4", R"({"exclude_authid":["x"]})");
  EXPECT_EQ(heard("com.t", R"({"_replay":{}})"), "[33,1,1]\n[36,1,1,{\"_replayed\":true},[\"4\"]]");
}

TEST_F(Replay, ARetainedEventThatIsReplayedComesOnce) {
  publish("com.t", "1", R"({"retain":true})");
  publish("com.t", "2");
  EXPECT_EQ(heard("com.t", R"({"_replay":{},"get_retained":true})"),
            "[33,1,1]\n[36,1,1,{\"_replayed\":true},[\"1\"]]\n[36,1,2,{\"_replayed\":true},[\"2\"]]");
  EXPECT_EQ(heard("com.t", R"({"_replay":{"limit":1},"get_retained":true})"),
            "[33,1,1]\n[36,1,1,{\"retained\":true},[\"1\"]]\n[36,1,2,{\"_replayed\":true},[\"2\"]]");
}

TEST_F(Replay, KeepsNoMoreThanItsLimit) {
  for (const char* text : {"1", "2", "3", "4", "5", "6", "7"}) publish("com.t", text);
  const std::string all = heard("com.t", R"({"_replay":{"limit":100}})");
  EXPECT_THAT(all, testing::Not(HasSubstr("\"3\"")));
  EXPECT_THAT(all, HasSubstr("\"4\""));
}

TEST_F(Replay, WrongTypesAreViolations) {
  for (const char* replay : {"1", "[]", R"({"limit":"3"})", R"({"after_time":5})"}) {
    publisher.says(std::string(R"([32,1,{"_replay":)") + replay + R"(},"com.t"])");
    EXPECT_TRUE(publisher.violation()) << replay;
  }
}

class GetEvents : public Replay {
 protected:
  // The answer to wamp.subscription.get_events.
  std::string asked(const std::string& payload, Peer& peer) {
    peer.says("[48," + std::to_string(++call) + R"(,{},"wamp.subscription.get_events",)" + payload + "]");
    EXPECT_FALSE(peer.violation());
    return peer.hears();
  }
  std::string asked(const std::string& payload) { return asked(payload, caller); }

  Peer& caller = realm.join();  // user2
  int call = 0;
};

TEST_F(GetEvents, GivesWhatWasPublishedInTheSpecificationsShape) {
  realm.clock().advance(std::chrono::milliseconds(1));
  publish("com.t", "1");
  publisher.says(R"([16,2,{"disclose_me":true},"com.t",[],{"a":[1,2.0,"\u0000AAE="]}])");
  publisher.says(R"([16,3,{},"com.t"])");
  std::string answer = asked("[1]");
  const std::string time = R"("timestamp":"2001-09-09T01:46:40.001000Z")";
  const auto without_ids = [](std::string text) {
    const std::string key = R"("publication":)";
    for (size_t at = text.find(key); at != std::string::npos; at = text.find(key, at + 1))
      text.erase(at + key.size(), text.find(',', at + key.size()) - at - key.size());
    return text;
  };
  EXPECT_EQ(without_ids(answer),
            "[50,1,{},[{" + time + R"(,"subscription":1,"publication":,"details":{},"args":["1"]},{)" + time +
                R"(,"subscription":1,"publication":,"details":{"publisher":1001,"publisher_authid":"user1",)"
                R"("publisher_authrole":"anonymous"},"args":[],"kwargs":{"a":[1,2.0,"\u0000AAE="]}},{)" +
                time +
                R"(,"subscription":1,"publication":,"details":{}}],)"
                R"({"is_limit_reached":false,"has_more":false}])");
}

TEST_F(GetEvents, OfAPatternTellsTheTopics) {
  publish("com.y", "1");
  EXPECT_THAT(asked("[2]"), HasSubstr(R"("details":{"topic":"com.y"},"args":["1"])"));
}

TEST_F(GetEvents, FiltersAndTellsWhatIsMissing) {
  for (const char* text : {"1", "2", "3", "4", "5", "6"}) publish("com.t", text);
  const std::string page = asked(R"([1],{"limit":2,"reverse":true})");
  EXPECT_THAT(page, testing::ContainsRegex("\"6\".*\"5\""));
  EXPECT_THAT(page, testing::Not(HasSubstr("\"4\"")));
  EXPECT_THAT(page, HasSubstr(R"({"is_limit_reached":true,"has_more":true})"));
  EXPECT_THAT(asked(R"([1],{"after_time":"2001-09-09T01:46:40Z"})"), HasSubstr("[50,2,{},[],{"));
  EXPECT_THAT(asked("[1]"), HasSubstr(R"("has_more":true)")) << "the realm's own limit is four";
}

TEST_F(GetEvents, TakesCrossbarsLimitAsTheSecondArgument) {
  for (const char* text : {"1", "2", "3", "4"}) publish("com.t", text);
  const std::string newest = asked("[1,2]");
  EXPECT_THAT(newest, testing::ContainsRegex("\"4\".*\"3\""));
  EXPECT_THAT(newest, testing::Not(HasSubstr("\"2\"")));
  EXPECT_THAT(asked(R"([1,2],{"reverse":false})"), testing::ContainsRegex("\"1\".*\"2\""));
  EXPECT_THAT(asked("[1,null]"), HasSubstr("\"1\""));
}

TEST_F(GetEvents, OfNothingIsEmpty) {
  EXPECT_EQ(asked("[1]"), R"([50,1,{},[],{"is_limit_reached":false,"has_more":false}])");
  EXPECT_EQ(asked(R"([1],{"after_publication":5})"),
            R"([50,2,{},[],{"is_limit_reached":false,"has_more":false}])");
}

TEST_F(GetEvents, HoldsBlackAndWhitelistsButGivesOwnEvents) {
  publish("com.t", "for user2", R"({"eligible_authid":["user2"]})");
  publish("com.t", "for user3", R"({"eligible_authid":["user3"]})");
  publish("com.t", "not for user2", R"({"exclude_authid":["user2"]})");
  const std::string heard = asked("[1]");
  EXPECT_THAT(heard, HasSubstr("\"for user2\""));
  EXPECT_THAT(heard, testing::Not(HasSubstr("user3")));
  EXPECT_THAT(heard, testing::Not(HasSubstr("not for")));
  publish("com.t", "own");
  EXPECT_THAT(asked(R"([1],{"reverse":true,"limit":1})", publisher), HasSubstr("\"own\""));
}

TEST_F(GetEvents, WrongArgumentsAreTold) {
  for (const char* payload : {"[]", "[\"1\"]", "[0.5]", "[-1]", "[null]", "[1],{\"limit\":0}", "[1,0]",
                              "[1,\"2\"]", "[1],{\"limit\":\"2\"}", "[1],{\"from_time\":\"2026\"}",
                              "[1],{\"reverse\":1}", "[1],{\"topic\":[]}", "[1],{\"from_publication\":-3}"})
    EXPECT_THAT(asked(payload), HasSubstr(R"(,{},"wamp.error.invalid_argument",[")")) << payload;
  EXPECT_THAT(asked("[99]"), HasSubstr("wamp.error.no_such_subscription"));
  caller.says(R"([32,99,{},"org.t"])");
  EXPECT_EQ(caller.hears(), "[33,99,4]");
  EXPECT_THAT(asked("[4]"), HasSubstr("wamp.error.history_unavailable"));
}

TEST_F(GetEvents, IsFoundByTheMetaApiBeforeAnybodySubscribes) {
  caller.says(R"([48,1,{},"wamp.subscription.lookup",["com.",{"match":"prefix"}]])");
  EXPECT_EQ(caller.hears(), "[50,1,{},[2]]");
  caller.says(R"([48,2,{},"wamp.subscription.match",["com.t"]])");
  EXPECT_EQ(caller.hears(), "[50,2,{},[[1,2]]]");
  caller.says(R"([48,3,{},"wamp.subscription.count_subscribers",[1]])");
  EXPECT_EQ(caller.hears(), "[50,3,{},[0]]");
}

TEST_F(GetEvents, MetaEventsTellOfSubscribersButNeverOfTheEndOfAConfiguredSubscription) {
  caller.says(R"([32,1,{"match":"prefix"},"wamp.subscription."])");
  caller.hears();
  Peer& peer = realm.join();
  peer.says(R"([32,1,{},"com.t"])");
  peer.says("[34,2,1]");
  const std::string heard = caller.hears();
  EXPECT_THAT(heard, HasSubstr("on_subscribe"));
  EXPECT_THAT(heard, HasSubstr("on_unsubscribe"));
  EXPECT_THAT(heard, testing::Not(HasSubstr("on_create")));
  EXPECT_THAT(heard, testing::Not(HasSubstr("on_delete")));
}

TEST(GetEventsPermission, WhoMayNotSubscribeMayNotAsk) {
  config::Realm config = realm_with_history();
  config::Permission call;
  call.match = wamp::MatchPolicy::prefix;
  call.call = true;
  config.roles.push_back({"caller", {call}});
  RealmHarness realm(config);
  Peer& caller = realm.join({}, "caller");
  caller.says(R"([48,1,{},"wamp.subscription.get_events",[1]])");
  EXPECT_THAT(caller.hears(), StartsWith(R"([8,48,1,{},"wamp.error.not_authorized",)"));
}

}  // namespace
}  // namespace router
