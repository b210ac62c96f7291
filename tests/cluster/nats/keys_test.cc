// Keys, with one server.
#include <gtest/gtest.h>

#include "router/cluster/nats/nats_bucket.h"
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
  ASSERT_TRUE(a->hears(name("p"), 1) && b->hears(name("p"), 1));
  const Entry& told = a->told[name("p")];
  EXPECT_EQ(b->told[name("p")].value, told.value);
  EXPECT_EQ(b->told[name("p")].revision, told.revision);
  const bool is_a = told.value == Value(owner("a"));
  EXPECT_TRUE(is_a || told.value == Value(owner("b")));
  // On a slow machine an answer may have come too late.
  const auto& of_owner = is_a ? of_a : of_b;
  EXPECT_NE(of_owner.outcome, Outcome::refused);
  if (of_owner.outcome == Outcome::accepted) {
    EXPECT_EQ(of_owner.revision, told.revision);
  }
  EXPECT_NE((is_a ? of_b : of_a).outcome, Outcome::accepted);
  EXPECT_TRUE((is_a ? b : a)->is_claim_refused(name("p"), owner("c"), 0));
}

TEST_F(Keys, AreReplacedOnlyByWhoKnowsTheirRevision) {
  const Key key = NodeName("a");
  const NodeEntry first{1, 2, 3, milliseconds(2'000)}, second{1, 2, 4, milliseconds(2'000)};
  const Revision created = a->claim_at_last(key, first, 0);
  EXPECT_TRUE(a->is_claim_refused(key, second, 0));
  EXPECT_TRUE(a->is_claim_refused(key, second, created + 1));
  const Revision renewed = a->claim_at_last(key, second, created);
  EXPECT_GT(renewed, created);
  ASSERT_TRUE(b->hears(key, renewed));
  EXPECT_EQ(b->told[key].value, Value(second));
}

TEST_F(Keys, ThatAreWithdrawnAreTold) {
  const Revision created = a->claim_at_last(name("p"), owner("a"), 0);
  EXPECT_TRUE(b->is_withdrawal_refused(name("p"), created + 1));
  const Revision withdrawn = b->withdraw_at_last(name("p"), created);
  ASSERT_TRUE(a->hears(name("p"), withdrawn));
  EXPECT_EQ(a->told[name("p")].value, Value(std::monostate()));
  // There was one, so it is not as if there had never been one.
  EXPECT_TRUE(a->is_claim_refused(name("p"), owner("a"), 0));
  EXPECT_GT(a->claim_at_last(name("p"), owner("a"), withdrawn), withdrawn);
}

TEST_F(Keys, AreAllToldWheneverThereIsNoOther) {
  // A node has joined when it has been told of all as it was when its own key was there.
  const size_t before = a->all;
  const Revision created = a->claim_at_last(name("p"), owner("a"), 0);
  ASSERT_TRUE(a->hears(name("p"), created));
  EXPECT_TRUE(turns.until([&] { return a->all > before; }));
}

TEST_F(Keys, AreToldToWhoComesLater) {
  for (int i = 0; i < 300; ++i) a->backbone->claim(name(std::to_string(i)), owner("a"), 0, ++a->last_ticket);
  ASSERT_TRUE(turns.until([&] { return a->told.size() == 300; }));
  a->withdraw_at_last(name("299"), a->told[name("299")].revision);
  Station late(turns, servers->settings("late"));
  ASSERT_TRUE(late.is_told_all());
  EXPECT_EQ(late.keys_at_all, 300u);
  EXPECT_EQ(late.told[name("0")].value, Value(owner("a")));
  EXPECT_EQ(late.told[name("299")].value, Value(std::monostate())) << "and that one was withdrawn";
  const Revision more = a->claim_at_last(name("more"), owner("a"), 0);
  EXPECT_TRUE(late.hears(name("more"), more));
}

TEST_F(Keys, ManyAtATimeAreAllAnswered) {
  constexpr uint64_t many = 2'000;
  for (uint64_t i = 0; i < many; ++i)
    a->backbone->claim(name(std::to_string(i)), owner("a"), 0, ++a->last_ticket);
  ASSERT_TRUE(turns.until([&] { return a->answers.size() == many; }));
  // On a slow machine some may have had no answer in time.
  ASSERT_TRUE(turns.until([&] { return b->told.size() == many; }));
}

TEST_F(Keys, AreNotThereByTls) {
  NatsSettings settings = servers->settings("c");
  settings.urls.push_back("tls://user:password@example.com:4222");
  const auto wrong = make_bucket(settings, 1);
  ASSERT_TRUE(wrong);
  EXPECT_NE(wrong->find("not TLS: example.com:4222"), std::string::npos) << *wrong;
}

TEST_F(Keys, WithoutAServerAreWrittenPerhaps) {
  servers->kill(0);
  const auto claimed = a->claim(name("p"), owner("a"), 0);
  EXPECT_EQ(claimed.outcome, Outcome::unknown);
  EXPECT_EQ(a->withdraw(NodeName("b"), 7).outcome, Outcome::unknown);
}

TEST_F(Keys, AndAllElseGoOnWhenTheServerIsThereAgain) {
  const Revision before = a->claim_at_last(name("p"), owner("a"), 0);
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
  EXPECT_GT(c.claim_at_last(name("p"), owner("c"), 0), 0u);
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
