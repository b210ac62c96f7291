#include "transport/loop/loop.h"

#include <chrono>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace transport {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

TEST(Loop, RunsPostedWorkInOrder) {
  Loop loop;
  std::vector<int> order;
  for (int i = 0; i < 3; ++i) loop.post([&, i] { order.push_back(i); });
  loop.post([&] { loop.stop(); });
  loop.run();
  EXPECT_THAT(order, ElementsAre(0, 1, 2));
}

TEST(Loop, TakesWorkFromAnyThread) {
  Loop loop;
  int sum = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) {
        loop.post([&] {
          if (++sum == 4000) loop.stop();
        });
      }
    });
  }
  loop.run();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sum, 4000);
}

TEST(Loop, StopsFromAnotherThread) {
  Loop loop;
  std::thread stopping([&] { loop.stop(); });
  loop.run();
  stopping.join();
}

TEST(Loop, ATurnEndFollowsTheWorkOfItsTurn) {
  Loop loop;
  std::vector<std::string> happened;
  loop.set_turn_end([&] {
    happened.emplace_back("turn end");
    loop.stop();
  });
  loop.post([&] { happened.emplace_back("work"); });
  loop.post([&] { happened.emplace_back("more work"); });
  loop.run();
  EXPECT_THAT(happened, ElementsAre("work", "more work", "turn end"));
}

TEST(Loop, ATurnEndMayAskForAnother) {
  Loop loop;
  int ends = 0;
  loop.set_turn_end([&] {
    if (++ends < 5) return loop.request_turn_end();
    loop.stop();
  });
  loop.post([&] { loop.request_turn_end(); });
  loop.run();
  EXPECT_EQ(ends, 5);
}

TEST(Loop, TheTimeStandsStillDuringATurn) {
  Loop loop;
  loop.post([&] {
    const auto time = loop.now();
    while (Loop::Clock::now() < time + 2ms) std::this_thread::yield();
    EXPECT_EQ(loop.now(), time);
    loop.after(0ms, [&, time] {
      EXPECT_GE(loop.now(), time + 2ms);
      loop.stop();
    });
  });
  loop.run();
}

TEST(Loop, TimersRunInTheOrderOfTheirTimes) {
  Loop loop;
  std::vector<int> order;
  loop.after(20ms, [&] {
    order.push_back(2);
    loop.stop();
  });
  loop.after(1ms, [&] { order.push_back(1); });
  loop.run();
  EXPECT_THAT(order, ElementsAre(1, 2));
}

TEST(Loop, WorkThatNeverRanIsDestroyedWithTheLoop) {
  const auto alive = std::make_shared<int>(0);
  {
    Loop loop;
    loop.post([alive] {});
    loop.after(1h, [alive] {});
    EXPECT_GT(alive.use_count(), 1);
  }
  EXPECT_EQ(alive.use_count(), 1);
}

}  // namespace
}  // namespace transport
