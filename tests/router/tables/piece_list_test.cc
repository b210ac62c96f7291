#include "router/tables/piece_list.h"

#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace router {
namespace {

using Pieces = PieceList<int>;

void append(Pieces& list, int number) {
  list.push_back(number, list.more_room());
}

std::vector<int> elements_of(const Pieces& list) {
  std::vector<int> all;
  list.for_each([&all](int number) { all.push_back(number); });
  return all;
}

TEST(APieceList, IsAVectorInWhichTheLastTakesThePlaceOfWhatIsTakenOut) {
  std::mt19937_64 random(1);
  Pieces list;
  std::vector<int> expected;
  for (int i = 0; i < 60'000; ++i) {
    const bool grows = i / 15'000 % 2 == 0;  // beyond several pieces, and back
    if (expected.empty() || random() % 8 < (grows ? 7u : 1u)) {
      append(list, i);
      expected.push_back(i);
    } else {
      const size_t place = random() % expected.size();
      list.take_out(place);
      expected[place] = expected.back();
      expected.pop_back();
    }
    ASSERT_EQ(list.size(), expected.size());
    if (i % 1000 == 0) {
      ASSERT_EQ(elements_of(list), expected);
    }
  }
  for (size_t place = 0; place < expected.size(); ++place) ASSERT_EQ(list[place], expected[place]);
}

TEST(APieceList, GrowsWithTheRoomThatOneOfOtherElementsNeeds) {
  std::mt19937_64 random(2);
  Pieces list;
  PieceList<std::pair<int, int>> other;
  for (int i = 0; i < 30'000; ++i) {
    if (list.size() == 0 || random() % 4 > 0) {
      PieceRoom<int> room = list.more_room();
      auto for_other = room.alike<std::pair<int, int>>();
      const auto needed = other.more_room();
      ASSERT_GE(for_other.piece.capacity(), needed.piece.capacity());
      ASSERT_TRUE(for_other.pieces || !needed.pieces);
      list.push_back(i, std::move(room));
      other.push_back({i, -i}, std::move(for_other));
    } else {
      const size_t place = random() % list.size();
      list.take_out(place);
      other.take_out(place);
    }
  }
  ASSERT_EQ(list.size(), other.size());
  for (size_t place = 0; place < list.size(); ++place) ASSERT_EQ(list[place], other[place].first);
}

}  // namespace
}  // namespace router
