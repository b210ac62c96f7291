#include "router/base/mutex.h"

#include <gtest/gtest.h>

namespace router {
namespace {

using std::chrono::microseconds;

thread_local HeldTime::Duration processor_time{};

HeldTime::Duration told_time() {
  return processor_time;
}

class TheTimeThatALockIsHeld : public testing::Test {
 protected:
  void hold_for(microseconds time) {
    held.begin();
    processor_time += time;
    held.end();
  }
  HeldTime held{"the test", microseconds(1000), told_time};
};

TEST_F(TheTimeThatALockIsHeld, MayBeAsLongAsItsBound) {
  for (int i = 0; i < 3; ++i) hold_for(microseconds(1000));
}

TEST_F(TheTimeThatALockIsHeld, EndsTheProgramIfItIsLonger) {
  hold_for(microseconds(900));
  EXPECT_DEATH(hold_for(microseconds(1001)),
               "the lock of the test was held for 1001 us of the processor's time, more than 1000 us");
}

TEST_F(TheTimeThatALockIsHeld, IsThatOfTheThread) {
  const auto before = HeldTime::thread_time();
  while (HeldTime::thread_time() == before) {
  }
  EXPECT_GT(HeldTime::thread_time(), before);
}

#ifdef NDEBUG
static_assert(sizeof(Mutex) == sizeof(std::mutex) && sizeof(SharedMutex) == sizeof(std::shared_mutex),
              "nothing is measured in the program that is used");
#else
TEST(AMutex, IsMeasured) {
  Mutex mutex("the test");
  const auto work = [&mutex] {
    const Lock lock(mutex);
    const auto end = HeldTime::thread_time() + 2 * HeldTime::usual_bound;
    while (HeldTime::thread_time() < end) {
    }
  };
  EXPECT_DEATH(work(), "the lock of the test was held for [0-9]+ us");
}
#endif

}  // namespace
}  // namespace router
