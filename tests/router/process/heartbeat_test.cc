// Whether all workers turn, as the service manager wants to know.
#include "router/process/heartbeat.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace router {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

void turn(transport::Loop& loop) {
  loop.io().restart();
  loop.io().poll();
}

TEST(AHeartbeat, TellsWhichLoopsHaveNotTurnedSinceItAskedLast) {
  transport::Loop first, second;
  Heartbeat heartbeat({&first, &second});
  EXPECT_THAT(heartbeat.stuck(), IsEmpty()) << "nobody was asked before";
  turn(first);
  EXPECT_THAT(heartbeat.stuck(), ElementsAre(1));
  EXPECT_THAT(heartbeat.stuck(), ElementsAre(0, 1));
  turn(first);
  turn(second);
  EXPECT_THAT(heartbeat.stuck(), IsEmpty());
}

TEST(AHeartbeat, MayEndBeforeALoopComesToIt) {
  transport::Loop loop;
  Heartbeat({&loop}).stuck();
  turn(loop);
}

}  // namespace
}  // namespace router
