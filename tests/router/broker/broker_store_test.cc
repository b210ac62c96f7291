// What the broker gives a store, and when it answers, with a store that only remembers.
#include <gtest/gtest.h>

#include "router/broker/broker.h"
#include "tests/router/support/realm_harness.h"

namespace router::broker {
namespace {

struct Remembered {
  bool room = true;
  std::vector<StoreWrite> writes;
  int lost = 0;
};

class RememberingStore final : public EventStore {
 public:
  explicit RememberingStore(Remembered& remembered) : remembered_(remembered) {}
  bool has_room() const override { return remembered_.room; }
  void add(StoreWrite write) override { remembered_.writes.push_back(std::move(write)); }
  void count_lost() override { ++remembered_.lost; }
  void close() override {}

 private:
  Remembered& remembered_;
};

config::Realm configuration() {
  config::Realm realm = RealmHarness::open_realm();
  realm.store.event_history = {{.uri = "com.t", .match = wamp::MatchPolicy::exact, .limit = 2},
                               {.uri = "com", .match = wamp::MatchPolicy::prefix, .limit = 10}};
  realm.limits.retained_events = 1;
  return realm;
}

class BrokerWithStore : public testing::Test {
 protected:
  BrokerWithStore()
      : broker(config, ids, clock, {std::make_unique<RememberingStore>(store), {}}, work, lost) {
    broker_subscribe(subscriber);
    sent();
  }
  void broker_subscribe(Member& member) {
    broker.subscribe(member, {wamp::RequestId(1), {}, "com.t"}, wamp::MatchPolicy::exact, {},
                     config::SlowConsumer::disconnect, outbox);
  }
  void publish(const wamp::Dict& options, const std::string& topic = "com.t") {
    const auto read = publish_options(options, permissions->limits());
    ASSERT_TRUE(read);
    const wamp::Publish message{wamp::RequestId(5), options, topic, {}};
    const Grant grant{true, false, {}};
    const RoutedPayload nothing;
    const Publication publication(publisher, message, nothing, *read, grant, wamp::PublicationId(ids.next()));
    waits = broker.publish(publication, broker.find_route(topic).route.get(), outbox) ==
            Broker::Answer::when_stored;
  }
  // The types of what was sent, and of ERRORs the URI.
  std::vector<std::string> sent() {
    MailList mail;
    mailbox.drain(mail);
    std::vector<std::string> names;
    mail.for_each([&names](const Mail& entry) {
      const auto* delivery = std::get_if<Delivery>(&entry);
      const auto* refused = std::get_if<Refused>(&entry);
      names.push_back(refused    ? std::string(refused->why.error_uri)
                      : delivery ? std::string(wamp::name(wamp::type_of(delivery->message)))
                                 : "EVENT");
    });
    return names;
  }

  const config::Realm config = configuration();
  ManualClock clock;
  IdSource ids{1};
  Mailbox mailbox{[] {}};
  Outbox outbox{{&mailbox}};
  const std::shared_ptr<const RolePermissions> permissions =
      std::make_shared<RolePermissions>(config.roles.front());
  const MemberFacts publisher{{0, 0, wamp::SessionId(1)}, {"alice", "anonymous", "anonymous", "static"}, {}};
  Member subscriber{{{0, 1, wamp::SessionId(2)}, {"bob", "anonymous", "anonymous", "static"}, {}},
                    permissions};
  Remembered store;
  LeftoverWork work;
  transport::Counter lost;
  Broker broker;
  bool waits = false;  // who published last, for an answer
};

using testing::ElementsAre;

const wamp::Dict acknowledged{{"acknowledge", true}};

TEST_F(BrokerWithStore, TheAnswerToAnEventThatIsStoredIsLeftToTheStore) {
  publish(acknowledged);
  EXPECT_TRUE(waits);
  EXPECT_THAT(sent(), ElementsAre("EVENT"));
  ASSERT_EQ(store.writes.size(), 1u);
  const StoreWrite& write = store.writes.front();
  ASSERT_TRUE(write.acknowledgement);
  EXPECT_EQ(write.acknowledgement->to, publisher.ref);
  EXPECT_EQ(write.acknowledgement->request, wamp::RequestId(5));
  EXPECT_EQ(write.acknowledgement->publication, write.event->publication);
  ASSERT_EQ(write.histories.size(), 2u);
  EXPECT_EQ(write.histories[0].history, 0u);
  EXPECT_EQ(write.histories[1].history, 1u);
  EXPECT_FALSE(write.retained);
}

TEST_F(BrokerWithStore, OneThatIsNotStoredIsAnsweredAtOnce) {
  publish(acknowledged, "org.t");
  EXPECT_FALSE(waits);
  EXPECT_THAT(sent(), ElementsAre("PUBLISHED"));
  publish({{"acknowledge", true}, {"eligible", wamp::List{2}}});
  EXPECT_THAT(sent(), ElementsAre("PUBLISHED", "EVENT"));
  publish({{"acknowledge", true}, {"eligible", wamp::List{2}}, {"retain", true}});
  EXPECT_THAT(sent(), ElementsAre("PUBLISHED", "EVENT"));
  EXPECT_TRUE(store.writes.empty());
}

TEST_F(BrokerWithStore, OneThatWantsNoAnswerIsStoredToo) {
  publish({{"retain", true}}, "org.t");
  EXPECT_FALSE(waits);
  EXPECT_THAT(sent(), ElementsAre());
  ASSERT_EQ(store.writes.size(), 1u);
  EXPECT_FALSE(store.writes.front().acknowledgement);
  EXPECT_TRUE(store.writes.front().retained);
  EXPECT_TRUE(store.writes.front().histories.empty());
}

TEST_F(BrokerWithStore, TheStoreIsToldHowManyEventsAHistoryHas) {
  for (int i = 0; i < 3; ++i) publish({});
  EXPECT_EQ(store.writes.back().histories[0].kept, 2u);
  EXPECT_EQ(store.writes.back().histories[1].kept, 3u);
}

TEST_F(BrokerWithStore, WithoutRoomWhoWantsAnAnswerIsRefusedBeforeAnythingIsDelivered) {
  store.room = false;
  publish(acknowledged);
  EXPECT_FALSE(waits);
  EXPECT_THAT(sent(), ElementsAre("wamp.error.unavailable"));
  publish(acknowledged, "org.t");
  EXPECT_THAT(sent(), ElementsAre("PUBLISHED")) << "nothing of it is stored";
  EXPECT_EQ(store.lost, 0);
}

TEST_F(BrokerWithStore, WithoutRoomWhoWantsNoneIsDeliveredAndCounted) {
  store.room = false;
  publish({});
  EXPECT_THAT(sent(), ElementsAre("EVENT"));
  EXPECT_TRUE(store.writes.empty());
  EXPECT_EQ(store.lost, 1);
}

TEST_F(BrokerWithStore, ATopicThatLosesItsRetainedEventLosesItInTheStoreToo) {
  publish({{"retain", true}}, "org.a");
  publish({{"retain", true}}, "org.b");
  ASSERT_EQ(store.writes.size(), 2u);
  EXPECT_EQ(store.writes.back().cleared_topic, "org.b");
  EXPECT_FALSE(store.writes.back().event);
}

}  // namespace
}  // namespace router::broker
