#include "router/cluster/membership.h"

#include <gtest/gtest.h>

#include "tests/router/cluster/recorded_backbone.h"

namespace router::cluster {
namespace {

using std::chrono::seconds;

constexpr uint64_t process = 77;

// The node "a", whose lease is ten seconds.
class MembershipOfA : public testing::Test, MembershipObserver {
 protected:
  void on_self(Time) override { selves.push_back(membership.self().incarnation); }
  void on_peer(const NodeId& peer, Time) override { peers.push_back(peer); }
  void on_gone(const NodeId& peer, Time) override { gone.push_back(peer); }

  // It is told that there is nothing, and its first write is accepted at that revision.
  void join(Revision revision = 5) {
    membership.on_all();
    membership.tick(at(seconds(0)));
    accept_last(revision, at(seconds(0)));
  }
  void accept_last(Revision revision, Time now) {
    membership.on_outcome(backbone.writes.back().ticket, Outcome::accepted, revision, now);
  }
  NodeEntry last_entry() const { return std::get<NodeEntry>(backbone.writes.back().value); }
  void see_b(Revision revision, Incarnation incarnation, Time now, milliseconds lease = seconds(10)) {
    membership.on_revision(revision);
    membership.on_entry("b", revision, NodeEntry{incarnation, 1, revision, lease, 1, 0}, now);
  }
  // Its key has that slot since that revision; 0: for the first time.
  void see_slot(const NodeName& name, Revision revision, Slot slot, Revision since) {
    membership.on_revision(revision);
    membership.on_entry(name, revision, NodeEntry{3, 1, revision, seconds(10), slot, since}, at(seconds(0)));
  }
  // It is told of all keys up to that revision.
  void see_all(Revision revision) {
    membership.on_revision(revision);
    membership.on_all();
  }
  Slot slot() const { return membership.slot(at(seconds(1))); }

  const Timing timing{};
  RecordedBackbone backbone;
  Membership membership{"a", process, timing, backbone, *this};
  std::vector<Incarnation> selves;
  std::vector<NodeId> peers, gone;
};

TEST_F(MembershipOfA, WritesNothingBeforeItKnowsWhatIsThere) {
  membership.tick(at(seconds(0)));
  EXPECT_TRUE(backbone.writes.empty());
  membership.on_all();
  membership.tick(at(seconds(0)));
  EXPECT_EQ(backbone.writes.size(), 1u);
}

TEST_F(MembershipOfA, HasALeaseFromTheSendingOfAnAcceptedWrite) {
  membership.on_all();
  membership.tick(at(seconds(0)));
  EXPECT_FALSE(membership.has_lease(at(seconds(0))));
  accept_last(5, at(seconds(4)));
  EXPECT_TRUE(membership.has_lease(at(milliseconds(9'999))));
  EXPECT_FALSE(membership.has_lease(at(seconds(10))));
}

TEST_F(MembershipOfA, RenewsItsLeaseEveryQuarterExpectingItsLastRevision) {
  join(5);
  membership.tick(at(milliseconds(2'400)));
  EXPECT_EQ(backbone.writes.size(), 1u);
  membership.tick(at(milliseconds(2'500)));
  ASSERT_EQ(backbone.writes.size(), 2u);
  EXPECT_EQ(backbone.writes.back().expected, 5u);
  EXPECT_EQ(last_entry().incarnation, membership.self().incarnation);
  accept_last(8, at(milliseconds(2'501)));
  EXPECT_TRUE(membership.has_lease(at(milliseconds(12'499))));
  EXPECT_FALSE(membership.has_lease(at(milliseconds(12'500))));
}

TEST_F(MembershipOfA, TriesAgainAfterASecondWithoutAnAnswer) {
  join(5);
  membership.tick(at(milliseconds(2'500)));
  membership.on_outcome(backbone.writes.back().ticket, Outcome::unknown, 0, at(milliseconds(2'600)));
  membership.tick(at(milliseconds(3'400)));
  EXPECT_EQ(backbone.writes.size(), 2u);
  membership.tick(at(milliseconds(3'500)));
  ASSERT_EQ(backbone.writes.size(), 3u);
  EXPECT_EQ(backbone.writes.back().expected, 5u);
}

TEST_F(MembershipOfA, LearnsFromItsKeyThatAWriteWithoutAnAnswerWasAccepted) {
  join(5);
  membership.tick(at(milliseconds(2'500)));
  const NodeEntry written = last_entry();
  membership.tick(at(milliseconds(3'600)));
  const Ticket second = backbone.writes.back().ticket;
  membership.on_outcome(second, Outcome::refused, 0, at(milliseconds(3'700)));
  membership.on_entry("a", 9, written, at(milliseconds(3'800)));
  // From the sending of the one that was accepted.
  EXPECT_FALSE(membership.has_lease(at(milliseconds(12'500))));
  EXPECT_TRUE(membership.has_lease(at(milliseconds(12'499))));
  membership.tick(at(milliseconds(7'000)));
  EXPECT_EQ(backbone.writes.back().expected, 9u);
}

TEST_F(MembershipOfA, WaitsAfterARefusalUntilItSeesWhatWasInTheWay) {
  join(5);
  membership.tick(at(milliseconds(2'500)));
  membership.on_outcome(backbone.writes.back().ticket, Outcome::refused, 0, at(milliseconds(2'600)));
  backbone.take_writes();
  membership.tick(at(seconds(6)));
  EXPECT_TRUE(backbone.writes.empty());
}

TEST_F(MembershipOfA, ComesBackUnderANewIncarnationWhenItWasEvicted) {
  join(5);
  const Incarnation first = membership.self().incarnation;
  membership.on_revision(9);
  membership.on_entry("a", 9, std::monostate(), at(seconds(3)));
  EXPECT_EQ(membership.self().incarnation, 0u);
  EXPECT_FALSE(membership.has_lease(at(seconds(3))));
  EXPECT_TRUE(membership.is_gone({"a", first}, 7));
  membership.tick(at(seconds(3)));
  EXPECT_EQ(backbone.writes.back().expected, 9u);
  accept_last(11, at(seconds(3)));
  EXPECT_GT(membership.self().incarnation, first);
  EXPECT_TRUE(membership.has_lease(at(seconds(4))));
  EXPECT_EQ(selves.size(), 3u);
}

TEST_F(MembershipOfA, ReplacesAtOnceWhatAProcessBeforeHasLeftUnderItsName) {
  membership.on_revision(20);
  membership.on_entry("a", 20, NodeEntry{12, 1, 1, seconds(10)}, at(seconds(0)));
  membership.on_all();
  membership.tick(at(seconds(0)));
  ASSERT_EQ(backbone.writes.size(), 1u);
  EXPECT_EQ(backbone.writes.back().expected, 20u);
  EXPECT_GT(last_entry().incarnation, 12u);
}

TEST_F(MembershipOfA, DoesNotFightForItsNameWithAnotherProcess) {
  join(5);
  membership.on_entry("a", 9, NodeEntry{6, process + 1, 1, seconds(10)}, at(seconds(3)));
  EXPECT_FALSE(membership.has_lease(at(seconds(3))));
  backbone.take_writes();
  membership.tick(at(milliseconds(13'400)));
  EXPECT_TRUE(backbone.writes.empty());
  membership.tick(at(milliseconds(13'500)));
  EXPECT_EQ(backbone.writes.size(), 1u);
}

TEST_F(MembershipOfA, HasJoinedWhenItKnowsAllThatWereThereBefore) {
  join(5);
  EXPECT_FALSE(membership.has_joined());
  membership.on_revision(5);
  EXPECT_FALSE(membership.has_joined());
  membership.on_all();
  EXPECT_TRUE(membership.has_joined());
}

TEST_F(MembershipOfA, EvictsWhoseKeyStaysAsItIsForALeaseAndTheMargin) {
  join(5);
  see_b(7, 6, at(seconds(1)));
  backbone.take_writes();
  for (milliseconds time = seconds(2); time < milliseconds(11'500); time += milliseconds(100))
    membership.tick(at(time));
  for (const auto& write : backbone.take_writes()) EXPECT_FALSE(is_withdrawal(write));
  membership.tick(at(milliseconds(11'500)));
  const auto write = backbone.take_writes().front();
  EXPECT_EQ(std::get<NodeName>(write.key), "b");
  EXPECT_TRUE(is_withdrawal(write));
  EXPECT_EQ(write.expected, 7u);
}

TEST_F(MembershipOfA, WaitsForTheLeaseThatTheOtherNodeHas) {
  membership.on_all();
  see_b(7, 6, at(seconds(0)), seconds(40));
  membership.tick(at(milliseconds(40'900)));
  EXPECT_FALSE(is_withdrawal(backbone.take_writes().front()));
  // Of a long lease clocks that run 2 % apart differ by more than half a second.
  membership.tick(at(seconds(41)));
  EXPECT_TRUE(is_withdrawal(backbone.take_writes().front()));
}

TEST_F(MembershipOfA, DoesNotEvictWhoHasRenewedItsKey) {
  membership.on_all();
  see_b(7, 6, at(seconds(0)));
  see_b(9, 6, at(seconds(5)));
  membership.tick(at(seconds(12)));
  for (const auto& write : backbone.take_writes()) EXPECT_FALSE(is_withdrawal(write));
}

TEST_F(MembershipOfA, EvictsAtOnceWhomAnOperatorGivesUp) {
  join(5);
  see_b(7, 6, at(seconds(1)));
  backbone.take_writes();
  EXPECT_TRUE(membership.evict("b", at(seconds(1))));
  const auto write = backbone.take_writes().front();
  EXPECT_EQ(std::get<NodeName>(write.key), "b");
  EXPECT_TRUE(is_withdrawal(write));
  EXPECT_EQ(write.expected, 7u);
}

TEST_F(MembershipOfA, EvictsWhomAnOperatorGivesUpAlsoIfItRenewsItsKey) {
  join(5);
  see_b(7, 6, at(seconds(1)));
  membership.evict("b", at(seconds(1)));
  see_b(9, 6, at(seconds(1)));
  backbone.take_writes();
  membership.tick(at(seconds(1)));
  EXPECT_EQ(backbone.take_writes().front().expected, 9u);
  // Of which nothing is heard.
  membership.tick(at(milliseconds(1'900)));
  EXPECT_TRUE(backbone.take_writes().empty());
  membership.tick(at(seconds(2)));
  EXPECT_EQ(backbone.take_writes().front().expected, 9u);
}

TEST_F(MembershipOfA, LetsWhoWasGivenUpComeBackUnderANewIncarnation) {
  join(5);
  see_b(7, 6, at(seconds(1)));
  membership.evict("b", at(seconds(1)));
  see_b(11, 10, at(seconds(2)));
  backbone.take_writes();
  membership.tick(at(seconds(3)));
  for (const auto& write : backbone.take_writes()) EXPECT_FALSE(is_withdrawal(write));
}

TEST_F(MembershipOfA, EvictsNobodyWhomItDoesNotKnow) {
  join(5);
  backbone.take_writes();
  EXPECT_FALSE(membership.evict("b", at(seconds(1))));
  EXPECT_FALSE(membership.evict("a", at(seconds(1))));
  EXPECT_TRUE(backbone.writes.empty());
}

TEST_F(MembershipOfA, KnowsThatAnIncarnationIsGoneByItsKey) {
  see_b(7, 6, at(seconds(0)));
  EXPECT_FALSE(membership.is_gone({"b", 6}, 8));
  membership.on_entry("b", 12, std::monostate(), at(seconds(1)));
  EXPECT_EQ(gone, (std::vector<NodeId>{{"b", 6}}));
  EXPECT_TRUE(membership.is_gone({"b", 6}, 8));
  // What comes late changes nothing.
  EXPECT_FALSE(membership.heard({"b", 6}, at(seconds(2))));
  see_b(9, 6, at(seconds(2)));
  EXPECT_TRUE(membership.peers().empty());
}

TEST_F(MembershipOfA, TakesWhoIsHeardUnderANewIncarnationForThere) {
  see_b(7, 6, at(seconds(0)));
  EXPECT_TRUE(membership.heard({"b", 15}, at(seconds(1))));
  EXPECT_EQ(gone, (std::vector<NodeId>{{"b", 6}}));
  EXPECT_EQ(peers, (std::vector<NodeId>{{"b", 6}, {"b", 15}}));
  EXPECT_NE(membership.peer({"b", 15}), nullptr);
}

TEST_F(MembershipOfA, SaysOfNobodyThatItIsGoneBeforeAllKeysAreTold) {
  membership.on_revision(40);
  EXPECT_FALSE(membership.is_gone({"c", 3}, 30));
  membership.on_all();
  EXPECT_TRUE(membership.is_gone({"c", 3}, 30));
  EXPECT_FALSE(membership.is_gone({"c", 41}, 42));
}

TEST_F(MembershipOfA, SuspectsWhoIsSilentForASecond) {
  membership.tick(at(seconds(0)));
  see_b(7, 6, at(seconds(0)));
  membership.heard({"b", 6}, at(milliseconds(300)));
  for (int beat = 1; beat <= 13; ++beat) membership.tick(at(milliseconds(100 * beat)));
  EXPECT_FALSE(membership.is_suspect(*membership.peer({"b", 6}), at(milliseconds(1'299))));
  EXPECT_TRUE(membership.is_suspect(*membership.peer({"b", 6}), at(milliseconds(1'300))));
  membership.heard({"b", 6}, at(milliseconds(1'400)));
  EXPECT_FALSE(membership.is_suspect(*membership.peer({"b", 6}), at(milliseconds(1'400))));
}

TEST_F(MembershipOfA, DoesNotSuspectOthersForTimeInWhichItStoodStillItself) {
  membership.tick(at(seconds(0)));
  see_b(7, 6, at(seconds(0)));
  EXPECT_FALSE(membership.is_suspect(*membership.peer({"b", 6}), at(seconds(60))));
  membership.tick(at(seconds(60)));
  EXPECT_FALSE(membership.is_suspect(*membership.peer({"b", 6}), at(seconds(60))));
}

TEST_F(MembershipOfA, GivesItsKeyBackWhenItDrains) {
  join(5);
  membership.drain(at(seconds(1)));
  EXPECT_FALSE(membership.has_lease(at(seconds(1))));
  EXPECT_TRUE(is_withdrawal(backbone.writes.back()));
  EXPECT_EQ(backbone.writes.back().expected, 5u);
  accept_last(9, at(seconds(1)));
  backbone.take_writes();
  membership.tick(at(seconds(9)));
  EXPECT_TRUE(backbone.writes.empty());
}

// ---- slots

constexpr Slot first_slot = 1 + process % 255;

TEST_F(MembershipOfA, HasASlotWhenItHasBeenToldOfAllKeysUpToItsOwn) {
  join(5);
  EXPECT_EQ(last_entry().slot, first_slot);
  EXPECT_EQ(last_entry().slot_since, 0u);
  EXPECT_EQ(slot(), 0);
  see_all(4);
  EXPECT_EQ(slot(), 0);
  see_all(5);
  EXPECT_EQ(slot(), first_slot);
  EXPECT_EQ(membership.slot(at(seconds(10))), 0) << "without a lease";
}

TEST_F(MembershipOfA, SaysSinceWhenItHasItsSlot) {
  join(5);
  see_all(5);
  membership.tick(at(seconds(3)));
  EXPECT_EQ(last_entry().slot, first_slot);
  EXPECT_EQ(last_entry().slot_since, 5u);
  accept_last(9, at(seconds(3)));
  EXPECT_EQ(membership.slot(at(seconds(3))), first_slot);
  membership.tick(at(seconds(6)));
  EXPECT_EQ(last_entry().slot_since, 5u);
}

TEST_F(MembershipOfA, TakesASlotThatNobodyHasOrHasHad) {
  see_slot("b", 3, first_slot, 0);
  see_slot("c", 4, first_slot + 1, 0);
  membership.on_entry("c", 5, std::monostate(), at(seconds(0)));
  join(7);
  EXPECT_EQ(last_entry().slot, first_slot + 2);
}

TEST_F(MembershipOfA, TakesASlotThatSomebodyHasHadIfThereIsNoOther) {
  for (int slot = 1; slot <= 255; ++slot) see_slot("n" + std::to_string(slot), 1, static_cast<Slot>(slot), 0);
  membership.on_entry("n9", 6, std::monostate(), at(seconds(0)));
  join(7);
  EXPECT_EQ(last_entry().slot, 9);
}

TEST_F(MembershipOfA, HasNoSlotWhileOthersHaveThemAll) {
  for (int slot = 1; slot <= 255; ++slot) see_slot("n" + std::to_string(slot), 1, static_cast<Slot>(slot), 0);
  join(7);
  see_all(7);
  EXPECT_EQ(last_entry().slot, 0);
  EXPECT_EQ(slot(), 0);
  backbone.take_writes();
  membership.tick(at(seconds(1)));
  EXPECT_TRUE(backbone.writes.empty());
  membership.on_entry("n9", 8, std::monostate(), at(seconds(1)));
  membership.tick(at(seconds(1)));
  EXPECT_EQ(last_entry().slot, 9);
}

TEST_F(MembershipOfA, GivesItsSlotToWhoHasTakenItBefore) {
  join(5);
  // Its key was renewed since.
  see_slot("b", 7, first_slot, 4);
  see_all(7);
  EXPECT_EQ(slot(), 0);
  membership.tick(at(seconds(1)));
  EXPECT_NE(last_entry().slot, first_slot);
  EXPECT_EQ(last_entry().slot_since, 0u);
  accept_last(8, at(seconds(1)));
  EXPECT_EQ(slot(), 0) << "it may not know of all keys up to this revision";
  see_all(8);
  EXPECT_EQ(slot(), first_slot + 1);
}

TEST_F(MembershipOfA, KeepsItsSlotIfAnotherNodeHasTakenItLater) {
  join(5);
  see_slot("b", 7, first_slot, 0);
  see_all(7);
  EXPECT_EQ(slot(), first_slot);
  membership.tick(at(seconds(3)));
  EXPECT_EQ(last_entry().slot, first_slot);
}

TEST_F(MembershipOfA, HasNoSlotWhileAWriteOfAnotherOneIsOnItsWay) {
  join(5);
  see_slot("b", 7, first_slot, 4);
  see_all(7);
  membership.tick(at(seconds(1)));
  // The slot is free again, but the key may say another one at any time, and then others may take this one.
  membership.on_entry("b", 8, std::monostate(), at(seconds(1)));
  see_all(8);
  EXPECT_EQ(slot(), 0);
  accept_last(9, at(seconds(1)));
  see_all(9);
  EXPECT_EQ(slot(), first_slot + 1);
}

TEST_F(MembershipOfA, KeepsItsSlotInItsNextIncarnationIfNobodyHasTakenIt) {
  join(5);
  see_slot("b", 6, first_slot + 1, 0);
  membership.on_entry("a", 9, std::monostate(), at(seconds(1)));
  EXPECT_EQ(slot(), 0);
  membership.tick(at(seconds(1)));
  EXPECT_EQ(last_entry().slot, first_slot);
  EXPECT_EQ(last_entry().slot_since, 0u) << "another one may have taken it meanwhile";
}

}  // namespace
}  // namespace router::cluster
