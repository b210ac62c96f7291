#include "router/tables/id_map.h"

#include <algorithm>
#include <map>
#include <memory>
#include <random>

#include <gtest/gtest.h>

namespace router {
namespace {

TEST(IdMap, FindsWhatWasInserted) {
  IdMap<int> map;
  EXPECT_EQ(map.find(1), nullptr);
  map.insert(1, 10);
  map.insert(uint64_t{1} << 53, 20);
  EXPECT_EQ(*map.find(1), 10);
  EXPECT_EQ(*map.find(uint64_t{1} << 53), 20);
  EXPECT_EQ(map.size(), 2u);
}

TEST(IdMap, TakesOutAndForgets) {
  IdMap<std::unique_ptr<int>> map;
  map.insert(5, std::make_unique<int>(7));
  EXPECT_EQ(*map.take(5), 7);
  EXPECT_EQ(map.take(5), nullptr);
  EXPECT_FALSE(map.erase(5));
  EXPECT_TRUE(map.empty());
}

TEST(IdMap, HasNoEntryZero) {
  IdMap<int> map;
  map.insert(1, 1);
  EXPECT_EQ(map.find(0), nullptr);
  EXPECT_FALSE(map.erase(0));
}

// The same random story told to IdMap and to std::map: sequential ids as in calls, random ones as in
// sessions.
TEST(IdMap, BehavesLikeAnOrdinaryMapThroughARandomStory) {
  for (const uint64_t range : {uint64_t{40}, uint64_t{5000}, uint64_t{1} << 53}) {
    std::mt19937_64 random(range);
    IdMap<uint64_t> map;
    std::map<uint64_t, uint64_t> model;
    for (int step = 0; step < 20000; ++step) {
      uint64_t id = 1 + random() % range;
      if (!model.empty() && random() % 3 == 0)
        id = std::next(model.begin(), static_cast<int>(random() % model.size() % 50))->first;
      if (const uint64_t* found = map.find(id)) {
        ASSERT_EQ(*found, model.at(id));
        ASSERT_EQ(map.take(id), model.at(id));
        model.erase(id);
      } else {
        ASSERT_FALSE(model.contains(id));
        map.insert(id, random());
        model[id] = *map.find(id);
      }
      ASSERT_EQ(map.size(), model.size());
    }
    std::map<uint64_t, uint64_t> seen;
    map.for_each([&seen](uint64_t id, uint64_t value) { seen[id] = value; });
    EXPECT_EQ(seen, model);
  }
}

// It becomes a tree of tables, and a table again.
TEST(IdMap, GrowsAndShrinksFar) {
  constexpr uint64_t count = 120'000;
  const auto account = std::make_shared<transport::Account>();
  const auto charged = [&account] { return account->of(transport::Holding::connection); };
  IdMap<uint64_t> map(transport::Charge(account, transport::Holding::connection), 100);
  for (uint64_t id = 1; id <= count; ++id) map.insert(id, id);
  EXPECT_GE(charged(), count * 116);
  EXPECT_LE(charged(), count * 116 * 4);
  EXPECT_EQ(map.size(), count);
  uint64_t sum = 0;
  map.for_each([&sum](uint64_t id, uint64_t value) {
    EXPECT_EQ(id, value);
    sum += id;
  });
  EXPECT_EQ(sum, count * (count + 1) / 2);
  EXPECT_TRUE(map.any_of([](uint64_t value) { return value == count; }));
  EXPECT_FALSE(map.any_of([](uint64_t value) { return value > count; }));
  for (uint64_t id = 1; id <= count; ++id) {
    ASSERT_EQ(*map.find(id), id);
    ASSERT_EQ(map.take(id), id);
    ASSERT_EQ(map.find(id), nullptr);
  }
  EXPECT_TRUE(map.empty());
  EXPECT_LE(charged(), size_t{10'000});
}

TEST(IdMap, IsVisitedInPartsOfBoundedSize) {
  IdMap<uint64_t> map;
  for (uint64_t id = 1; id <= 50'000; ++id) map.insert(id, id);
  std::map<uint64_t, int> seen;
  uint64_t from = 0;
  do {
    size_t visited = 0;
    from = map.visit_some(from, [&](uint64_t id, uint64_t) {
      ++seen[id];
      ++visited;
    });
    EXPECT_LE(visited, size_t{200});
  } while (from != 0);
  EXPECT_EQ(seen.size(), size_t{50'000});
  EXPECT_TRUE(std::all_of(seen.begin(), seen.end(), [](const auto& one) { return one.second == 1; }));
}

// What comes or goes in between may be seen or not; what stays is seen once.
TEST(IdMap, IsVisitedInPartsWhileItChanges) {
  for (const size_t staying : {0u, 1u, 7u, 100u, 5000u}) {
    std::mt19937_64 random(staying);
    IdMap<uint64_t> map;
    for (uint64_t id = 1; id <= staying; ++id) map.insert(id, id);
    std::map<uint64_t, int> seen;
    std::vector<uint64_t> passing;
    uint64_t from = 0;
    do {
      from = map.visit_some(from, [&seen](uint64_t id, uint64_t) { ++seen[id]; });
      const bool grows = seen.size() % 2 == 0;
      for (size_t i = 0; i < staying / 10; ++i) {
        if (grows) {
          passing.push_back((random() | 1u << 20) & 0xFFFFFFF0FFFFFu);
          if (map.find(passing.back()))
            passing.pop_back();
          else
            map.insert(passing.back(), 0);
        } else if (!passing.empty()) {
          map.erase(passing.back());
          passing.pop_back();
        }
      }
    } while (from != 0);
    for (uint64_t id = 1; id <= staying; ++id) ASSERT_EQ(seen[id], 1) << id << " of " << staying;
  }
}

}  // namespace
}  // namespace router
