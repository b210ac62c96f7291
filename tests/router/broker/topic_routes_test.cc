// That what is published goes to those who are subscribed now, although its way is remembered, and to no
// worker where nobody wants it.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/router/support/realm_harness.h"

namespace router {
namespace {

using testing::HasSubstr;

struct Wanted {
  const char* name;
  const char* options;
  const char* pattern;
};

class ATopicRoute : public testing::TestWithParam<Wanted> {
 protected:
  static std::string subscribe() {
    return "[32,1," + std::string(GetParam().options) + ",\"" + GetParam().pattern + "\"]";
  }
  static std::string subscription_in(const std::string& subscribed) {
    const size_t begin = subscribed.rfind(',') + 1;
    return subscribed.substr(begin, subscribed.find(']', begin) - begin);
  }
  // One on each worker publishes; each event for those of one worker is posted once.
  void expect_events(size_t on_first, size_t on_second) {
    for (Peer* publisher : {&near, &far}) {
      const size_t first = realm.events_sent_to(0), second = realm.events_sent_to(1);
      // Two topics in turn are not what was remembered last.
      for (const char* topic : {"com.a.topic", "com.b.topic"})
        publisher->says("[16," + std::to_string(++request) + ",{},\"" + topic + "\"]");
      EXPECT_EQ(realm.events_sent_to(0) - first, 2 * on_first);
      EXPECT_EQ(realm.events_sent_to(1) - second, 2 * on_second);
    }
  }

  RealmHarness realm;
  Peer& near = realm.join();
  Peer& far = realm.join({}, "anonymous", 1);
  int request = 0;
};

TEST_P(ATopicRoute, IsFoundAnewAfterEachChange) {
  expect_events(0, 0);
  Peer& first = realm.join();
  first.says(subscribe());
  const std::string id = subscription_in(first.hears());
  expect_events(1, 0);
  EXPECT_THAT(first.hears(), HasSubstr("[36," + id));
  Peer& second = realm.join({}, "anonymous", 1);
  second.says(subscribe());
  expect_events(1, 1);
  first.hears();
  first.says("[34,2," + id + "]");
  expect_events(0, 1);
  EXPECT_EQ(first.hears(), "[35,2]");
  second.leaves();
  expect_events(0, 0);
}

TEST_P(ATopicRoute, EndsWithWhoIsKilled) {
  Peer& victim = realm.join({}, "anonymous", 1);
  victim.says(subscribe());
  expect_events(0, 1);
  near.says(R"([48,100,{},"wamp.session.kill",[)" + std::to_string(victim.id()) + "]]");
  expect_events(0, 0);
}

TEST_P(ATopicRoute, EndsWithARevocation) {
  Peer& victim = realm.join({}, "anonymous", 1);
  victim.says(subscribe());
  const std::string id = subscription_in(victim.hears());
  expect_events(0, 1);
  near.says(R"([48,100,{},"wamp.subscription.remove_subscriber",[)" + id + "," + std::to_string(victim.id()) +
            "]]");
  expect_events(0, 0);
}

INSTANTIATE_TEST_SUITE_P(, ATopicRoute,
                         testing::Values(Wanted{"OfAPrefix", R"({"match":"prefix"})", "com."},
                                         Wanted{"OfAWildcard", R"({"match":"wildcard"})", "com..topic"}),
                         [](const auto& param) { return std::string(param.param.name); });

TEST(AnExactTopicRoute, IsFoundAnewAfterEachChange) {
  RealmHarness realm;
  Peer& publisher = realm.join({}, "anonymous", 1);
  Peer& subscriber = realm.join();
  auto publish = [&, request = 0]() mutable {
    publisher.says("[16," + std::to_string(++request) + R"(,{},"com.topic"])");
  };
  publish();
  subscriber.says(R"([32,1,{},"com.topic"])");
  EXPECT_EQ(subscriber.hears(), "[33,1,1]");
  publish();
  EXPECT_THAT(subscriber.hears(), HasSubstr("[36,1,"));
  subscriber.says("[34,2,1]");
  publish();
  EXPECT_EQ(subscriber.hears(), "[35,2]");
  // It is another subscription now.
  subscriber.says(R"([32,3,{},"com.topic"])");
  publish();
  EXPECT_THAT(subscriber.hears(), HasSubstr("[33,3,2]\n[36,2,"));
  EXPECT_EQ(realm.events_sent_to(1), 0u);
}

class ANodesRoute : public testing::Test {
 protected:
  Peer& node(const std::string& key, uint32_t worker) {
    Peer& peer = realm.join({}, "anonymous", worker);
    peer.says(R"([32,1,{"nkey":")" + key + R"("},"com.t"])");
    peer.hears();
    return peer;
  }
  void publish(const std::string& options) {
    publisher.says("[16," + std::to_string(++request) + "," + options + R"(,"com.t"])");
  }

  RealmHarness realm;
  Peer& publisher = realm.join();
  int request = 0;
};

TEST_F(ANodesRoute, LeadsToTheWorkersOfTheChosenNodeOnly) {
  std::vector<Peer*> peers = {&node("a", 0), &node("b", 1)};
  for (int i = 0; i < 50; ++i) {
    const size_t first = realm.events_sent_to(0), second = realm.events_sent_to(1);
    publish(R"({"rkey":"sensor)" + std::to_string(i) + "\"}");
    const bool is_a = !peers[0]->hears().empty(), is_b = !peers[1]->hears().empty();
    EXPECT_NE(is_a, is_b);
    EXPECT_EQ(realm.events_sent_to(0) - first, is_a ? 1u : 0u);
    EXPECT_EQ(realm.events_sent_to(1) - second, is_b ? 1u : 0u);
  }
}

TEST_F(ANodesRoute, LeadsToAllOfAWorkerAtOnce) {
  std::vector<Peer*> peers = {&node("a", 0), &node("b", 0), &node("", 0), &node("b", 0)};
  publish("{}");
  EXPECT_EQ(realm.events_sent_to(0), 1u);
  for (Peer* peer : peers) EXPECT_THAT(peer->hears(), HasSubstr("[36,1,"));
}

TEST_F(ANodesRoute, IsAnotherOneWhenASubscriberChangesItsKey) {
  Peer& mover = node("a", 1);
  Peer& other = node("b", 1);
  std::vector<int> of_a;
  for (int i = 0; i < 50; ++i) {
    publish(R"({"rkey":"sensor)" + std::to_string(i) + "\"}");
    if (!mover.hears().empty()) of_a.push_back(i);
  }
  other.hears();
  ASSERT_FALSE(of_a.empty());
  mover.says(R"([32,2,{"nkey":"b"},"com.t"])");
  EXPECT_EQ(mover.hears(), "[33,2,1]");
  for (int i : of_a) {
    publish(R"({"rkey":"sensor)" + std::to_string(i) + "\"}");
    EXPECT_THAT(mover.hears(), HasSubstr("[36,1,"));
    EXPECT_THAT(other.hears(), HasSubstr("[36,1,"));
  }
}

TEST(OnePublishersEvents, ComeInTheirOrderWhetherTheyAreKeptOrNot) {
  config::Realm config = RealmHarness::open_realm();
  config.store.event_history = {{.uri = "com.kept", .match = wamp::MatchPolicy::exact, .limit = 10}};
  RealmHarness realm(config);
  Peer& subscriber = realm.join({}, "anonymous", 1);
  Peer& publisher = realm.join();
  subscriber.says(R"([32,1,{"match":"prefix"},"com."])");
  subscriber.hears();
  std::string expected;
  for (int i = 1; i <= 12; ++i) {
    const std::string number = std::to_string(i), topic = i % 4 == 0 ? "com.kept" : "com.t";
    publisher.says("[16," + number + (i % 3 == 0 ? R"(,{"retain":true},")" : R"(,{},")") + topic + "\",[" +
                   number + "]]");
    expected +=
        (i == 1 ? "" : "\n") + ("[36,2," + number) + R"(,{"topic":")" + topic + "\"},[" + number + "]]";
  }
  EXPECT_EQ(subscriber.hears(), expected);
  Peer& late = realm.join();
  late.says(R"([32,1,{"match":"prefix","get_retained":true},"com."])");
  EXPECT_THAT(late.hears(), HasSubstr(R"({"topic":"com.t","retained":true},[9]])"));
}

}  // namespace
}  // namespace router
