#include "transport/loop/alarm.h"

#include <chrono>
#include <optional>

#include <gtest/gtest.h>

namespace transport {
namespace {

using namespace std::chrono_literals;
using Clock = Loop::Clock;

TEST(Alarm, RingsOnceForAllTimesThatItWasGiven) {
  Loop loop;
  int rings = 0;
  Alarm alarm(loop, [&] {
    ++rings;
    loop.after(1ms, [&] { loop.stop(); });
  });
  const auto now = Clock::now();
  for (int i = 1000; i >= 0; --i) alarm.ring_by(now + i * 1h);
  loop.run();
  EXPECT_EQ(rings, 1);
}

TEST(Alarm, RingsAtTheEarliestTimeWhicheverComesFirst) {
  Loop loop;
  Alarm alarm(loop, [&] { loop.stop(); });
  alarm.ring_by(Clock::now() + 1h);
  const auto early = Clock::now() + 1ms;
  alarm.ring_by(early);
  alarm.ring_by(Clock::now() + 2h);
  loop.run();
  EXPECT_GE(Clock::now(), early);
}

TEST(Alarm, MayBeSetAgainWhileItRings) {
  Loop loop;
  int rings = 0;
  std::optional<Alarm> alarm;
  alarm.emplace(loop, [&] {
    if (++rings == 3) return loop.stop();
    alarm->ring_by(Clock::now());
  });
  alarm->ring_by(Clock::now());
  loop.run();
  EXPECT_EQ(rings, 3);
}

TEST(Alarm, RingsForNobodyWhoIsGone) {
  Loop loop;
  {
    Alarm alarm(loop, [] { FAIL() << "it is gone"; });
    alarm.ring_by(Clock::now());
  }
  loop.after(1ms, [&] { loop.stop(); });
  loop.run();
}

TEST(Alarm, HoldsNothingOfTheTimesThatAreOver) {
  Loop loop;
  const auto held = std::make_shared<int>();
  std::optional<Alarm> alarm;
  alarm.emplace(loop, [held] {});
  for (int i = 0; i < 1000; ++i) alarm->ring_by(Clock::now() + 1h - i * 1s);
  alarm.reset();
  loop.post([&] { loop.stop(); });
  loop.run();
  EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
}  // namespace transport
