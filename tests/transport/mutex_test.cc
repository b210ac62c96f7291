#include "transport/locks/mutex.h"

#include <thread>

#include <gtest/gtest.h>

namespace transport {
namespace {

// Asked on another thread, as who holds a mutex must not ask.
bool is_free(Mutex& mutex) {
  bool free = false;
  std::thread([&] {
    free = mutex.try_lock();
    if (free) mutex.unlock();
  }).join();
  return free;
}

TEST(ALock, HoldsItsMutexAsLongAsItLives) {
  Mutex mutex;
  {
    const Lock lock(mutex);
    EXPECT_FALSE(is_free(mutex));
  }
  EXPECT_TRUE(is_free(mutex));
}

TEST(ALock, MayLetGoEarlier) {
  Mutex mutex;
  Lock lock(mutex);
  lock.unlock();
  EXPECT_TRUE(is_free(mutex));
}

TEST(ALock, TakesOverAMutexThatIsLockedAlready) {
  Mutex mutex;
  ASSERT_TRUE(mutex.try_lock());
  { const Lock lock(mutex, std::adopt_lock); }
  EXPECT_TRUE(is_free(mutex));
}

}  // namespace
}  // namespace transport
