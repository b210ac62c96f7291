#include "router/tables/linear_hash_table.h"

#include <map>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace router {
namespace {

// Of numbers, under any hash that is wanted.
class Numbers {
 public:
  explicit Numbers(uint64_t (*hash)(uint64_t)) : hash_(hash) {}

  void add(uint64_t number) { table_.add(hash_(number), number); }
  void remove(uint64_t number) {
    table_.remove(hash_(number), [number](uint64_t other) { return other == number; });
  }
  const uint64_t* find(uint64_t number) const {
    return table_.find(hash_(number), [number](uint64_t other) { return other == number; });
  }
  size_t size() const { return table_.size(); }

 private:
  uint64_t (*const hash_)(uint64_t);
  LinearHashTable<uint64_t> table_;
};

TEST(LinearHashTable, FindsWhatWasAddedUntilItIsRemoved) {
  Numbers numbers([](uint64_t n) { return n; });
  EXPECT_EQ(numbers.find(7), nullptr);
  numbers.add(7);
  ASSERT_NE(numbers.find(7), nullptr);
  EXPECT_EQ(*numbers.find(7), 7u);
  numbers.remove(7);
  EXPECT_EQ(numbers.find(7), nullptr);
  EXPECT_EQ(numbers.size(), 0u);
}

TEST(LinearHashTable, TellsEntriesWithTheSameHashApart) {
  Numbers numbers([](uint64_t) { return uint64_t{5}; });
  for (uint64_t n = 1; n <= 100; ++n) numbers.add(n);
  numbers.remove(50);
  for (uint64_t n = 1; n <= 100; ++n) EXPECT_EQ(numbers.find(n) != nullptr, n != 50) << n;
}

TEST(LinearHashTable, LeavesEntriesWhereTheyAreWhileItGrowsAndShrinks) {
  Numbers numbers([](uint64_t n) { return n * 0x9E3779B97F4A7C15u; });
  numbers.add(1);
  const uint64_t* const one = numbers.find(1);
  for (uint64_t n = 2; n <= 1000; ++n) numbers.add(n);
  for (uint64_t n = 2; n <= 1000; ++n) numbers.remove(n);
  EXPECT_EQ(numbers.find(1), one);
}

TEST(LinearHashTable, BehavesLikeAnOrdinaryMapThroughARandomStory) {
  std::mt19937_64 random(3);
  Numbers numbers([](uint64_t n) { return n * 0x9E3779B97F4A7C15u >> 32; });
  std::map<uint64_t, bool> present;
  // Grows to some thousands, shrinks to nearly nothing, and so on.
  for (uint64_t step = 0; step < 60000; ++step) {
    const bool grows = step / 10000 % 2 == 0;
    const uint64_t number = random() % 5000;
    bool& there = present[number];
    ASSERT_EQ(numbers.find(number) != nullptr, there);
    if (there && (!grows || random() % 8 == 0)) {
      numbers.remove(number);
      there = false;
    } else if (!there && (grows || random() % 8 == 0)) {
      numbers.add(number);
      there = true;
    }
  }
  size_t count = 0;
  for (const auto& [number, there] : present) {
    EXPECT_EQ(numbers.find(number) != nullptr, there);
    count += there;
  }
  EXPECT_EQ(numbers.size(), count);
}

}  // namespace
}  // namespace router
