// Keys, with one server.
#include <gtest/gtest.h>

#include "tests/cluster/nats/station.h"

namespace cluster_nats {
namespace {

class Keys : public testing::Test {
 protected:
  void SetUp() override {
    if (!NatsServers::is_there()) GTEST_SKIP() << "no nats-server";
    servers.emplace();
    servers->make_bucket();
    a.emplace(turns, servers->settings("a"));
    b.emplace(turns, servers->settings("b"));
    ASSERT_TRUE(a->is_told_all() && b->is_told_all());
  }

  std::optional<NatsServers> servers;
  Turns turns;
  std::optional<Station> a, b;
};

TEST_F(Keys, AreClaimedByOneOfTwo) {
  a->backbone->claim(name("p"), owner("a"), 0, ++a->last_ticket);
  b->backbone->claim(name("p"), owner("b"), 0, ++b->last_ticket);
  const auto of_a = a->answer(), of_b = b->answer();
  EXPECT_NE(of_a.outcome, of_b.outcome);
  EXPECT_TRUE(of_a.outcome == Outcome::accepted || of_b.outcome == Outcome::accepted);
  EXPECT_TRUE(of_a.outcome == Outcome::refused || of_b.outcome == Outcome::refused);
  const bool is_a = of_a.outcome == Outcome::accepted;
  const Revision revision = is_a ? of_a.revision : of_b.revision;
  EXPECT_GT(revision, 0u);
  ASSERT_TRUE(a->hears(name("p"), revision) && b->hears(name("p"), revision));
  EXPECT_EQ(b->told[name("p")].value, Value(owner(is_a ? "a" : "b")));
}

TEST_F(Keys, AreReplacedOnlyByWhoKnowsTheirRevision) {
  const Key key = NodeName("a");
  const NodeEntry first{1, 2, 3, milliseconds(2'000)}, second{1, 2, 4, milliseconds(2'000)};
  const auto created = a->claim(key, first, 0);
  ASSERT_EQ(created.outcome, Outcome::accepted);
  EXPECT_EQ(a->claim(key, second, 0).outcome, Outcome::refused);
  EXPECT_EQ(a->claim(key, second, created.revision + 1).outcome, Outcome::refused);
  const auto renewed = a->claim(key, second, created.revision);
  EXPECT_EQ(renewed.outcome, Outcome::accepted);
  EXPECT_GT(renewed.revision, created.revision);
  ASSERT_TRUE(b->hears(key, renewed.revision));
  EXPECT_EQ(b->told[key].value, Value(second));
}

TEST_F(Keys, ThatAreWithdrawnAreTold) {
  const auto created = a->claim(name("p"), owner("a"), 0);
  EXPECT_EQ(b->withdraw(name("p"), created.revision + 1).outcome, Outcome::refused);
  const auto withdrawn = b->withdraw(name("p"), created.revision);
  ASSERT_EQ(withdrawn.outcome, Outcome::accepted);
  ASSERT_TRUE(a->hears(name("p"), withdrawn.revision));
  EXPECT_EQ(a->told[name("p")].value, Value(std::monostate()));
  // There was one, so it is not as if there had never been one.
  EXPECT_EQ(a->claim(name("p"), owner("a"), 0).outcome, Outcome::refused);
  EXPECT_EQ(a->claim(name("p"), owner("a"), withdrawn.revision).outcome, Outcome::accepted);
}

TEST_F(Keys, AreAllToldWheneverThereIsNoOther) {
  // A node has joined when it has been told of all as it was when its own key was there.
  const size_t before = a->all;
  const auto created = a->claim(name("p"), owner("a"), 0);
  ASSERT_TRUE(a->hears(name("p"), created.revision));
  EXPECT_TRUE(turns.until([&] { return a->all > before; }));
}

TEST_F(Keys, AreToldToWhoComesLater) {
  Revision last = 0;
  for (int i = 0; i < 300; ++i) {
    a->backbone->claim(name(std::to_string(i)), owner("a"), 0, ++a->last_ticket);
  }
  last = a->answer().revision;
  ASSERT_TRUE(turns.until([&] { return a->answers.size() == 300; }));
  ASSERT_EQ(a->withdraw(name("299"), last).outcome, Outcome::accepted);
  Station late(turns, servers->settings("late"));
  ASSERT_TRUE(late.is_told_all());
  EXPECT_EQ(late.keys_at_all, 300u);
  EXPECT_EQ(late.told[name("0")].value, Value(owner("a")));
  EXPECT_EQ(late.told[name("299")].value, Value(std::monostate())) << "and that one was withdrawn";
  const auto more = a->claim(name("more"), owner("a"), 0);
  EXPECT_TRUE(late.hears(name("more"), more.revision));
}

TEST_F(Keys, ManyAtATimeAreAllAnswered) {
  constexpr uint64_t many = 2'000;
  for (uint64_t i = 0; i < many; ++i)
    a->backbone->claim(name(std::to_string(i)), owner("a"), 0, ++a->last_ticket);
  ASSERT_TRUE(turns.until([&] { return a->answers.size() == many; }));
  // On a slow machine some may have had no answer in time.
  ASSERT_TRUE(turns.until([&] { return b->told.size() == many; }));
}

TEST_F(Keys, WithoutAServerAreWrittenPerhaps) {
  servers->kill(0);
  const auto claimed = a->claim(name("p"), owner("a"), 0);
  EXPECT_EQ(claimed.outcome, Outcome::unknown);
  EXPECT_EQ(a->withdraw(NodeName("b"), 7).outcome, Outcome::unknown);
}

TEST_F(Keys, AndAllElseGoOnWhenTheServerIsThereAgain) {
  const Revision before = a->claim(name("p"), owner("a"), 0).revision;
  ASSERT_TRUE(b->hears(name("p"), before));
  servers->kill(0);
  ASSERT_TRUE(turns.until([&] { return !a->backbone->is_connected() && !b->backbone->is_connected(); }));
  servers->start(0);
  const Revision after = b->claim_at_last(name("p"), owner("b"), before);
  EXPECT_TRUE(a->hears(name("p"), after));
  EXPECT_EQ(a->told[name("p")].value, Value(owner("b")));
  EXPECT_TRUE(turns.until([&] {
    a->backbone->announce(heartbeat("a", 1));
    a->backbone->send("b", letter("a", "b", 1, "text"));
    return !b->announced.empty() && !b->letters.empty();
  }));
}

TEST_F(Keys, AreToldAtLastByAServerThatComesLater) {
  NatsServers other;
  other.kill(0);
  Station c(turns, other.settings("c"));
  EXPECT_EQ(c.claim(name("p"), owner("c"), 0).outcome, Outcome::unknown) << "there was never a connection";
  other.start(0);
  ASSERT_TRUE(c.connects());
  EXPECT_EQ(c.claim(name("p"), owner("c"), 0).outcome, Outcome::unknown) << "there is no bucket";
  other.make_bucket();
  ASSERT_TRUE(c.is_told_all());
  EXPECT_EQ(c.claim(name("p"), owner("c"), 0).outcome, Outcome::accepted);
}

TEST_F(Keys, AreNotWaitedForWhenTheServerStandsStill) {
  // How often the loop turns, and it turns every millisecond if nothing holds it.
  size_t turned = 0;
  std::function<void()> turn = [&] {
    ++turned;
    turns.loop().after(std::chrono::milliseconds(1), turn);
  };
  turn();
  // What comes of a claim meanwhile, and how often the loop turned.
  const auto claim_and_count = [&] {
    const size_t before = turned;
    EXPECT_EQ(a->claim(name("p"), owner("a"), 0).outcome, Outcome::unknown);
    return turned - before;
  };
  servers->freeze(0);
  // More than sockets take.
  for (uint64_t i = 0; i < 20; ++i)
    a->backbone->send("b", letter("a", "b", i, std::string(1024 * 1024, 'a')));
  const size_t sent = turned + 3;
  ASSERT_TRUE(turns.until([&] { return turned > sent; }));
  // A call that waited would leave one or two turns in the second that a claim waits for its answer.
  EXPECT_GT(claim_and_count(), 50u);
  ASSERT_TRUE(turns.until([&] { return !a->backbone->is_connected() && !b->backbone->is_connected(); }));
  EXPECT_GT(claim_and_count(), 50u) << "while another connection is asked for in vain";
  servers->thaw(0);
  EXPECT_GT(a->claim_at_last(name("q"), owner("a"), 0), 0u);
  turn = nullptr;
}

}  // namespace
}  // namespace cluster_nats
