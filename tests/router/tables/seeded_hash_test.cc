#include "router/tables/seeded_hash.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace router {
namespace {

// How many keys the fullest of 1024 places has, as a table of that size would use them.
template <class Key>
size_t most_in_one_place(const std::vector<Key>& keys, int shift) {
  std::map<uint64_t, size_t> places;
  size_t most = 0;
  for (const Key& key : keys) most = std::max(most, ++places[(seeded_hash(key) >> shift) % 1024]);
  return most;
}

// The steps of libstdc++'s std::hash (MurmurHash64A) for eight bytes can be undone: from two blocks each of
// which may be exchanged for another one so that the state changes in its highest bit only, and then back.
constexpr uint64_t murmur = 0xc6a4a7935bd1e995u;

uint64_t inverse(uint64_t odd) {
  uint64_t result = odd;
  for (int i = 0; i < 5; ++i) result *= 2 - odd * result;
  return result;
}
uint64_t mixed(uint64_t block) {
  block *= murmur;
  return (block ^ (block >> 47)) * murmur;
}
uint64_t unmixed(uint64_t block) {
  block *= inverse(murmur);
  return (block ^ (block >> 47)) * inverse(murmur);
}
std::string bytes_of(uint64_t block) {
  std::string bytes(sizeof(block), '\0');
  std::memcpy(bytes.data(), &block, sizeof(block));
  return bytes;
}

// Two blocks that may be exchanged.
std::pair<std::string, std::string> exchangeable_blocks(std::mt19937_64& random) {
  const uint64_t block = random();
  return {bytes_of(block), bytes_of(unmixed(mixed(block) ^ (uint64_t{1} << 63)))};
}

TEST(SeededHash, TextsMadeToCollideAreSpread) {
  std::mt19937_64 random(1);
  std::vector<std::string> texts{""};
  for (int pair = 0; pair < 11; ++pair) {
    const auto [a, a2] = exchangeable_blocks(random);
    const auto [b, b2] = exchangeable_blocks(random);
    std::vector<std::string> longer;
    for (const std::string& text : texts) {
      longer.push_back(text + a + b);
      longer.push_back(text + a2 + b2);
    }
    texts = std::move(longer);
  }
  std::set<size_t> by_standard_hash;
  for (const std::string& text : texts) by_standard_hash.insert(std::hash<std::string>{}(text));
  ASSERT_EQ(by_standard_hash.size(), 1u) << "they are to collide in a table without a key";
  EXPECT_LT(most_in_one_place(texts, 0), 20u);
}

// For the multiplication by a constant that everybody knows; and neighbours, and those far apart.
std::vector<std::vector<uint64_t>> ids_made_to_collide() {
  const uint64_t unmultiply = inverse(0x9E3779B97F4A7C15u);
  std::vector<uint64_t> made, sequential, far_apart;
  for (uint64_t i = 1; made.size() < 2048; ++i)
    if (const uint64_t id = i * unmultiply; id <= uint64_t{1} << 53) made.push_back(id);
  for (uint64_t i = 1; i <= 2048; ++i) {
    sequential.push_back(i);
    far_apart.push_back(i << 42);
  }
  return {made, sequential, far_apart};
}

TEST(SeededHash, IdsMadeToCollideAreSpread) {
  for (const auto& ids : ids_made_to_collide()) EXPECT_LT(most_in_one_place(ids, 54), 20u);
}

TEST(SeededPlace, IdsMadeToCollideAreSpreadByNearlyAllFactors) {
  std::mt19937_64 random(1);
  for (const auto& ids : ids_made_to_collide()) {
    int crowded = 0;
    for (int trial = 0; trial < 200; ++trial) {
      const uint64_t factor = spreading_factor(std::ref(random));
      std::map<uint64_t, size_t> places;
      size_t most = 0;
      for (const uint64_t id : ids) most = std::max(most, ++places[seeded_place(id, factor) >> 54]);
      if (most > 20) ++crowded;
    }
    EXPECT_LE(crowded, 10);
  }
}

TEST(SeededPlace, ConsecutiveIdsHaveAPlaceOfTheirOwnInATableThatHasRoomForThem) {
  std::mt19937_64 random(2);
  for (int trial = 0; trial < 100; ++trial) {
    const uint64_t factor = spreading_factor(std::ref(random));
    std::set<uint64_t> places;
    for (uint64_t id = 1; id <= 32; ++id) places.insert(seeded_place(id, factor) >> (64 - 8));
    EXPECT_EQ(places.size(), 32u);
  }
}

TEST(SeededHash, IsTheSameForTheSameKeyInOneRun) {
  EXPECT_EQ(seeded_hash("com.myapp"), seeded_hash(std::string("com.myapp")));
  EXPECT_NE(seeded_hash("com.myapp"), seeded_hash("com.myapq"));
  EXPECT_EQ(seeded_hash(uint64_t{5}), seeded_hash(uint64_t{5}));
}

}  // namespace
}  // namespace router
