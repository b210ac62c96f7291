#include "router/tables/copy_on_write.h"

#include <atomic>
#include <numeric>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace router {
namespace {

using SharedNumbers = CopyOnWrite<std::vector<int>>;

TEST(CopyOnWrite, IsChangedInPlaceWhileNobodyElseHoldsIt) {
  SharedNumbers numbers;
  numbers.writable().push_back(1);
  const auto* const first = &*numbers;
  { const SharedNumbers lent = numbers; }
  numbers.writable().push_back(2);
  EXPECT_EQ(&*numbers, first);
  EXPECT_EQ(*numbers, (std::vector{1, 2}));
}

TEST(CopyOnWrite, StaysAsItIsForThoseWhoHoldIt) {
  SharedNumbers numbers;
  numbers.writable().push_back(1);
  const SharedNumbers lent = numbers;
  numbers.writable().push_back(2);
  EXPECT_EQ(*lent, std::vector{1});
  EXPECT_EQ(*numbers, (std::vector{1, 2}));
  SharedNumbers moved = std::move(numbers);
  moved.writable().push_back(3);
  EXPECT_EQ(moved->size(), 3u);
}

// For ThreadSanitizer: what others have read is behind who changes it.
TEST(CopyOnWrite, IsHandedBetweenThreads) {
  constexpr int rounds = 20000;
  SharedNumbers numbers;
  numbers.writable().assign(8, 0);
  std::atomic<SharedNumbers*> offered = nullptr;
  std::thread reader([&] {
    for (int round = 0; round < rounds; ++round) {
      SharedNumbers* taken = nullptr;
      while (!(taken = offered.exchange(nullptr, std::memory_order_acquire))) std::this_thread::yield();
      const SharedNumbers lent = std::move(*taken);
      EXPECT_EQ(std::accumulate(lent->begin(), lent->end(), 0), 8 * round);
      delete taken;
    }
  });
  for (int round = 0; round < rounds; ++round) {
    auto* const next = new SharedNumbers(numbers);
    offered.store(next, std::memory_order_release);
    while (offered.load(std::memory_order_relaxed)) std::this_thread::yield();
    for (int& number : numbers.writable()) ++number;
  }
  reader.join();
}

}  // namespace
}  // namespace router
