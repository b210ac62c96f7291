#include "router/copy_on_write.h"

#include <atomic>
#include <numeric>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace router {
namespace {

using Numbers = CopyOnWrite<std::vector<int>>;

TEST(CopyOnWrite, IsChangedInPlaceWhileNobodyElseHoldsIt) {
  Numbers numbers;
  numbers.writable().push_back(1);
  const auto* const first = &*numbers;
  { const Numbers lent = numbers; }
  numbers.writable().push_back(2);
  EXPECT_EQ(&*numbers, first);
  EXPECT_EQ(*numbers, (std::vector{1, 2}));
}

TEST(CopyOnWrite, StaysAsItIsForThoseWhoHoldIt) {
  Numbers numbers;
  numbers.writable().push_back(1);
  const Numbers lent = numbers;
  numbers.writable().push_back(2);
  EXPECT_EQ(*lent, std::vector{1});
  EXPECT_EQ(*numbers, (std::vector{1, 2}));
  Numbers moved = std::move(numbers);
  moved.writable().push_back(3);
  EXPECT_EQ(moved->size(), 3u);
}

// For ThreadSanitizer: what others have read is behind who changes it.
TEST(CopyOnWrite, IsHandedBetweenThreads) {
  constexpr int rounds = 20000;
  Numbers numbers;
  numbers.writable().assign(8, 0);
  std::atomic<Numbers*> offered = nullptr;
  std::thread reader([&] {
    for (int round = 0; round < rounds; ++round) {
      Numbers* taken = nullptr;
      while (!(taken = offered.exchange(nullptr, std::memory_order_acquire))) std::this_thread::yield();
      const Numbers lent = std::move(*taken);
      EXPECT_EQ(std::accumulate(lent->begin(), lent->end(), 0), 8 * round);
      delete taken;
    }
  });
  for (int round = 0; round < rounds; ++round) {
    auto* const next = new Numbers(numbers);
    offered.store(next, std::memory_order_release);
    while (offered.load(std::memory_order_relaxed)) std::this_thread::yield();
    for (int& number : numbers.writable()) ++number;
  }
  reader.join();
}

}  // namespace
}  // namespace router
