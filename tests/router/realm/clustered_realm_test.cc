// A realm in a cluster: what it tells the other nodes, and what waits for them.
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/router/support/realm_harness.h"
#include "tests/router/support/recorded_neighbours.h"

namespace router {
namespace {

using dealer::InvocationPolicy;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr auto already_exists = R"([8,64,1,{},"wamp.error.procedure_already_exists")";
constexpr auto unavailable = R"([8,64,1,{},"wamp.error.unavailable")";
constexpr milliseconds patience(5000);

class ClusteredRealm : public testing::Test {
 protected:
  explicit ClusteredRealm(config::Realm config = RealmHarness::open_realm()) : realm(std::move(config)) {
    realm.realm().set_neighbours(neighbours, patience);
    has_lease(milliseconds(100000));
  }

  void has_lease(milliseconds time, uint64_t incarnation = 7) {
    neighbours->node_lease->extend(incarnation, realm.clock().boot_time() + time);
  }
  void grant(const std::string& procedure, uint64_t incarnation = 7) {
    realm.realm().on_name_granted({procedure}, neighbours->wanted[procedure], incarnation);
  }
  void refuse(const std::string& procedure, InvocationPolicy by) {
    realm.realm().on_name_refused({procedure}, neighbours->wanted[procedure], by);
  }
  // All nodes know all that they were told.
  void confirm() { realm.realm().on_confirmed(neighbours->told); }
  // Registers "com.add", its first callee here.
  Peer& callee_of_add(const std::string& options = "{}") {
    Peer& callee = realm.join();
    callee.says("[64,1," + options + ",\"com.add\"]");
    grant("com.add");
    confirm();
    EXPECT_THAT(callee.hears(), StartsWith("[65,1,"));
    neighbours->take();
    return callee;
  }

  RealmHarness realm;
  const std::shared_ptr<RecordedNeighbours> neighbours = std::make_shared<RecordedNeighbours>(realm.clock());
};

// ---- SUBSCRIBE

TEST_F(ClusteredRealm, AnswersTheFirstSubscriberWhenAllNodesKnowOfIt) {
  Peer& subscriber = realm.join();
  subscriber.says(R"([32,1,{},"com.topic"])");
  EXPECT_THAT(neighbours->take(), ElementsAre("+topic com.topic"));
  EXPECT_EQ(subscriber.hears(), "");
  confirm();
  EXPECT_EQ(subscriber.hears(), "[33,1,1]");
}

TEST_F(ClusteredRealm, GivesASubscriberWhatIsPublishedAfterItsAnswer) {
  Peer& subscriber = realm.join();
  Peer& publisher = realm.join();
  subscriber.says(R"([32,1,{},"com.topic"])");
  publisher.says(R"([16,1,{},"com.topic",["before"]])");
  confirm();
  publisher.says(R"([16,2,{},"com.topic",["after"]])");
  EXPECT_EQ(subscriber.hears(), "[33,1,1]\n[36,1,1,{},[\"after\"]]");
}

TEST_F(ClusteredRealm, GivesASubscriberTheEventThatWasRetainedWhileItWaited) {
  Peer& subscriber = realm.join();
  Peer& publisher = realm.join();
  subscriber.says(R"([32,1,{"get_retained":true},"com.topic"])");
  publisher.says(R"([16,1,{"retain":true},"com.topic",["kept"]])");
  confirm();
  EXPECT_THAT(subscriber.hears(), HasSubstr("\"kept\""));
}

TEST_F(ClusteredRealm, AnswersLaterSubscribersAtOnce) {
  Peer& first = realm.join();
  Peer& second = realm.join();
  first.says(R"([32,1,{},"com.topic"])");
  confirm();
  second.says(R"([32,1,{},"com.topic"])");
  EXPECT_EQ(second.hears(), "[33,1,1]");
  EXPECT_THAT(neighbours->take(), ElementsAre("+topic com.topic"));
}

TEST_F(ClusteredRealm, LetsNoSubscriberOvertakeTheOneThatWaits) {
  Peer& first = realm.join();
  Peer& second = realm.join();
  first.says(R"([32,1,{},"com.topic"])");
  second.says(R"([32,1,{},"com.topic"])");
  EXPECT_EQ(second.hears(), "");
  first.says(R"([32,2,{"nkey":"a"},"com.topic"])");
  confirm();
  EXPECT_EQ(first.hears(), "[33,1,1]\n[33,2,1]");
  EXPECT_EQ(second.hears(), "[33,1,1]");
  EXPECT_THAT(neighbours->take(), ElementsAre("+topic com.topic"));
}

TEST_F(ClusteredRealm, TellsWhenTheLastSubscriberHasGone) {
  Peer& first = realm.join();
  Peer& second = realm.join();
  first.says(R"([32,1,{"match":"prefix"},"com."])");
  second.says(R"([32,1,{"match":"prefix"},"com."])");
  confirm();
  neighbours->take();
  first.says("[34,2,1]");
  EXPECT_THAT(neighbours->take(), IsEmpty());
  second.leaves();
  EXPECT_THAT(neighbours->take(), ElementsAre("-topic com. by prefix"));
}

TEST_F(ClusteredRealm, TellsWhenTheLastThatWaitedToSubscribeHasGone) {
  Peer& first = realm.join();
  Peer& second = realm.join();
  first.says(R"([32,1,{},"com.topic"])");
  second.says(R"([32,1,{},"com.topic"])");
  neighbours->take();
  first.leaves();
  EXPECT_THAT(neighbours->take(), IsEmpty());
  second.leaves();
  EXPECT_THAT(neighbours->take(), ElementsAre("-topic com.topic"));
  confirm();
  EXPECT_EQ(realm.realm().counts().subscriptions, 0u);
}

TEST_F(ClusteredRealm, RefusesASubscriberWhenNoAnswerComes) {
  Peer& subscriber = realm.join();
  subscriber.says(R"([32,1,{},"com.topic"])");
  realm.passes(patience - milliseconds(1));
  EXPECT_EQ(subscriber.hears(), "");
  realm.passes(milliseconds(1));
  EXPECT_THAT(subscriber.hears(), StartsWith(R"([8,32,1,{},"wamp.error.unavailable")"));
  EXPECT_THAT(neighbours->take(), ElementsAre("+topic com.topic", "-topic com.topic"));
  subscriber.says(R"([32,2,{},"com.topic"])");
  confirm();
  EXPECT_EQ(subscriber.hears(), "[33,2,1]");
}

TEST_F(ClusteredRealm, KeepsToItselfWhoListensToTheRouter) {
  Peer& subscriber = realm.join();
  subscriber.says(R"([32,1,{},"wamp.session.on_join"])");
  subscriber.says(R"([32,2,{"match":"prefix"},"wamp."])");
  EXPECT_EQ(subscriber.hears(), "[33,1,1]\n[33,2,2]");
  subscriber.says(R"([32,3,{"match":"prefix"},"wamp"])");
  EXPECT_EQ(subscriber.hears(), "") << "clients may publish to \"wampum\"";
  EXPECT_THAT(neighbours->take(), ElementsAre("+topic wamp by prefix"));
}

TEST_F(ClusteredRealm, CountsTheSubscribersThatWaitAgainstTheirLimit) {
  config::Realm config = RealmHarness::open_realm();
  config.limits.subscriptions_per_session = 2;
  realm.realm().configure(config);
  Peer& subscriber = realm.join();
  for (const auto* topic : {"1", "2", "3"})
    subscriber.says("[32," + std::string(topic) + ",{},\"com.t" + topic + "\"]");
  EXPECT_THAT(subscriber.hears(), StartsWith(R"([8,32,3,{},"wamp.error.too_many_requests")"));
}

// ---- REGISTER

TEST_F(ClusteredRealm, RegistersWhenTheNameIsGrantedAndAllNodesKnowOfTheCallee) {
  Peer& callee = realm.join();
  Peer& caller = realm.join();
  callee.says(R"([64,1,{},"com.add"])");
  EXPECT_THAT(neighbours->take(), ElementsAre("want single com.add"));
  grant("com.add");
  EXPECT_THAT(neighbours->take(), ElementsAre("+callee 1 single com.add"));
  EXPECT_EQ(callee.hears(), "");
  caller.says(R"([48,1,{},"com.add"])");
  EXPECT_THAT(caller.hears(), HasSubstr("no_such_procedure"));
  confirm();
  EXPECT_EQ(callee.hears(), "[65,1,1]");
  caller.says(R"([48,2,{},"com.add"])");
  EXPECT_EQ(callee.hears(), "[68,1,1,{}]");
}

TEST_F(ClusteredRealm, ReleasesANameWithItsLastCallee) {
  Peer& callee = callee_of_add(R"({"invoke":"roundrobin"})");
  Peer& other = realm.join();
  other.says(R"([64,1,{"invoke":"roundrobin"},"com.add"])");
  EXPECT_EQ(other.hears(), "[65,1,1]");
  EXPECT_THAT(neighbours->take(), ElementsAre("+callee 2 roundrobin com.add"));
  callee.says("[66,2,1]");
  EXPECT_THAT(neighbours->take(), ElementsAre("-callee 1 roundrobin com.add"));
  other.leaves();
  EXPECT_THAT(neighbours->take(), ElementsAre("-callee 0 roundrobin com.add", "release com.add"));
}

TEST_F(ClusteredRealm, RefusesWhatAnotherNodeHas) {
  Peer& callee = realm.join();
  callee.says(R"([64,1,{},"com.add"])");
  refuse("com.add", InvocationPolicy::single);
  EXPECT_THAT(callee.hears(), StartsWith(already_exists));
  EXPECT_THAT(neighbours->take(), ElementsAre("want single com.add", "release com.add"));
  EXPECT_EQ(realm.realm().counts().registrations, 0u);
}

TEST_F(ClusteredRealm, RefusesAnotherPolicyThanThatOfTheCluster) {
  Peer& single = realm.join();
  Peer& first = realm.join();
  Peer& alike = realm.join();
  single.says(R"([64,1,{},"com.add"])");
  first.says(R"([64,1,{"invoke":"first"},"com.add"])");
  alike.says(R"([64,1,{"invoke":"roundrobin"},"com.add"])");
  refuse("com.add", InvocationPolicy::roundrobin);
  EXPECT_THAT(single.hears(), HasSubstr(R"(this procedure is registered with invoke \"roundrobin\")"));
  EXPECT_THAT(first.hears(), StartsWith(already_exists));
  EXPECT_THAT(neighbours->take(),
              ElementsAre("want single com.add", "release com.add", "want roundrobin com.add"));
  grant("com.add");
  confirm();
  EXPECT_EQ(alike.hears(), "[65,1,1]");
}

TEST_F(ClusteredRealm, DecidesThoseWhoWantOneNameInTheirOrder) {
  Peer& first = realm.join();
  Peer& second = realm.join();
  first.says(R"([64,1,{},"com.add"])");
  second.says(R"([64,1,{"invoke":"first"},"com.add"])");
  EXPECT_THAT(neighbours->take(), ElementsAre("want single com.add"));
  grant("com.add");
  confirm();
  EXPECT_EQ(first.hears(), "[65,1,1]");
  realm.passes(milliseconds(1000));
  EXPECT_THAT(second.hears(), StartsWith(already_exists));
}

TEST_F(ClusteredRealm, SharesAProcedureAmongThoseWhoHaveWaitedForIt) {
  Peer& first = realm.join();
  Peer& second = realm.join();
  first.says(R"([64,1,{"invoke":"roundrobin"},"com.add"])");
  second.says(R"([64,1,{"invoke":"roundrobin"},"com.add"])");
  grant("com.add");
  confirm();
  EXPECT_EQ(first.hears(), "[65,1,1]");
  EXPECT_EQ(second.hears(), "[65,1,1]");
  EXPECT_THAT(neighbours->take(), ElementsAre("want roundrobin com.add", "+callee 1 roundrobin com.add",
                                              "+callee 2 roundrobin com.add"));
}

TEST_F(ClusteredRealm, RefusesTheSecondRegisterOfOneSession) {
  Peer& callee = realm.join();
  callee.says(R"([64,1,{"invoke":"first"},"com.add"])");
  callee.says(R"([64,2,{"invoke":"first"},"com.add"])");
  grant("com.add");
  confirm();
  EXPECT_THAT(callee.hears(), StartsWith("[65,1,1]\n[8,64,2,{},\"wamp.error.procedure_already_exists\""));
}

TEST_F(ClusteredRealm, WantsANameAnewIfTheNextInLineWantsAnotherPolicy) {
  Peer& first = realm.join();
  Peer& second = realm.join();
  first.says(R"([64,1,{},"com.add"])");
  second.says(R"([64,1,{"invoke":"last"},"com.add"])");
  first.leaves();
  grant("com.add");
  confirm();
  EXPECT_EQ(second.hears(), "");
  EXPECT_THAT(neighbours->take(),
              ElementsAre("want single com.add", "+callee 1 single com.add", "-callee 0 single com.add",
                          "release com.add", "want last com.add"));
  grant("com.add");
  confirm();
  EXPECT_EQ(second.hears(), "[65,1,1]");
}

TEST_F(ClusteredRealm, ReleasesANameWhoseOnlySuitorLeaves) {
  Peer& callee = realm.join();
  callee.says(R"([64,1,{},"com.add"])");
  callee.leaves();
  EXPECT_THAT(neighbours->take(), ElementsAre("want single com.add", "release com.add"));
  grant("com.add");
  EXPECT_THAT(neighbours->take(), IsEmpty()) << "the answer comes too late";
  EXPECT_EQ(realm.realm().counts().registrations, 0u);
}

TEST_F(ClusteredRealm, ReleasesANameWhoseOnlySuitorIsKilledBeforeAllNodesKnow) {
  Peer& callee = realm.join();
  Peer& admin = realm.join();
  callee.says(R"([64,1,{},"com.add"])");
  grant("com.add");
  admin.says("[48,1,{},\"wamp.session.kill\",[" + std::to_string(callee.id()) + "]]");
  EXPECT_THAT(neighbours->take(), ElementsAre("want single com.add", "+callee 1 single com.add",
                                              "-callee 0 single com.add", "release com.add"));
  confirm();
  EXPECT_EQ(realm.realm().counts().registrations, 0u);
}

TEST_F(ClusteredRealm, RefusesWhatWaitsWhenTheRouterShutsDown) {
  Peer& callee = realm.join();
  callee.says(R"([64,1,{},"com.add"])");
  callee.says(R"([32,2,{},"com.topic"])");
  realm.realm().begin_drain();
  EXPECT_THAT(callee.hears(), testing::AllOf(HasSubstr(R"([8,64,1,{},"wamp.error.unavailable")"),
                                             HasSubstr(R"([8,32,2,{},"wamp.error.unavailable")")));
  callee.says(R"([64,1,{},"com.sub"])");
  EXPECT_THAT(callee.hears(), StartsWith(unavailable));
}

TEST_F(ClusteredRealm, RefusesARegisterWhenNoAnswerComes) {
  Peer& callee = realm.join();
  callee.says(R"([64,1,{},"com.add"])");
  realm.passes(patience - milliseconds(1));
  EXPECT_EQ(callee.hears(), "");
  realm.passes(milliseconds(1));
  EXPECT_THAT(callee.hears(), StartsWith(unavailable));
  EXPECT_THAT(neighbours->take(), ElementsAre("want single com.add", "release com.add"));
}

TEST_F(ClusteredRealm, CountsTheRegistersThatWaitAgainstTheirLimit) {
  config::Realm config = RealmHarness::open_realm();
  config.limits.registrations_per_session = 2;
  realm.realm().configure(config);
  Peer& callee = realm.join();
  for (const auto* procedure : {"1", "2", "3"})
    callee.says("[64," + std::string(procedure) + ",{},\"com.p" + procedure + "\"]");
  EXPECT_THAT(callee.hears(), StartsWith(R"([8,64,3,{},"wamp.error.too_many_requests")"));
}

TEST_F(ClusteredRealm, IgnoresTheAnswerToAnEarlierClaim) {
  Peer& callee = realm.join();
  callee.says(R"([64,1,{},"com.add"])");
  const Ticket earlier = neighbours->wanted["com.add"];
  callee.leaves();
  Peer& other = realm.join();
  other.says(R"([64,1,{},"com.add"])");
  realm.realm().on_name_granted({"com.add"}, earlier, 7);
  realm.realm().on_name_refused({"com.add"}, earlier, InvocationPolicy::single);
  confirm();
  EXPECT_EQ(other.hears(), "");
  grant("com.add");
  confirm();
  EXPECT_EQ(other.hears(), "[65,1,1]");
}

TEST_F(ClusteredRealm, ClaimsANameAnewForWhoTakesItByForceWithAnotherPolicy) {
  config::Realm config = RealmHarness::open_realm();
  config.roles[0].permissions[0].force_reregister = true;
  realm.realm().configure(config);
  callee_of_add();
  Peer& other = realm.join();
  other.says(R"([64,1,{"force_reregister":true,"invoke":"last"},"com.add"])");
  EXPECT_EQ(other.hears(), "");
  EXPECT_EQ(realm.realm().counts().registrations, 0u);
  EXPECT_THAT(neighbours->take(),
              ElementsAre("-callee 0 single com.add", "release com.add", "want last com.add"));
  grant("com.add");
  confirm();
  EXPECT_THAT(other.hears(), StartsWith("[65,1,"));
}

TEST_F(ClusteredRealm, KeepsTheNameForWhoTakesItByForceWithTheSamePolicy) {
  config::Realm config = RealmHarness::open_realm();
  config.roles[0].permissions[0].force_reregister = true;
  realm.realm().configure(config);
  callee_of_add();
  Peer& other = realm.join();
  other.says(R"([64,1,{"force_reregister":true},"com.add"])");
  EXPECT_EQ(other.hears(), "[65,1,2]");
  EXPECT_THAT(neighbours->take(), IsEmpty());
}

// ---- many

// Of those who wait, only some are answered in the turn in which all nodes know.
class CrowdOfAClusteredRealm : public ClusteredRealm {
 protected:
  static constexpr size_t most = 300;

  CrowdOfAClusteredRealm() {
    realm.realm().set_timer([](SteadyTime) {});
    for (size_t i = 0; i < most; ++i) crowd.push_back(&realm.join());
  }
  // What is left has to wait for the timer.
  void confirm_slowly() {
    realm.clock().ticks(milliseconds(2));
    confirm();
    realm.clock().ticks(milliseconds(0));
  }

  std::vector<Peer*> crowd;
};

TEST_F(CrowdOfAClusteredRealm, WhoRegistersLaterWaitsForThoseBefore) {
  for (Peer* const callee : crowd) callee->says(R"([64,1,{"invoke":"first"},"com.add"])");
  grant("com.add");
  confirm_slowly();
  EXPECT_EQ(crowd.front()->hears(), "[65,1,1]");
  EXPECT_EQ(crowd.back()->hears(), "");
  Peer& last = realm.join();
  last.says(R"([64,1,{"invoke":"first"},"com.add"])");
  EXPECT_EQ(last.hears(), "");
  realm.passes(milliseconds(1));
  EXPECT_EQ(crowd.back()->hears(), "[65,1,1]");
  EXPECT_EQ(last.hears(), "[65,1,1]");
}

TEST_F(CrowdOfAClusteredRealm, WhoSubscribesLaterWaitsForThoseBefore) {
  for (Peer* const subscriber : crowd) subscriber->says(R"([32,1,{},"com.topic"])");
  confirm_slowly();
  EXPECT_EQ(crowd.front()->hears(), "[33,1,1]");
  EXPECT_EQ(crowd.back()->hears(), "");
  Peer& last = realm.join();
  last.says(R"([32,1,{},"com.topic"])");
  EXPECT_EQ(last.hears(), "");
  realm.passes(milliseconds(1));
  EXPECT_EQ(crowd.back()->hears(), "[33,1,1]");
  EXPECT_EQ(last.hears(), "[33,1,1]");
}

// ---- the lease

TEST_F(ClusteredRealm, ServesAnExclusiveProcedureOnlyWithALease) {
  Peer& callee = callee_of_add();
  Peer& caller = realm.join();
  has_lease(milliseconds(1000));
  caller.says(R"([48,1,{},"com.add"])");
  EXPECT_EQ(callee.hears(), "[68,1,1,{}]");
  realm.passes(milliseconds(1000));
  caller.says(R"([48,2,{},"com.add"])");
  EXPECT_THAT(caller.hears(), StartsWith(R"([8,48,2,{},"wamp.error.unavailable")"));
  EXPECT_EQ(callee.hears(), "");
  has_lease(milliseconds(1000));
  caller.says(R"([48,3,{},"com.add"])");
  EXPECT_EQ(callee.hears(), "[68,2,1,{}]");
}

TEST_F(ClusteredRealm, ServesAnExclusiveProcedureInANewIncarnationOnlyWhenItIsGrantedAgain) {
  Peer& callee = callee_of_add();
  Peer& caller = realm.join();
  has_lease(milliseconds(1000), 8);
  caller.says(R"([48,1,{},"com.add"])");
  EXPECT_THAT(caller.hears(), StartsWith(R"([8,48,1,{},"wamp.error.unavailable")"));
  grant("com.add", 8);
  caller.says(R"([48,2,{},"com.add"])");
  EXPECT_EQ(callee.hears(), "[68,1,1,{}]");
}

TEST_F(ClusteredRealm, GivesACallThatHasWaitedForAnExclusiveCalleeOnlyWithALease) {
  Peer& callee = callee_of_add(R"({"concurrency":1})");
  Peer& caller = realm.join();
  has_lease(milliseconds(1000));
  caller.says(R"([48,1,{},"com.add"])");
  caller.says(R"([48,2,{},"com.add"])");
  EXPECT_EQ(callee.hears(), "[68,1,1,{}]");
  realm.passes(milliseconds(1000));
  callee.says("[70,1,{}]");
  EXPECT_THAT(caller.hears(), HasSubstr(R"([8,48,2,{},"wamp.error.unavailable")"));
  EXPECT_EQ(callee.hears(), "");
}

TEST_F(ClusteredRealm, ServesASharedProcedureWithoutALease) {
  Peer& callee = callee_of_add(R"({"invoke":"first"})");
  neighbours->node_lease->end();
  Peer& caller = realm.join();
  caller.says(R"([48,1,{},"com.add"])");
  EXPECT_EQ(callee.hears(), "[68,1,1,{}]");
}

TEST_F(ClusteredRealm, TakesTheRegistrationFromWhoHasLostTheNameToAnotherNode) {
  Peer& callee = realm.join({"registration_revocation"});
  callee.says(R"([64,1,{},"com.add"])");
  grant("com.add");
  confirm();
  callee.hears();
  neighbours->take();
  refuse("com.add", InvocationPolicy::single);
  EXPECT_EQ(callee.hears(), R"([67,0,{"registration":1,"reason":"wamp.registration.replaced"}])");
  EXPECT_THAT(neighbours->take(), ElementsAre("-callee 0 single com.add", "release com.add"));
  EXPECT_EQ(realm.realm().counts().registrations, 0u);
}

}  // namespace
}  // namespace router
