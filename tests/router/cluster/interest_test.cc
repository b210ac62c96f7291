#include "router/cluster/interest/interest.h"

#include <cstdint>
#include <map>
#include <random>

#include <gtest/gtest.h>

namespace router::cluster {
namespace {

using wamp::MatchPolicy;

constexpr NodeSet b = 1, c = 2;

TEST(Interest, NamesTheNodesThatWantATopic) {
  Interest interest;
  interest.add("com.a", MatchPolicy::exact, b);
  interest.add("com.a", MatchPolicy::exact, c);
  EXPECT_EQ(interest.nodes("com.a"), b | c);
  EXPECT_EQ(interest.nodes("com.b"), 0u);
  interest.remove("com.a", MatchPolicy::exact, b);
  EXPECT_EQ(interest.nodes("com.a"), c);
}

TEST(Interest, NamesTheNodesWithAPatternThatMatches) {
  Interest interest;
  interest.add("com.", MatchPolicy::prefix, b);
  interest.add(".a", MatchPolicy::wildcard, c);
  EXPECT_EQ(interest.nodes("com.a"), b | c);
  EXPECT_EQ(interest.nodes("com.a.b"), b);
  EXPECT_EQ(interest.nodes("org.a"), c);
  interest.remove("com.", MatchPolicy::prefix, b);
  EXPECT_EQ(interest.nodes("com.a"), c);
  EXPECT_EQ(interest.pattern_count(), 1u);
}

TEST(Interest, ForgetsANodeEverywhere) {
  Interest interest;
  interest.add("com.a", MatchPolicy::exact, b | c);
  interest.add("com.b", MatchPolicy::exact, b);
  interest.add("com.", MatchPolicy::prefix, b);
  interest.add("org.", MatchPolicy::prefix, b | c);
  interest.remove_everywhere(b);
  EXPECT_EQ(interest.nodes("com.a"), c);
  EXPECT_EQ(interest.nodes("com.b"), 0u);
  EXPECT_EQ(interest.nodes("org.x"), c);
  EXPECT_EQ(interest.topic_count(), 1u);
  EXPECT_EQ(interest.pattern_count(), 1u);
}

TEST(Interest, TakesWhatIsThereAlreadyAndWhatIsNot) {
  Interest interest;
  interest.remove("com.a", MatchPolicy::exact, b);
  interest.remove("com.", MatchPolicy::prefix, b);
  interest.add("com.a", MatchPolicy::exact, b);
  interest.add("com.a", MatchPolicy::exact, b);
  interest.remove("com.a", MatchPolicy::exact, b);
  EXPECT_EQ(interest.topic_count(), 0u);
}

TEST(TopicTable, BehavesLikeAnOrdinaryMapThroughARandomStory) {
  std::mt19937_64 random(5);
  TopicTable table;
  std::map<uint64_t, NodeSet> map;
  for (int step = 0; step < 30'000; ++step) {
    // All in two parts of the table, and many with the same home; 0 is a hash as any other.
    const uint64_t hash = (random() % 2) << 63 | (random() % 300) << 20 | random() % 2;
    const NodeSet nodes = random() % 8;
    if (random() % 2 == 0) {
      table.add(hash, nodes);
      if (nodes != 0) map[hash] |= nodes;
    } else {
      table.remove(hash, nodes);
      if (map.contains(hash) && (map[hash] &= ~nodes) == 0) map.erase(hash);
    }
    const auto found = map.find(hash);
    ASSERT_EQ(table.find(hash), found == map.end() ? 0 : found->second);
    if (step % 3'000 == 0) {
      table.remove_everywhere(4);
      for (auto& [one, set] : map) set &= ~NodeSet{4};
      std::erase_if(map, [](const auto& one) { return one.second == 0; });
      ASSERT_EQ(table.size(), map.size());
    }
  }
  for (const auto& [hash, nodes] : map) EXPECT_EQ(table.find(hash), nodes);
}

TEST(TopicTable, HasAMillionTopicsInLessThan40Megabytes) {
  std::mt19937_64 random(1);
  TopicTable table;
  size_t most = 0;
  for (size_t topic = 1; topic <= 1'000'000; ++topic) {
    table.add(random(), 1);
    if (topic % 10'000 == 0) most = std::max(most, table.bytes());
  }
  EXPECT_EQ(table.size(), 1'000'000u);
  EXPECT_LT(most, 40'000'000u);
}

}  // namespace
}  // namespace router::cluster
