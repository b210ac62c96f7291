#include "router/cluster/claims.h"

#include <gtest/gtest.h>

#include "tests/router/cluster/recorded_backbone.h"

namespace router::cluster {
namespace {

using std::chrono::seconds;

const Name name{"realm1", "com.p", wamp::MatchPolicy::exact};
constexpr Policy roundrobin{1};

// The node "a" has joined at revision 5; "b" is there, since revision 7.
class ClaimsOfA : public testing::Test, MembershipObserver, ClaimsObserver {
 protected:
  ClaimsOfA() {
    membership.on_all();
    membership.tick(now);
    membership.on_outcome(backbone.take_writes().back().ticket, Outcome::accepted, 5, now);
    membership.on_revision(7);
    membership.on_entry("b", 7, NodeEntry{6, 1, 1, seconds(10)}, now);
    membership.on_all();
  }
  void on_self(Time time) override { claims.on_self(time); }
  void on_peer(const NodeId&, Time) override {}
  void on_gone(const NodeId&, Time) override {}
  void on_granted(const Name&, Time) override { said += "granted "; }
  void on_refused(const Name&, const NameEntry&, Time) override { said += "refused "; }

  NodeId a() const { return membership.self(); }
  void see(Revision revision, const Value& value) {
    membership.on_revision(revision);
    membership.on_all();
    claims.on_entry(name, revision, value, now);
  }
  void answer(const RecordedBackbone::Write& write, Outcome outcome, Revision revision = 0) {
    claims.on_outcome(name, write.ticket, outcome, revision, now);
  }
  RecordedBackbone::Write only_write() {
    const auto writes = backbone.take_writes();
    EXPECT_EQ(writes.size(), 1u);
    return writes.empty() ? RecordedBackbone::Write{} : writes.back();
  }
  void b_goes() { membership.on_entry("b", 30, std::monostate(), now); }

  const Timing timing{};
  const NodeId b{"b", 6};
  Time now = at(seconds(0));
  RecordedBackbone backbone;
  Membership membership{"a", 1, timing, backbone, *this};
  Claims claims{timing, membership, backbone, *this};
  std::string said;
};

TEST_F(ClaimsOfA, ANameThatNobodyHasIsItsOwnWhenTheWriteIsAccepted) {
  claims.want(name, Policy::single, now);
  const auto write = only_write();
  EXPECT_EQ(write.expected, 0u);
  EXPECT_EQ(std::get<NameEntry>(write.value), (NameEntry{Policy::single, {a()}}));
  EXPECT_FALSE(claims.may_serve(name, now));
  answer(write, Outcome::accepted, 9);
  EXPECT_EQ(said, "granted ");
  EXPECT_TRUE(claims.may_serve(name, now));
}

TEST_F(ClaimsOfA, WithoutALeaseItServesNoName) {
  claims.want(name, Policy::single, now);
  answer(only_write(), Outcome::accepted, 9);
  EXPECT_TRUE(claims.is_granted(name));
  EXPECT_FALSE(claims.may_serve(name, now + seconds(10)));
}

TEST_F(ClaimsOfA, ANameOfALiveNodeIsRefused) {
  see(9, NameEntry{Policy::single, {b}});
  claims.want(name, Policy::single, now);
  EXPECT_EQ(said, "refused ");
  EXPECT_TRUE(backbone.writes.empty());
}

TEST_F(ClaimsOfA, ANameOfAnIncarnationThatIsGoneIsReplaced) {
  see(9, NameEntry{Policy::single, {b}});
  b_goes();
  claims.want(name, Policy::single, now);
  const auto write = only_write();
  EXPECT_EQ(write.expected, 9u);
  answer(write, Outcome::accepted, 31);
  EXPECT_EQ(said, "granted ");
}

TEST_F(ClaimsOfA, ARefusedWriteWaitsForWhatWasInTheWay) {
  claims.want(name, Policy::single, now);
  answer(only_write(), Outcome::refused);
  claims.tick(now + seconds(5));
  EXPECT_TRUE(backbone.writes.empty());
  EXPECT_EQ(said, "");
  see(9, NameEntry{Policy::single, {b}});
  EXPECT_EQ(said, "refused ");
}

TEST_F(ClaimsOfA, AWriteWithoutAnAnswerIsTriedAgainAndMayHaveBeenAccepted) {
  claims.want(name, Policy::single, now);
  const auto first = only_write();
  answer(first, Outcome::unknown);
  EXPECT_FALSE(claims.is_granted(name));
  claims.tick(now + seconds(1));
  const auto second = only_write();
  EXPECT_EQ(second.ticket, first.ticket);
  answer(second, Outcome::refused);
  see(9, first.value);
  EXPECT_EQ(said, "granted ");
}

TEST_F(ClaimsOfA, WhatReadsAsItsOwnIsNotTrustedWhileItIsBeingGivenBack) {
  claims.want(name, Policy::single, now);
  answer(only_write(), Outcome::accepted, 9);
  claims.release(name, now);
  const auto withdrawal = only_write();
  EXPECT_TRUE(is_withdrawal(withdrawal));
  claims.want(name, Policy::single, now);
  EXPECT_FALSE(claims.is_granted(name));
  EXPECT_TRUE(backbone.writes.empty());
  answer(withdrawal, Outcome::accepted, 10);
  EXPECT_EQ(only_write().expected, 10u);
}

TEST_F(ClaimsOfA, ANameThatCameTooLateIsGivenBack) {
  claims.want(name, Policy::single, now);
  const auto write = only_write();
  claims.release(name, now);
  answer(write, Outcome::accepted, 9);
  EXPECT_TRUE(is_withdrawal(only_write()));
}

TEST_F(ClaimsOfA, ManyShareANameByOnePolicy) {
  see(9, NameEntry{roundrobin, {b}});
  claims.want(name, roundrobin, now);
  const auto write = only_write();
  EXPECT_EQ(std::get<NameEntry>(write.value), (NameEntry{roundrobin, {b, a()}}));
  answer(write, Outcome::accepted, 10);
  EXPECT_EQ(said, "granted ");
  claims.release(name, now);
  EXPECT_EQ(std::get<NameEntry>(only_write().value), (NameEntry{roundrobin, {b}}));
}

TEST_F(ClaimsOfA, AnotherPolicyIsRefusedAsLongAsOneOfItsHoldersIsThere) {
  see(9, NameEntry{roundrobin, {{"c", 3}, b}});
  claims.want(name, Policy{2}, now);
  EXPECT_EQ(said, "refused ");
  b_goes();
  claims.want(name, Policy{2}, now);
  EXPECT_EQ(std::get<NameEntry>(only_write().value), (NameEntry{Policy{2}, {a()}}));
}

TEST_F(ClaimsOfA, WhoIsRefusedLeavesTheNameThatItSharedByAnotherPolicy) {
  see(8, NameEntry{roundrobin, {b}});
  claims.want(name, roundrobin, now);
  const auto write = only_write();
  // It was tried twice, and the answer to the first one is lost.
  answer(write, Outcome::refused);
  claims.release(name, now);
  claims.want(name, Policy::single, now);
  see(9, write.value);
  EXPECT_EQ(said, "refused ");
  EXPECT_EQ(std::get<NameEntry>(only_write().value), (NameEntry{roundrobin, {b}}));
}

TEST_F(ClaimsOfA, ANewIncarnationClaimsWhatIsWantedAgain) {
  claims.want(name, Policy::single, now);
  answer(only_write(), Outcome::accepted, 9);
  membership.on_entry("a", 12, std::monostate(), now);
  EXPECT_FALSE(claims.is_granted(name));
  membership.tick(now + seconds(1));
  membership.on_outcome(only_write().ticket, Outcome::accepted, 14, now);
  const auto write = only_write();
  EXPECT_EQ(write.expected, 9u);
  EXPECT_EQ(std::get<NameEntry>(write.value).holders, (std::vector<NodeId>{a()}));
  see(15, NameEntry{Policy::single, {b}});
  EXPECT_EQ(said, "granted refused ");
}

}  // namespace
}  // namespace router::cluster
