// Realms of several nodes, whose subscribers and callees are clients, on the deques of the simulation.
#include "router/cluster/realms/clustered_realms.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/router/support/realm_harness.h"
#include "tests/simulation/cluster/backplane.h"

namespace router::cluster {
namespace {

using cluster_simulation::Backplane;
using cluster_simulation::Cut;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

// One node with its realm.
class Site final : public cluster_simulation::Process, NodeUser {
 public:
  Site(Backplane& backplane, size_t number, const NodeName& name)
      : realms_(realm.clock(), [this] { ++wakes; }),
        node(name, number, Timing(), backplane.attach(number, *this), *this) {
    realm.realm().set_neighbours(realms_.connect("realm1", realm.realm().shared_from_this()), seconds(60));
  }

  void turn() { realms_.turn(node, local_time()); }
  void pass(milliseconds time) { realm.passes(time); }
  std::vector<Change> all_offered() const { return realms_.offered(); }

  bool is_awake() const override { return true; }
  Time local_time() const override { return harness_clock().boot_time(); }

 private:
  const Clock& harness_clock() const { return const_cast<RealmHarness&>(realm).clock(); }

  void on_announcement(const Announcement& said, Time now) override { node.on_announcement(said, now); }
  void on_entries(const std::vector<Entry>& entries, bool is_all, Time now) override {
    node.on_entries(entries, is_all, now);
  }
  void on_outcome(const Key& key, Ticket ticket, Outcome outcome, Revision revision, Time now) override {
    node.on_outcome(key, ticket, outcome, revision, now);
  }
  void on_letter(const Letter& letter, Time now) override { node.on_letter(letter, now); }

  std::vector<Change> offered() const override { return realms_.offered(); }
  void on_confirmed(uint64_t facts) override { realms_.on_confirmed(facts); }
  void on_granted(const Name& name) override {
    realms_.on_granted(name, node.membership().self().incarnation);
  }
  void on_refused(const Name& name, const NameEntry& by) override { realms_.on_refused(name, by); }
  void on_mail(const NodeId&, const std::string&) override {}
  void on_gap(const NodeId&, const Missed&) override {}
  void on_call_failed(CallNumber, const NodeId&) override {}

 public:
  RealmHarness realm;
  size_t wakes = 0;

 private:
  ClusteredRealms realms_;

 public:
  Node node;
};

class ClusteredRealmsTest : public testing::Test {
 protected:
  ClusteredRealmsTest() { pass(seconds(2)); }

  void pass(milliseconds time) {
    constexpr milliseconds step(20);
    for (milliseconds passed{}; passed < time; passed += step) {
      backplane.set_time(backplane.now() + step);
      backplane.pass();
      for (const auto& site : sites) {
        site->pass(step);
        site->turn();
      }
    }
  }
  Site& begin(const NodeName& name) {
    sites.push_back(std::make_unique<Site>(backplane, sites.size(), name));
    return *sites.back();
  }

  simulation::Chance chance{1};
  simulation::Journal journal{1000};
  Backplane backplane{chance, journal, {"a", "b", "c"}};
  std::vector<std::unique_ptr<Site>> sites;
  Site& a = begin("a");
  Site& b = begin("b");
};

TEST_F(ClusteredRealmsTest, SubscribersAreKnownToTheOtherNodeWhenTheyAreToldSo) {
  Peer& subscriber = a.realm.join();
  subscriber.says(R"([32,1,{},"com.topic"])");
  EXPECT_EQ(subscriber.hears(), "");
  std::string heard;
  for (int i = 0; i < 200 && heard.empty(); ++i) {
    pass(milliseconds(20));
    heard = subscriber.hears();
  }
  EXPECT_EQ(heard, "[33,1,1]");
  EXPECT_EQ(b.node.interested("realm1", "com.topic").size(), 1u);
  subscriber.leaves();
  pass(seconds(1));
  EXPECT_THAT(b.node.interested("realm1", "com.topic"), IsEmpty());
  EXPECT_THAT(a.all_offered(), IsEmpty());
}

TEST_F(ClusteredRealmsTest, OneNodeGetsAnExclusiveNameAndTheOtherWhenItIsReleased) {
  Peer& first = a.realm.join();
  Peer& second = b.realm.join();
  first.says(R"([64,1,{},"com.add"])");
  pass(milliseconds(500));
  EXPECT_EQ(first.hears(), "[65,1,1]");
  second.says(R"([64,1,{},"com.add"])");
  pass(milliseconds(500));
  EXPECT_THAT(second.hears(), StartsWith(R"([8,64,1,{},"wamp.error.procedure_already_exists")"));
  first.leaves();
  pass(milliseconds(500));
  second.says(R"([64,2,{},"com.add"])");
  pass(milliseconds(500));
  EXPECT_EQ(second.hears(), "[65,2,1]");
}

TEST_F(ClusteredRealmsTest, NodesShareAProcedureByOnePolicy) {
  Peer& first = a.realm.join();
  Peer& second = b.realm.join();
  Peer& other = b.realm.join();
  first.says(R"([64,1,{"invoke":"roundrobin"},"com.add"])");
  pass(milliseconds(500));
  other.says(R"([64,1,{"invoke":"last"},"com.add"])");
  second.says(R"([64,1,{"invoke":"roundrobin"},"com.add"])");
  pass(seconds(1));
  EXPECT_EQ(first.hears(), "[65,1,1]");
  EXPECT_EQ(second.hears(), "[65,1,1]");
  EXPECT_THAT(other.hears(), HasSubstr(R"(registered with invoke \"roundrobin\")"));
  const Name add{"realm1", "com.add", wamp::MatchPolicy::exact};
  EXPECT_EQ(a.node.callees(add, a.local_time()).at("b"), 1u);
  EXPECT_EQ(b.node.callees(add, b.local_time()).at("a"), 1u);
}

TEST_F(ClusteredRealmsTest, ANodeThatJoinsLaterIsToldAll) {
  Peer& subscriber = a.realm.join();
  for (int i = 1; i <= 1200; ++i)
    subscriber.says("[32," + std::to_string(i) + ",{},\"com.t" + std::to_string(i) + "\"]");
  pass(seconds(1));
  const std::string heard = subscriber.hears();
  EXPECT_EQ(std::count(heard.begin(), heard.end(), '\n'), 1199);
  EXPECT_EQ(a.all_offered().size(), 1200u);
  Site& c = begin("c");
  pass(seconds(3));
  EXPECT_EQ(c.node.interested("realm1", "com.t1200").size(), 1u);
}

TEST_F(ClusteredRealmsTest, ANodeThatIsCutOffServesNoExclusiveProcedureUntilItHasItAgain) {
  Peer& callee = a.realm.join();
  Peer& caller = a.realm.join();
  callee.says(R"([64,1,{},"com.add"])");
  pass(milliseconds(500));
  EXPECT_EQ(callee.hears(), "[65,1,1]");
  caller.says(R"([48,1,{},"com.add"])");
  EXPECT_EQ(callee.hears(), "[68,1,1,{}]");
  backplane.cut_off(0, Cut::loses);
  pass(seconds(11));
  caller.says(R"([48,2,{},"com.add"])");
  EXPECT_THAT(caller.hears(), StartsWith(R"([8,48,2,{},"wamp.error.unavailable")"));
  backplane.heal();
  pass(seconds(30));
  caller.says(R"([48,3,{},"com.add"])");
  EXPECT_EQ(callee.hears(), "[68,2,1,{}]");
}

TEST_F(ClusteredRealmsTest, ANodeThatWasCutOffLosesWhatAnotherHasGotMeanwhile) {
  Peer& callee = a.realm.join({"registration_revocation"});
  callee.says(R"([64,1,{},"com.add"])");
  pass(milliseconds(500));
  EXPECT_EQ(callee.hears(), "[65,1,1]");
  backplane.cut_off(0, Cut::loses);
  pass(seconds(12));
  Peer& other = b.realm.join();
  other.says(R"([64,1,{},"com.add"])");
  pass(seconds(2));
  EXPECT_EQ(other.hears(), "[65,1,1]");
  backplane.heal();
  pass(seconds(30));
  EXPECT_THAT(callee.hears(), StartsWith("[67,0,"));
  EXPECT_EQ(a.realm.realm().counts().registrations, 0u);
}

TEST_F(ClusteredRealmsTest, WhatComesAndGoesBeforeItIsTakenIsNotTold) {
  Peer& subscriber = a.realm.join();
  subscriber.says(R"([32,1,{},"com.topic"])");
  EXPECT_EQ(a.wakes, 1u);
  subscriber.leaves();
  EXPECT_EQ(a.wakes, 1u);
  pass(milliseconds(500));
  EXPECT_THAT(a.all_offered(), IsEmpty());
  EXPECT_TRUE(a.node.is_ready(a.local_time()));
}

}  // namespace
}  // namespace router::cluster
