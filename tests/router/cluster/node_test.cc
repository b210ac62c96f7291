// A node among others: facts, confirmations, mail and calls.
#include "router/cluster/node.h"

#include <gtest/gtest.h>

#include "tests/router/cluster/recorded_backbone.h"

namespace router::cluster {
namespace {

using std::chrono::seconds;

const Name topic{"realm1", "com.a", wamp::MatchPolicy::exact};
const Name procedure{"realm1", "com.p", wamp::MatchPolicy::exact};
const Change subscribed{{Fact::Kind::subscribers, topic}, 1},
    unsubscribed{{Fact::Kind::subscribers, topic}, 0};
const Change registered{{Fact::Kind::callees, procedure}, 2};

// The node "a" has joined; "b" is there.
class NodeA : public testing::Test, NodeUser {
 protected:
  NodeA() {
    node.on_entries({}, true, now);
    node.tick(now);
    const auto write = backbone.take_writes().back();
    node.on_outcome(write.key, write.ticket, Outcome::accepted, 5, now);
    node.on_entries({{"a", 5, write.value}, {"b", 7, NodeEntry{6, 1, 1, seconds(10)}}}, true, now);
    node.tick(now);
    forget();
  }
  std::vector<Change> offered() const override { return offers; }
  void on_confirmed(uint64_t facts) override { said.push_back("confirmed " + std::to_string(facts)); }
  void on_granted(const Name& name) override { said.push_back("granted " + name.uri); }
  void on_refused(const Name& name, const NameEntry&) override { said.push_back("refused " + name.uri); }
  void on_mail(const NodeId& from, const std::string& bytes) override {
    said.push_back(from.name + ": " + bytes);
  }
  void on_gap(const NodeId&, const Missed& gap) override {
    said.push_back("gap " + std::to_string(gap.first) + "-" + std::to_string(gap.last));
  }
  void on_call_failed(CallNumber call, const NodeId&) override {
    said.push_back("failed " + std::to_string(call));
  }

  NodeId a() const { return node.membership().self(); }
  void hear(const Announcement& said_by_b) { node.on_announcement(said_by_b, now); }
  // b's, of which a's facts it knows, how many it has itself, and how much mail it has sent.
  void heartbeat(uint64_t known, uint64_t facts = 0, uint64_t mail = 0) {
    hear(Heartbeat{b, facts, {{"a", {a().incarnation, known, mail}}}});
  }
  void letter(Content content) { node.on_letter({b, a(), std::move(content)}, now); }
  void pass(milliseconds time) {
    for (const Time end = now + time; now < end;) node.tick(now += milliseconds(100));
  }
  // The letters to b with such a content, since the last time.
  template <class T>
  std::vector<T> sent() {
    std::vector<T> all;
    for (const auto& one : std::exchange(backbone.sent, {}))
      if (const T* const content = std::get_if<T>(&one.letter.content)) all.push_back(*content);
    return all;
  }
  std::vector<std::string> take_said() { return std::exchange(said, {}); }
  void forget() {
    said.clear();
    backbone.announced.clear();
    backbone.sent.clear();
    backbone.writes.clear();
  }

  using Said = std::vector<std::string>;
  const NodeId b{"b", 6};
  Time now = at(seconds(0));
  RecordedBackbone backbone;
  Node node{"a", 1, Timing(), backbone, *this};
  Said said;
  std::vector<Change> offers{subscribed};
};

TEST_F(NodeA, AChangeIsConfirmedWhenAllLiveNodesKnowIt) {
  EXPECT_EQ(node.change({subscribed}), 1u);
  ASSERT_EQ(backbone.announced.size(), 1u);
  EXPECT_EQ(std::get<FactsChanged>(backbone.announced[0]).changes, (std::vector<Change>{subscribed}));
  node.tick(now);
  EXPECT_EQ(said, Said{});
  letter(Confirmed{1});
  EXPECT_EQ(said, Said{"confirmed 1"});
}

TEST_F(NodeA, AHeartbeatConfirmsToo) {
  node.change({subscribed});
  heartbeat(1);
  EXPECT_EQ(said, Said{"confirmed 1"});
}

TEST_F(NodeA, AChangeWaitsForNobodyWhoIsSuspect) {
  node.change({subscribed});
  pass(milliseconds(900));
  EXPECT_EQ(said, Said{});
  pass(milliseconds(200));
  EXPECT_EQ(said, Said{"confirmed 1"});
}

TEST_F(NodeA, WhoWasSuspectIsLiveAgainWhenItHasConfirmedAll) {
  node.change({subscribed});
  pass(milliseconds(1'100));
  heartbeat(0);
  EXPECT_FALSE(node.is_live(b, now));
  heartbeat(1);
  EXPECT_TRUE(node.is_live(b, now));
}

TEST_F(NodeA, AConfirmationOfAnotherIncarnationCountsForNothing) {
  node.change({subscribed});
  node.on_letter({b, {"a", a().incarnation + 1}, Confirmed{1}}, now);
  node.on_letter({{"b", 5}, a(), Confirmed{1}}, now);
  EXPECT_EQ(said, Said{});
}

TEST_F(NodeA, ANewIncarnationIsConfirmedAnew) {
  node.change({subscribed});
  letter(Confirmed{1});
  node.on_entries({{"a", 20, std::monostate()}}, true, now);
  EXPECT_FALSE(node.is_live(b, now));
  node.tick(now);
  const auto write = backbone.take_writes().back();
  node.on_outcome(write.key, write.ticket, Outcome::accepted, 22, now);
  EXPECT_FALSE(node.is_live(b, now));
  node.on_entries({{"a", 22, write.value}}, true, now);
  letter(Confirmed{1});
  EXPECT_TRUE(node.is_live(b, now));
}

TEST_F(NodeA, WhatOthersOfferIsKnownAndConfirmed) {
  hear(FactsChanged{b, 1, {subscribed, registered}});
  EXPECT_EQ(node.interested("realm1", "com.a"), std::vector<NodeId>{b});
  EXPECT_TRUE(node.interested("realm2", "com.a").empty());
  EXPECT_EQ(node.callees(procedure, now), (std::map<NodeName, uint32_t>{{"b", 2}}));
  EXPECT_EQ(sent<Confirmed>().front().facts, 1u);
  hear(FactsChanged{b, 2, {unsubscribed}});
  EXPECT_TRUE(node.interested("realm1", "com.a").empty());
}

TEST_F(NodeA, AMissingChangeIsNoticedAndASnapshotAskedFor) {
  hear(FactsChanged{b, 2, {registered}});
  EXPECT_EQ(sent<SnapshotWanted>().size(), 1u);
  EXPECT_TRUE(node.callees(procedure, now).empty());
  // Another one, before it comes: it waits for it.
  hear(FactsChanged{b, 3, {unsubscribed}});
  letter(Snapshot{2, {subscribed, registered}});
  EXPECT_TRUE(node.interested("realm1", "com.a").empty());
  EXPECT_EQ(node.callees(procedure, now).size(), 1u);
  EXPECT_EQ(sent<Confirmed>().back().facts, 3u);
}

TEST_F(NodeA, AnOldSnapshotChangesNothing) {
  hear(FactsChanged{b, 1, {subscribed}});
  hear(FactsChanged{b, 2, {unsubscribed}});
  letter(Snapshot{1, {subscribed}});
  EXPECT_TRUE(node.interested("realm1", "com.a").empty());
}

TEST_F(NodeA, AHeartbeatTellsOfAChangeThatDidNotCome) {
  heartbeat(0, 0);
  EXPECT_TRUE(sent<SnapshotWanted>().empty());
  heartbeat(0, 1);
  EXPECT_TRUE(sent<SnapshotWanted>().empty());  // it may still be on its way
  heartbeat(0, 1);
  EXPECT_EQ(sent<SnapshotWanted>().size(), 1u);
  EXPECT_FALSE(node.is_ready(now));
  EXPECT_EQ(node.facts_gaps(), 1u);
}

TEST_F(NodeA, ASnapshotOfManyChangesIsSentInParts) {
  node.change({subscribed});
  const size_t size = Timing().snapshot_part;
  offers.assign(2 * size, subscribed);
  letter(SnapshotWanted{});
  auto parts = sent<Snapshot>();
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0].changes.size(), size);
  EXPECT_EQ(parts[0].part, 0u);
  EXPECT_FALSE(parts[0].is_last);
  EXPECT_EQ(parts[1].changes.size(), size);
  EXPECT_EQ(parts[1].part, 1u);
  EXPECT_TRUE(parts[1].is_last);
  EXPECT_EQ(parts[1].answer, parts[0].answer);
  offers.push_back(registered);
  letter(SnapshotWanted{});
  parts = sent<Snapshot>();
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_EQ(parts[2].changes, std::vector<Change>{registered});
  EXPECT_EQ(parts[2].answer, 2u);
  offers.clear();
  letter(SnapshotWanted{});
  parts = sent<Snapshot>();
  ASSERT_EQ(parts.size(), 1u);
  EXPECT_TRUE(parts[0].is_last);
}

TEST_F(NodeA, ASnapshotCountsWhenItsLastPartHasCome) {
  hear(FactsChanged{b, 2, {subscribed}});
  forget();
  letter(Snapshot{2, {subscribed}, 0, false, 1});
  letter(Snapshot{2, {subscribed}, 0, false, 1});  // comes twice
  letter(Snapshot{2, {subscribed}, 1, false, 1});
  EXPECT_TRUE(node.interested("realm1", "com.a").empty());
  EXPECT_TRUE(sent<Confirmed>().empty());
  letter(Snapshot{2, {registered}, 2, true, 1});
  EXPECT_EQ(node.interested("realm1", "com.a"), std::vector<NodeId>{b});
  EXPECT_EQ(node.callees(procedure, now).size(), 1u);
  ASSERT_EQ(sent<Confirmed>().size(), 1u);
}

TEST_F(NodeA, ASnapshotOfWhichAPartIsLostIsAskedForAnew) {
  hear(FactsChanged{b, 2, {subscribed}});
  letter(Snapshot{2, {subscribed}, 0, false, 1});
  letter(Snapshot{2, {registered}, 2, true, 1});
  EXPECT_TRUE(sent<Confirmed>().empty());
  heartbeat(0, 2);
  heartbeat(0, 2);
  EXPECT_EQ(sent<SnapshotWanted>().size(), 1u);
  // Parts of two snapshots are not put together.
  letter(Snapshot{2, {subscribed}, 0, false, 2});
  letter(Snapshot{2, {registered}, 1, true, 3});
  EXPECT_TRUE(sent<Confirmed>().empty());
  letter(Snapshot{2, {subscribed}, 0, false, 4});
  letter(Snapshot{2, {registered}, 1, true, 4});
  EXPECT_EQ(sent<Confirmed>().size(), 1u);
}

TEST_F(NodeA, ASnapshotIsNotAskedForAnewWhileItsPartsCome) {
  hear(FactsChanged{b, 2, {subscribed}});
  forget();
  for (uint64_t part = 0; part < 8; ++part) {
    letter(Snapshot{2, {subscribed}, part, false, 1});
    pass(milliseconds(300));
    heartbeat(0, 2);
  }
  EXPECT_TRUE(sent<SnapshotWanted>().empty());
}

TEST_F(NodeA, WhoAsksGetsASnapshot) {
  node.change({subscribed});
  forget();
  letter(SnapshotWanted{});
  const auto snapshots = sent<Snapshot>();
  ASSERT_EQ(snapshots.size(), 1u);
  EXPECT_EQ(snapshots[0].number, 1u);
  EXPECT_EQ(snapshots[0].changes, std::vector<Change>{subscribed});
}

TEST_F(NodeA, WhatANodeOfferedGoesWithIt) {
  hear(FactsChanged{b, 1, {subscribed, registered}});
  node.on_entries({{"b", 30, std::monostate()}}, true, now);
  EXPECT_TRUE(node.interested("realm1", "com.a").empty());
  EXPECT_TRUE(node.callees(procedure, now).empty());
}

TEST_F(NodeA, CalleesOfASuspectNodeArePassedOver) {
  hear(FactsChanged{b, 1, {registered}});
  pass(milliseconds(1'100));
  EXPECT_TRUE(node.callees(procedure, now).empty());
  EXPECT_EQ(node.interested("realm1", "com.a").size(), 0u);
  heartbeat(0, 1);
  EXPECT_EQ(node.callees(procedure, now).size(), 1u);
}

TEST_F(NodeA, ACallFailsWhenItsNodeIsSilentForTwoSeconds) {
  node.send_call(7, b, "call");
  pass(milliseconds(1'900));
  EXPECT_EQ(take_said(), Said{});
  pass(milliseconds(200));
  EXPECT_EQ(take_said(), Said{"failed 7"});
  EXPECT_FALSE(node.end_call(7));
}

TEST_F(NodeA, ACallFailsWhenItsNodeIsGone) {
  node.send_call(7, b, "call");
  node.on_entries({{"b", 30, NodeEntry{28, 2, 1, seconds(10)}}}, true, now);
  EXPECT_EQ(said, Said{"failed 7"});
}

TEST_F(NodeA, MailHasNumbersAndMissingOnesAreTold) {
  node.send_call(7, b, "call");
  EXPECT_EQ(sent<Mail>().front().number, 1u);
  letter(Mail{1, "one"});
  letter(Mail{1, "one"});
  letter(Mail{4, "four"});
  EXPECT_EQ(take_said(), (Said{"b: one", "gap 2-3", "failed 7", "b: four"}));
  const auto mail = sent<Mail>();
  ASSERT_EQ(mail.size(), 1u);
  EXPECT_EQ(std::get<Missed>(mail[0].content), (Missed{2, 3}));
}

TEST_F(NodeA, ACallWhoseMailWasMissedFails) {
  node.send_call(7, b, "call");
  node.send_call(8, b, "call");
  letter(Mail{1, Missed{2, 2}});
  EXPECT_EQ(said, Said{"failed 8"});
}

TEST_F(NodeA, TheLastMailIsMissedByHeartbeats) {
  heartbeat(0, 0, 2);
  EXPECT_EQ(take_said(), Said{});
  heartbeat(0, 0, 2);
  EXPECT_EQ(take_said(), Said{"gap 1-2"});
}

TEST_F(NodeA, HeartbeatsSayWhatIsKnownAndWhatWasSent) {
  hear(FactsChanged{b, 1, {subscribed}});
  node.change({registered});
  node.send(b, "mail");
  forget();
  pass(milliseconds(300));
  ASSERT_EQ(backbone.announced.size(), 1u);
  const auto& heartbeat = std::get<Heartbeat>(backbone.announced[0]);
  EXPECT_EQ(heartbeat.facts, 1u);
  EXPECT_EQ(heartbeat.others, (std::map<NodeName, Heartbeat::Other>{{"b", {6, 1, 1}}}));
}

TEST_F(NodeA, IsReadyWithALeaseAndAllFacts) {
  EXPECT_FALSE(node.is_ready(now));  // b has not said how many it has
  heartbeat(0, 0);
  EXPECT_TRUE(node.is_ready(now));
  node.change({subscribed});
  EXPECT_FALSE(node.is_ready(now));
  letter(Confirmed{1});
  EXPECT_TRUE(node.is_ready(now));
  EXPECT_FALSE(node.is_ready(now + seconds(10)));
}

TEST_F(NodeA, NamesAreClaimedAndGranted) {
  node.want(procedure, Policy::single, now);
  const auto write = backbone.take_writes().back();
  node.on_outcome(write.key, write.ticket, Outcome::accepted, 9, now);
  EXPECT_EQ(said, Said{"granted com.p"});
  EXPECT_TRUE(node.may_serve(procedure, now));
  node.drain(now);
  EXPECT_FALSE(node.may_serve(procedure, now));
}

}  // namespace
}  // namespace router::cluster
