// Sharded subscription, through the realm.
#include <gtest/gtest.h>

#include "tests/router/support/realm_harness.h"

namespace router {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Sharding : public testing::Test {
 protected:
  Peer& node(const std::string& key, uint32_t worker = 0) {
    Peer& peer = realm.join({}, "anonymous", worker);
    peer.says(R"([32,1,{"nkey":")" + key + R"("},"com.t"])");
    EXPECT_EQ(peer.hears(), "[33,1,1]");
    return peer;
  }
  void publish(const std::string& resource) {
    publisher.says("[16," + std::to_string(++request) + R"(,{"rkey":")" + resource + R"("},"com.t"])");
  }
  // Who of the peers hears an event with each of 100 resource keys: their places.
  std::vector<size_t> owners(const std::vector<Peer*>& peers) {
    std::vector<size_t> owners;
    for (int i = 0; i < 100; ++i) {
      publish("sensor" + std::to_string(i));
      for (size_t at = 0; at < peers.size(); ++at)
        if (!peers[at]->hears().empty()) owners.push_back(at);
    }
    return owners;
  }

  RealmHarness realm;
  Peer& publisher = realm.join();
  int request = 0;
};

TEST_F(Sharding, AResourceGoesToOneNodeAlwaysTheSame) {
  const std::vector<Peer*> peers = {&node("a"), &node("b", 1), &node("c")};
  const auto first = owners(peers);
  ASSERT_EQ(first.size(), 100u);
  EXPECT_EQ(owners(peers), first);
  for (size_t at : {0u, 1u, 2u}) EXPECT_GT(std::count(first.begin(), first.end(), at), 15);
}

TEST_F(Sharding, ANodeThatGoesMovesOnlyItsOwnResources) {
  const std::vector<Peer*> peers = {&node("a"), &node("b"), &node("c")};
  const auto before = owners(peers);
  peers[1]->leaves();
  const auto after = owners({peers[0], peers[2]});
  ASSERT_EQ(after.size(), 100u);
  for (size_t i = 0; i < 100; ++i) {
    if (before[i] != 1) {
      EXPECT_EQ(after[i] == 0, before[i] == 0) << i;
    }
  }
}

TEST_F(Sharding, AllSessionsOfANodeAndThoseWithoutAKeyGetTheEvent) {
  Peer& one = node("a");
  Peer& other = node("a", 1);
  Peer& plain = node("");
  publish("x");
  for (Peer* peer : {&one, &other, &plain}) EXPECT_EQ(peer->hears(), "[36,1,1,{}]");
}

TEST_F(Sharding, AnEventWithoutAResourceGoesToAllNodes) {
  Peer& a = node("a");
  Peer& b = node("b");
  publisher.says(R"([16,1,{},"com.t"])");
  EXPECT_EQ(a.hears(), "[36,1,1,{}]");
  EXPECT_EQ(b.hears(), "[36,1,1,{}]");
}

TEST_F(Sharding, SubscribingAgainWithAnotherKeyMovesTheSubscriber) {
  Peer& a = node("a");
  Peer& b = node("b");
  a.says(R"([32,2,{"nkey":"b"},"com.t"])");
  EXPECT_EQ(a.hears(), "[33,2,1]");
  publish("x");
  EXPECT_EQ(a.hears(), "[36,1,1,{}]");
  EXPECT_EQ(b.hears(), "[36,1,1,{}]");
  a.says(R"([32,3,{},"com.t"])");
  b.leaves();
  a.hears();
  publish("x");
  EXPECT_EQ(a.hears(), "[36,1,2,{}]");
  a.leaves();
  EXPECT_EQ(realm.realm().counts().subscriptions, 0u);
}

TEST_F(Sharding, ARetainedEventComesToItsNodeOnly) {
  node("a");
  node("b");
  publisher.says(R"([16,1,{"retain":true,"rkey":"x"},"com.t"])");
  Peer& a = realm.join();
  a.says(R"([32,1,{"nkey":"a","get_retained":true},"com.t"])");
  Peer& b = realm.join();
  b.says(R"([32,1,{"nkey":"b","get_retained":true},"com.t"])");
  Peer& plain = realm.join();
  plain.says(R"([32,1,{"get_retained":true},"com.t"])");
  EXPECT_THAT(plain.hears(), HasSubstr("retained"));
  EXPECT_NE(a.hears().find("retained") == std::string::npos, b.hears().find("retained") == std::string::npos);
}

TEST_F(Sharding, NodeKeysAreBounded) {
  Peer& peer = realm.join();
  peer.says(R"([32,1,{"nkey":")" + std::string(256, 'k') + R"("},"com.t"])");
  EXPECT_THAT(peer.hears(), StartsWith(R"([8,32,1,{},"wamp.error.invalid_argument",)"));
  for (int i = 0; i < 1024; ++i) node("n" + std::to_string(i));
  peer.says(R"([32,2,{"nkey":"one more"},"com.t"])");
  EXPECT_THAT(peer.hears(), StartsWith(R"([8,32,2,{},"wamp.error.too_many_requests",)"));
  peer.says(R"([32,3,{"nkey":"n0"},"com.t"])");
  EXPECT_EQ(peer.hears(), "[33,3,1]");
  peer.says(R"([32,4,{"nkey":5},"com.t"])");
  EXPECT_TRUE(peer.violation());
}

}  // namespace
}  // namespace router
