// Three servers that keep the keys together.
#include <gtest/gtest.h>

#include "tests/cluster/nats/station.h"

namespace cluster_nats {
namespace {

class ThreeServers : public testing::Test {
 protected:
  void SetUp() override {
    if (!NatsServers::is_there()) GTEST_SKIP() << "no nats-server";
    servers.emplace(3);
    servers->make_bucket();
  }

  std::optional<NatsServers> servers;
  Turns turns;
};

TEST_F(ThreeServers, WriteKeysAgainWhenTheirLeaderIsKilled) {
  Station a(turns, servers->settings("a", {0, 1, 2})), b(turns, servers->settings("b", {2, 1, 0}));
  ASSERT_TRUE(a.is_told_all() && b.is_told_all());
  const Revision first = a.claim_at_last(name("p"), owner("a"), 0);
  ASSERT_TRUE(b.hears(name("p"), first));
  servers->kill(servers->leader());
  const Revision second = b.claim_at_last(name("p"), owner("b"), first);
  EXPECT_GT(second, first);
  EXPECT_TRUE(a.hears(name("p"), second));
  EXPECT_EQ(a.told[name("p")].value, Value(owner("b")));
  EXPECT_TRUE(a.is_claim_refused(name("p"), owner("a"), first));
}

TEST_F(ThreeServers, TellWhatHasChangedWhileANodeWasAway) {
  const size_t leader = servers->leader();
  const size_t away = (leader + 1) % 3;
  Station a(turns, servers->settings("a", {away}));
  Station b(turns, servers->settings("b", {leader}));
  ASSERT_TRUE(a.is_told_all() && b.is_told_all());
  const Revision kept = b.claim_at_last(name("kept"), owner("b"), 0);
  const Revision changed = b.claim_at_last(name("changed"), owner("b"), 0);
  const Revision withdrawn = b.claim_at_last(name("withdrawn"), owner("b"), 0);
  ASSERT_TRUE(a.hears(name("withdrawn"), withdrawn));
  servers->kill(away);
  ASSERT_TRUE(turns.until([&] { return !a.backbone->is_connected(); }));
  const size_t all = a.all;
  const Revision changed_later = b.claim_at_last(name("changed"), owner("b", 2), changed);
  EXPECT_GT(b.withdraw_at_last(name("withdrawn"), withdrawn), withdrawn);
  const Revision created = b.claim_at_last(name("created"), owner("b"), 0);
  EXPECT_EQ(a.told[name("changed")].revision, changed) << "it was away";
  servers->start(away);
  ASSERT_TRUE(a.hears(name("created"), created));
  EXPECT_EQ(a.told[name("kept")].revision, kept);
  EXPECT_EQ(a.told[name("changed")].revision, changed_later);
  EXPECT_EQ(a.told[name("withdrawn")].value, Value(std::monostate()));
  EXPECT_TRUE(turns.until([&] { return a.all > all; })) << "and that this is all";
}

}  // namespace
}  // namespace cluster_nats
